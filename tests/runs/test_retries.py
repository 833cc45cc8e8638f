"""A failed attempt that may go well another time is made again, as the same run's next attempt."""

from datetime import datetime

import pytest
from django.utils import timezone

from dqx import sql
from dqx.errors import Refused, Unavailable
from scripts_app import populate, publish
from scripts_app.ledger import claims, endings, execution, retries, runs
from scripts_app.models import Run
from tests import steps
from tests.beside import Task

pytestmark = pytest.mark.django_db(transaction=True)
AWAY = Unavailable("database_away", "It is away.")
SLOW = (
    "SELECT 'R1' AS rule_id, 'S1' AS source_id, i::text AS source_uid, 'v' AS data_value, NULL::date AS txn_date"
    " FROM generate_series(1, {n}) i"
)


@pytest.fixture
def run(publisher):
    script = steps.new_script(publisher)
    return populate.request(script.pk, actor=publisher, trigger="api", dispatch=False)


def after_failing(run, error):
    """The run after an attempt that failed so."""
    with claims.claimed(run.pk) as taken:
        assert claims.fail(taken, error)
    run.refresh_from_db()
    return run


def when_due(run):
    Run.objects.filter(pk=run.pk).update(not_before=timezone.now())


def test_the_same_run_is_tried_again_after_a_while_and_keeps_why(run, settings):
    settings.RETRY_SECONDS = 100
    began = timezone.now()
    again = after_failing(run, AWAY)
    assert (again.status, again.attempt, again.error, again.started_at) == ("queued", 2, None, None)
    assert 49 < (again.not_before - began).total_seconds() < 152
    (first,) = again.attempts
    assert (first["n"], first["error"]["code"]) == (1, "database_away")
    assert datetime.fromisoformat(first["started_at"]) <= datetime.fromisoformat(first["ended_at"])
    when_due(run)
    assert execution.work()
    run.refresh_from_db()
    assert (steps.succeeded(run).attempt, len(run.attempts)) == (2, 1)


def test_the_pauses_grow_and_differ(run, settings):
    settings.RETRY_SECONDS = 100
    pauses = {}
    for attempt in (1, 2):
        run.attempt = attempt
        pauses[attempt] = {retries.delay_of(run, AWAY) for _ in range(50)}
    assert max(pauses[1]) <= 150 and min(pauses[2]) >= 200 and len(pauses[1]) > 40


def test_no_pause_is_longer_than_an_hour_or_so(run, settings):
    settings.RUN_ATTEMPTS, run.attempt = 100, 50
    assert 1_800 <= retries.delay_of(run, AWAY) <= 5_400


def test_after_the_last_attempt_the_run_has_failed(run, settings):
    settings.RUN_ATTEMPTS = 2
    after_failing(run, AWAY)
    failed = after_failing(run, AWAY)
    assert (failed.status, failed.attempt, failed.error["code"]) == ("failed", 2, "database_away")


@pytest.mark.parametrize(
    "error",
    [
        Refused("script_refused", "syntax error"),
        Refused("key_doubled", "twice"),
        Refused("time_limit", "too long"),
        Unavailable("disk_full", "no room"),
        Unavailable("database_away", "wrong password", reason="login_refused"),
    ],
    ids=lambda error: f"{error.code} {error.data.get('reason', '')}",
)
def test_what_would_only_fail_again_is_not_tried_again(run, error):
    assert after_failing(run, error).status == "failed"


@pytest.mark.parametrize("fields", [{"connection_given": True}, {"trigger": "cli"}])
def test_a_run_that_is_not_ours_to_repeat_is_not_tried_again(run, fields):
    Run.objects.filter(pk=run.pk).update(**fields)
    assert after_failing(run, AWAY).status == "failed"


def test_a_run_that_waits_for_its_next_attempt_is_cancelled_at_once(run, publisher):
    after_failing(run, AWAY)
    assert runs.cancel(run.pk, actor=publisher).status == "cancelled"


