"""Several people at once: publishes that share pairs, readers, cancels, and scripts that never end."""

import threading
import time

import psycopg2
import pytest
from django.db import IntegrityError, transaction

from badDetail_app import publication
from dqx import sql
from dqx.errors import Conflict, DQXError, NotFound
from dqx.locks import Space
from scripts_app import populate, review, scripts
from scripts_app.ledger import execution, runs
from scripts_app.models import Run
from tests import steps
from tests.beside import Task, at_once

pytestmark = pytest.mark.django_db(transaction=True)

# Counts without an end.
ENDLESS = (
    "WITH RECURSIVE t (n) AS (SELECT 1::bigint UNION ALL SELECT n + 1 FROM t)"
    " SELECT 'R1' AS rule_id, 'S1' AS source_id, 'u' AS source_uid, max(n) AS data_value, NULL::date AS txn_date FROM t"
)
# Sends rows without an end.
FLOOD = (
    "SELECT 'R1' AS rule_id, 'S1' AS source_id, generate_series(1, 1000000000000) AS source_uid, repeat('x', 1000) AS data_value,"
    " NULL::date AS txn_date"
)


@pytest.fixture
def publisher(db):
    return steps.somebody(role="publisher")


# --- Steps ----------------------------------------------------------------------------------------------------------------


def grid(value, pairs, records, reverse=False):
    """A script that finds the same records in many pairs, with a value by which its rows are known."""
    order = "DESC" if reverse else "ASC"
    return (
        f"SELECT 'R' || p AS rule_id, 'S' || p AS source_id, r AS source_uid, '{value}' AS data_value, DATE '2024-01-01' AS txn_date"
        f" FROM generate_series(1, {pairs}) p, generate_series(1, {records}) r ORDER BY p {order}"
    )


def populated(actor, content, name):
    script = steps.new_script(actor, content, name)
    steps.succeeded(steps.run_populate(script, actor))
    return script


def busy(pattern):
    """Whether a session of this database is at work on something like it."""
    with steps.superuser() as cursor:
        cursor.execute(
            "SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            "   AND state = 'active' AND query ~ %s",
            (pattern,),
        )
        return cursor.rowcount > 0


def waits_for_a_lock():
    with steps.superuser() as cursor:
        cursor.execute("SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
        return cursor.rowcount > 0


class Closed:
    """While it is, every publish waits."""

    def __enter__(self):
        self.superuser = steps.superuser()
        self.superuser.__enter__().execute("BEGIN; SELECT pg_advisory_xact_lock(%s, 0)", (Space.PUBLISHES,))

    def __exit__(self, *_):
        self.superuser.__exit__(None, None, None)


# --- Reviews --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "look",
    [
        lambda script, actor: review.review(script.pk, actor=actor),
        lambda script, actor: review.staged_rows(script.pk, actor=actor),
    ],
    ids=["review", "staged rows"],
)
def test_a_script_that_is_deleted_while_somebody_looks_is_not_found(publisher, look):
    script = populated(publisher, grid("a", 1, 3), "a")
    with steps.superuser() as cursor:
        cursor.execute(f"BEGIN; LOCK TABLE stg.{script.staging}")
        looking = Task(look, script, publisher)
        assert steps.eventually(waits_for_a_lock)
        cursor.execute(f"DROP TABLE stg.{script.staging}; COMMIT")
    with pytest.raises(NotFound):
        looking.done()


# --- Publishes ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("pairs", "records"), [(1, 200), (60, 5)], ids=["one pair", "many pairs"])
def test_two_publishes_at_once_give_the_rows_of_one_of_them(pairs, records, publisher):
    scripts = [
        populated(publisher, grid("a", pairs, records), "a"),
        populated(publisher, grid("b", pairs, records + 1, reverse=True), "b"),
    ]
    for _ in range(8):
        tasks = at_once(*(lambda script=script: steps.run_publish(script, publisher) for script in scripts))
        for task in tasks:
            steps.succeeded(task.done())
        by_pair = {}
        for row in steps.bad_rows():
            by_pair.setdefault(row[:2], []).append(row[3])
        assert len(by_pair) == pairs
        assert {tuple(values) for values in by_pair.values()} <= {("a",) * records, ("b",) * (records + 1)}
        # The one that came last published all pairs.
        assert len({values[0] for values in by_pair.values()}) == 1
        assert steps.daily_counts_are_right()


def test_two_publishes_of_more_pairs_than_there_are_locks_take_turns(publisher, monkeypatch):
    monkeypatch.setattr(publication, "MOST_LOCKS", 10)
    scripts = [populated(publisher, grid("a", 30, 2), "a"), populated(publisher, grid("b", 5, 2), "b")]
    for _ in range(4):
        for task in at_once(*(lambda script=script: steps.run_publish(script, publisher) for script in scripts)):
            steps.succeeded(task.done())
        values = {}
        for row in steps.bad_rows():
            values.setdefault(row[0], set()).add(row[3])
        assert all(len(found) == 1 for found in values.values())


