"""What ends a run holds whatever happens to the lines on which it is watched and told."""

import time

import pytest
from django.db import connection

from dqx import sql
from dqx.errors import Unavailable
from dqx.locks import Space
from scripts_app import populate, publish
from scripts_app.ledger import claims, endings, execution, runs
from scripts_app.models import Run, Script
from tests import steps
from tests.beside import Task

pytestmark = pytest.mark.django_db(transaction=True)
ENDLESS = (
    "SELECT 'R1' AS rule_id, 'S1' AS source_id, count(*)::text AS source_uid, 'v' AS data_value, NULL::date AS txn_date"
    " FROM generate_series(1, 100000000000) i"
)
AWAY = Unavailable("database_away", "It is away.")


def requested(actor, content):
    script = steps.new_script(actor, content=content)
    return populate.request(script.pk, actor=actor, trigger="api", dispatch=False)


def cut_the_watch():
    """End the session on which a run is watched, as a firewall does that forgets lines; whether it was there."""
    asks_for_a_cancel = "query LIKE 'SELECT 1 %cancel_requested_at%'"  # who reads a whole run names that column too
    watches = f"state = 'idle' AND {asks_for_a_cancel} AND datname = current_database()"
    with steps.superuser() as cursor:
        cursor.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {watches}")
        return cursor.rowcount


def test_a_cancel_is_heard_after_the_line_of_the_watch_was_cut(publisher):
    run = requested(publisher, ENDLESS)
    task = Task(execution.execute, run.pk)
    assert steps.eventually(cut_the_watch, 20)
    runs.cancel(run.pk, actor=publisher)
    task.done(30)
    assert Run.objects.get(pk=run.pk).status == "cancelled"


def test_the_time_limit_of_a_publish_holds_after_the_line_of_the_watch_was_cut(publisher):
    script = steps.new_script(publisher)
    steps.succeeded(steps.run_populate(script, publisher))
    Script.objects.filter(pk=script.pk).update(time_limit=2)
    run = publish.request(script.pk, actor=publisher, trigger="api", dispatch=False)
    with steps.superuser() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, 0)", (Space.PUBLISHES,))  # every publish waits for it
        task = Task(execution.execute, run.pk)
        assert steps.eventually(cut_the_watch, 20)
        task.done(30)
    run.refresh_from_db()
    assert (run.status, run.error["code"]) == ("failed", "time_limit")


def test_the_lock_of_a_run_is_kept_until_the_ledger_knows_how_it_ended(publisher, monkeypatch):
    """Lines are used anew for a minute only; one that is given up after a long run leaves its lock free, as a dead worker does."""
    run = requested(publisher, steps.FIVE.replace("'u1'", "NULL"))
    fail, was_free = claims.fail, []

    def look(*told):
        was_free.append(Task(sql.lock_is_free, Space.RUNS, run.pk).done())
        return fail(*told)

    monkeypatch.setattr(claims, "fail", look)
    with claims.claimed(run.pk) as taken:
        connection.close_at = time.monotonic() - 1
        execution._do(taken, None, "")
    run.refresh_from_db()
    assert (was_free, run.error["code"]) == ([False], "key_missing")


def test_a_cancel_holds_though_the_attempt_fails_at_that_moment(publisher, monkeypatch):
    run = requested(publisher, steps.FIVE)
    drop = endings.drop
    with claims.claimed(run.pk) as taken:

        def meanwhile(*told):
            dropped = drop(*told)
            failing.append(Task(claims.fail, taken, AWAY))
            failing[0].join(1)
            return dropped

        failing = []
        monkeypatch.setattr(endings, "drop", meanwhile)
        runs.cancel(run.pk, actor=publisher)
        failing[0].done()
    assert Run.objects.get(pk=run.pk).status == "cancelled"