def test_a_run_that_somebody_wants_cancelled_is_not_tried_again(run, publisher):
    with claims.claimed(run.pk) as taken:
        runs.cancel(run.pk, actor=publisher)
        claims.fail(taken, AWAY)
    run.refresh_from_db()
    assert (run.status, run.error["code"]) == ("cancelled", "cancelled")


def test_a_worker_that_was_taken_for_dead_does_not_end_the_next_attempt(run):
    with claims.claimed(run.pk) as lost:
        pass
    claims.recover()
    run.refresh_from_db()
    assert (run.status, run.attempt) == ("queued", 2)
    with claims.claimed(run.pk) as second:
        assert not claims.fail(lost, AWAY)
        assert not endings.fail(lost, Refused("x", "x"))
        run.refresh_from_db()
        assert (run.status, run.attempt) == ("running", 2)
        assert endings.fail(second, Refused("x", "x"))


def test_a_person_who_asks_again_does_not_wait_for_what_a_dead_worker_left(run, publisher):
    with claims.claimed(run.pk):
        pass
    again = populate.request(run.script_id, actor=publisher, trigger="person", dispatch=False)
    run.refresh_from_db()
    assert (run.status, run.error["code"], again.attempt) == ("failed", "worker_died", 1)


# --- What really happens to a run -------------------------------------------------------------------------------------------


def ended_by(run, of_whom):
    """The run after the server ended the sessions of a login while it was at work."""
    task = Task(execution.execute, run.pk)
    at_work = "state = 'active' AND query LIKE '%%COPY%%' AND usename = %(whom)s AND datname = current_database()"
    kill = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {at_work} AND pid <> pg_backend_pid()"
    with steps.superuser() as cursor:
        assert steps.eventually(lambda: cursor.execute(kill, {"whom": of_whom}) or cursor.fetchall())
    task.done(60)
    run.refresh_from_db()
    return run


@pytest.mark.parametrize("login", ["dqx_runner", "dqx_owner"])
def test_a_populate_whose_connection_is_cut_is_tried_again(publisher, login):
    script = steps.new_script(publisher, content=SLOW.format(n=3_000_000))
    run = populate.request(script.pk, actor=publisher, trigger="api", dispatch=False)
    cut = ended_by(run, login)
    assert (cut.status, cut.attempt, cut.attempts[0]["error"]["code"]) == ("queued", 2, "database_away")
    assert steps.staged(script) == []


def test_a_publish_that_deadlocks_with_another_program_is_tried_again(publisher):
    script = steps.new_script(publisher, content=SLOW.format(n=2))
    steps.succeeded(steps.run_populate(script, publisher))
    steps.succeeded(steps.run_publish(script, publisher))
    steps.set_text(script, SLOW.format(n=2).replace("'v'", "'w'"))
    steps.succeeded(steps.run_populate(script, publisher))
    run = publish.request(script.pk, actor=publisher, trigger="api", dispatch=False)
    with steps.superuser() as cursor, steps.superuser() as watcher:
        cursor.execute("BEGIN; SET LOCAL deadlock_timeout = '1min'; UPDATE dq.bad_detail SET txn_date = NULL")
        task = Task(execution.execute, run.pk)
        waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        assert steps.eventually(lambda: watcher.execute(waits) or watcher.fetchone()[0])
        cursor.execute(f"SELECT * FROM dq.dq_sql_scripts WHERE id = {script.pk} FOR UPDATE")
        cursor.execute("COMMIT")
    task.done(60)
    run.refresh_from_db()
    assert (run.status, [one["error"]["code"] for one in run.attempts]) == ("queued", ["deadlock"])
    when_due(run)
    assert execution.work()
    run.refresh_from_db()
    assert steps.succeeded(run).n_changed == 2
    assert sql.value("SELECT count(*) FROM dq.bad_detail_events WHERE publication = %(run)s", {"run": run.pk}) == 2
