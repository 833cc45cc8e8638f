"""Times that several machines compare are the database's, however wrong the clock of a machine is."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from badDetail_app import activity
from dqx import sql
from dqx.audit.models import Entry
from scripts_app import populate
from scripts_app.databases import vault
from scripts_app.ledger import claims, runs
from scripts_app.models import DueTime
from scripts_app.scheduling import due_times, firing, schedule_catalogue
from tests import steps
from tests.schedules.nightly import make_due, new_schedule

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ahead(monkeypatch):
    """Sets the clock of this machine ahead, by hours."""
    now, unix = timezone.now, time.time

    def turn(hours=24):
        monkeypatch.setattr(timezone, "now", lambda: now() + timedelta(hours=hours))
        monkeypatch.setattr(time, "time", lambda: unix() + hours * 3600)

    yield turn
    monkeypatch.undo()


def is_now(moment):
    return abs(sql.now() - moment) < timedelta(minutes=1)


def test_a_run_is_asked_for_begun_cancelled_and_ended_by_it(publisher, ahead):
    script = steps.new_script(publisher)
    ahead()
    run = populate.request(script.pk, actor=publisher, trigger="api")
    assert is_now(run.created_at)
    with claims.next_claimed() as taken:
        assert is_now(taken.started_at)
        assert is_now(runs.cancel(run.pk, actor=publisher).cancel_requested_at)
    claims.recover()
    run.refresh_from_db()
    assert run.status == "cancelled" and is_now(run.finished_at) and 0 <= run.seconds < 60


def test_a_success_is_told_by_it(publisher, ahead):
    script = steps.new_script(publisher)
    ahead()
    run = steps.succeeded(steps.run_populate(script, publisher))
    assert is_now(run.finished_at)


def test_what_was_queued_by_a_web_server_whose_clock_is_ahead_is_rung_for_again(publisher, ahead, monkeypatch):
    script = steps.new_script(publisher)
    ahead()
    run = populate.request(script.pk, actor=publisher, trigger="api")
    rung = []
    monkeypatch.setattr(claims, "ring", lambda *_, **__: rung.append(run.pk))
    claims.recover(unheard_after=timedelta(0))
    assert rung == [run.pk]


def test_details_that_are_used_once_travel_between_machines_whose_clocks_differ(db, ahead):
    ahead()
    sealed = vault.seal({"host": "x"}, 7)
    ahead(0)
    assert vault.unseal(sealed, 7) == {"host": "x"}


def test_the_audit_log_and_due_times_are_written_by_it(publisher, ahead):
    ahead()
    schedule = new_schedule(steps.new_script(publisher), publisher, cron_schedule="* * * * *")
    make_due(schedule, minutes=24 * 60 + 5)
    firing.fire(schedule.pk)
    assert all(map(is_now, Entry.objects.values_list("at", flat=True)))
    assert all(map(is_now, DueTime.objects.values_list("recorded_at", flat=True)))


def test_the_next_times_and_the_days_of_the_charts_are_told_by_it(publisher, ahead):
    schedule = new_schedule(steps.new_script(publisher), publisher, cron_schedule="0 * * * *")
    next_due = due_times.next_due_at(schedule, sql.now())
    today = activity.beginnings(1, timezone.get_default_timezone())
    ahead()
    assert schedule_catalogue.get(schedule.pk, actor=publisher).next_run == next_due
    assert schedule_catalogue.next_runs(schedule.pk, actor=publisher, n=1).next_runs == [next_due]
    assert activity.beginnings(1, timezone.get_default_timezone()) == today