def test_a_reader_during_a_publish_sees_the_old_rows_or_the_new(publisher):
    script = populated(publisher, grid("a", 1, 500), "a")
    steps.succeeded(steps.run_publish(script, publisher))
    over, seen = threading.Event(), set()

    def read():
        while not over.is_set():
            found = sql.row(
                "SELECT count(*) AS n, min(data_value) AS least, max(data_value) AS most FROM dq.bad_detail"
            )
            seen.add(tuple(found.values()))

    reader = Task(read)
    for content in (grid("b", 1, 500), grid("a", 1, 300), grid("b", 1, 500)):
        steps.set_text(script, content)
        steps.succeeded(steps.run_populate(script, publisher))
        steps.succeeded(steps.run_publish(script, publisher))
    over.set()
    reader.done()
    assert seen <= {(500, "a", "a"), (500, "b", "b"), (300, "a", "a")}


def test_a_publish_of_rows_that_another_program_writes_meanwhile_is_told_and_changes_nothing(publisher):
    script = populated(publisher, grid("a", 1, 3), "a")
    with steps.superuser() as cursor:
        cursor.execute("BEGIN; INSERT INTO dq.bad_detail VALUES ('R1', 'S1', '2', 'other', NULL)")
        task = Task(steps.run_publish, script, publisher)
        assert steps.eventually(waits_for_a_lock)
        cursor.execute("COMMIT")
        run = task.done()
    assert (run.status, run.error["code"]) == (Run.Status.FAILED, "written_meanwhile")
    assert [row[3] for row in steps.bad_rows()] == ["other"]
    assert sql.value("SELECT count(*) FROM dq.bad_detail_events") == 0
    steps.succeeded(steps.run_publish(script, publisher))
    assert [row[3] for row in steps.bad_rows()] == ["a", "a", "a"]


# --- One active run a script ------------------------------------------------------------------------------------------------


def test_a_script_can_not_be_populated_while_it_is_published(publisher):
    script = populated(publisher, grid("a", 1, 3), "a")
    with Closed():
        task = Task(steps.run_publish, script, publisher)
        assert steps.eventually(waits_for_a_lock)
        with pytest.raises(Conflict, match="under way") as told:
            populate.request(script.pk, actor=publisher, trigger=Run.Trigger.CLI, dispatch=False)
        assert told.value.code == "run_active"
    steps.succeeded(task.done())
    assert len(steps.bad_rows()) == 3


def test_a_script_that_is_published_is_deleted_afterwards(publisher):
    script = populated(publisher, grid("a", 1, 3), "a")
    with Closed():
        task = Task(steps.run_publish, script, publisher)
        assert steps.eventually(waits_for_a_lock)
        deletion = Task(lambda: scripts.delete(script.pk, actor=publisher))
        assert steps.eventually(lambda: busy("^SELECT .*FOR NO KEY UPDATE"))
        assert deletion.is_alive()
    steps.succeeded(task.done())
    deletion.done()
    assert len(steps.bad_rows()) == 3


def test_the_database_itself_keeps_a_second_active_run_out(publisher):
    script = steps.new_script(publisher)
    populate.request(script.pk, actor=publisher, trigger=Run.Trigger.CLI, dispatch=False)
    with pytest.raises(IntegrityError, match="dq_runs_one_active"), transaction.atomic():
        Run.objects.create(kind=Run.Kind.PUBLISH, trigger=Run.Trigger.API, script=script, status=Run.Status.RUNNING)


def test_of_two_who_ask_at_once_one_gets_the_run(publisher):
    script = steps.new_script(publisher)

    def ask():
        return populate.request(script.pk, actor=publisher, trigger=Run.Trigger.API, dispatch=False)

    for _ in range(5):
        tasks = at_once(ask, ask)
        [winner] = [task for task in tasks if task.failure is None]
        [loser] = [task for task in tasks if task.failure is not None]
        assert isinstance(loser.failure, Conflict)
        assert (loser.failure.code, loser.failure.data["run"]) == ("run_active", winner.answer.pk)
        runs.cancel(winner.answer.pk, actor=publisher)


def test_of_two_workers_that_take_one_run_one_does_it(publisher):
    script = steps.new_script(publisher)
    run = populate.request(script.pk, actor=publisher, trigger=Run.Trigger.API, dispatch=False)
    for task in at_once(lambda: execution.execute(run.pk), lambda: execution.execute(run.pk)):
        task.done()
    run.refresh_from_db()
    steps.succeeded(run)
    assert len(steps.staged(script)) == 1


# --- Cancels --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "sign"), [(ENDLESS, "RECURSIVE t"), (FLOOD, "generate_series")], ids=["no rows", "many rows"]
)
def test_a_cancel_reaches_the_database_within_two_seconds(content, sign, publisher):
    script = populated(publisher, grid("a", 1, 3), "a")
    steps.set_text(script, content)
    task = Task(steps.run_populate, script, publisher)
    assert steps.eventually(lambda: busy(f"^COPY .*{sign}"))
    runs.cancel(Run.objects.get(status=Run.Status.RUNNING).pk, actor=publisher)
    assert steps.eventually(lambda: not busy(f"^COPY .*{sign}"), 2)
    run = task.done()
    assert (run.status, run.error["code"]) == (Run.Status.CANCELLED, "cancelled")
    assert [row[3] for row in steps.staged(script)] == ["a", "a", "a"]
    script.refresh_from_db()
    assert script.staged_run.status == Run.Status.SUCCEEDED


def test_a_cancel_ends_a_publish_that_waits_and_changes_nothing(publisher):
    script = populated(publisher, grid("a", 1, 3), "a")
    with Closed():
        task = Task(steps.run_publish, script, publisher)
        assert steps.eventually(waits_for_a_lock)
        runs.cancel(Run.objects.get(status=Run.Status.RUNNING).pk, actor=publisher)
        assert steps.eventually(lambda: not waits_for_a_lock(), 2)
        run = task.done()
    assert (run.status, steps.bad_rows()) == (Run.Status.CANCELLED, [])
    steps.succeeded(steps.run_publish(script, publisher))


def test_a_queued_run_is_cancelled_at_once_and_never_done(publisher):
    script = steps.new_script(publisher)
    run = populate.request(script.pk, actor=publisher, trigger=Run.Trigger.API, dispatch=False)
    assert runs.cancel(run.pk, actor=publisher).status == Run.Status.CANCELLED
    execution.execute(run.pk)
    run.refresh_from_db()
    assert (run.status, run.started_at, steps.staged(script)) == (Run.Status.CANCELLED, None, [])
    with pytest.raises(Conflict, match="ended already"):
        runs.cancel(run.pk, actor=publisher)


# --- Limits ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "sign"), [(ENDLESS, "RECURSIVE t"), (FLOOD, "generate_series")], ids=["no rows", "many rows"]
)
def test_a_script_has_a_time_limit_of_its_own_at_which_its_statement_ends(content, sign, publisher):
    script = populated(publisher, grid("a", 1, 3), "a")
    scripts.update(script.pk, actor=publisher, time_limit=1)
    steps.set_text(script, content)
    run = steps.run_populate(script, publisher)
    assert (run.status, run.error["code"], run.attempt) == (Run.Status.FAILED, "time_limit", 1)
    assert (run.finished_at - run.started_at).total_seconds() < 5
    assert steps.eventually(lambda: not busy(f"^COPY .*{sign}"), 2)
    assert len(steps.staged(script)) == 3


@pytest.mark.parametrize(
    ("limit", "most", "content", "code"),
    [
        ("POPULATE_SECONDS", 1, ENDLESS, "time_limit"),
        ("POPULATE_SECONDS", 1, FLOOD, "time_limit"),
        ("POPULATE_ROWS", 1_000, FLOOD, "row_limit"),
        ("POPULATE_BYTES", 1_000_000, FLOOD, "byte_limit"),
    ],
    ids=["time without rows", "time with rows", "rows", "bytes"],
)
def test_a_populate_ends_at_its_limit_and_keeps_what_was_staged(limit, most, content, code, publisher, settings):
    script = populated(publisher, grid("a", 1, 3), "a")
    setattr(settings, limit, most)
    steps.set_text(script, content)
    started = time.monotonic()
    run = steps.run_populate(script, publisher)
    assert (run.status, run.error["code"]) == (Run.Status.FAILED, code)
    assert time.monotonic() - started < 5
    assert [row[3] for row in steps.staged(script)] == ["a", "a", "a"]
    assert steps.eventually(lambda: not busy("^COPY"))


def test_a_text_whose_planning_explodes_is_refused_and_not_waited_for(publisher):
    """Each step names the one before twice, so there are four million copies to plan."""
    parts = ["c0 AS NOT MATERIALIZED (SELECT oid AS id FROM pg_class)"]
    parts += [
        f"c{n} AS NOT MATERIALIZED (SELECT a.id FROM c{n - 1} a JOIN c{n - 1} b USING (id))" for n in range(1, 23)
    ]
    text = f"WITH {', '.join(parts)} {steps.FIVE} FROM c22"
    started = time.monotonic()
    with pytest.raises(DQXError) as told:
        steps.new_script(publisher, text)
    assert time.monotonic() - started < 7.5
    # The server may give up by itself, where its sessions' memory is limited.
    assert told.value.code == "time_limit" or told.value.data["sqlstate"] == psycopg2.errorcodes.OUT_OF_MEMORY
    assert steps.eventually(lambda: not busy("c22"), 60)


def test_a_server_that_does_not_listen_is_not_waited_for(publisher, settings, monkeypatch):
    """The search for a text never looks whether it shall stop; this one takes the server several seconds."""
    monkeypatch.setattr("dqx.sql.lines.PATIENCE", 1.0)
    settings.POPULATE_SECONDS = 1
    value = "strpos(repeat('a', 200000 + n), 'b' || repeat('a', 100000))"
    script = steps.new_script(
        publisher, f"{steps.FIVE.replace(chr(39) + 'v' + chr(39), value)} FROM generate_series(1, 1) n"
    )
    started = time.monotonic()
    run = steps.run_populate(script, publisher)
    assert (run.status, run.error["code"]) == (Run.Status.FAILED, "time_limit")
    assert time.monotonic() - started < 5
    assert steps.eventually(lambda: not busy("strpos"), 60)
