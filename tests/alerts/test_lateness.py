"""Schedules that did not run when they should have, and ran again."""

from datetime import timedelta

import pytest
from django.utils import timezone

from scripts_app.alerts import noticing
from scripts_app.models import DueTime, Incident, Run, Schedule
from scripts_app.scheduling import firing
from tests.alerts import story

pytestmark = pytest.mark.django_db


@pytest.fixture
def schedule(rule):
    return story.schedule_row(story.script_row("orders"))


def state(web):
    return [(one["kind"], one["state"]) for one in web.posted[-1].json["events"]]


@pytest.mark.parametrize("outcome", ["missed", "refused"])
def test_a_time_that_was_missed_or_refused_is_told_until_it_runs_again(schedule, web, outcome):
    story.due(schedule, outcome, 3, reason="Because.")
    assert story.tick() == 1
    (event,) = web.posted[0].json["events"]
    assert (event["title"], event["why"], event["schedule"]) == ("nightly", "Because.", schedule.pk)
    story.due(schedule, outcome, 2)
    story.due(schedule, "skipped", 1.5)
    assert story.tick() == 0
    story.due(schedule, "ran", 1)
    assert story.tick() == 1 and state(web) == [("schedule_late", "over")]
    assert not DueTime.objects.filter(noticed=False).exists()


def test_one_that_was_skipped_is_not_late(schedule):
    story.due(schedule, "skipped", 3)
    assert story.tick() == 0 and not Incident.objects.exists()


def test_one_that_ran_in_time_is_not_late(schedule):
    story.due(schedule, "ran", 0.05)
    assert story.tick() == 0 and not Incident.objects.exists()


def test_a_worker_whose_clock_is_wrong_makes_nothing_late(schedule, publisher, monkeypatch):
    """What is late is told by the clock of the database."""
    now = timezone.now()
    Schedule.objects.update(owner=publisher, cron_schedule="* * * * *", seen_until=now - timedelta(minutes=2))
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(hours=1))
    firing.fire(schedule.pk)
    assert DueTime.objects.filter(outcome="ran").count() == 1
    DueTime.objects.exclude(outcome="ran").delete()
    assert story.tick() == 0 and not Incident.objects.exists()


def test_after_a_night_without_dqx_what_was_made_up_for_is_told_once_as_over(schedule, web):
    story.due(schedule, "missed", 2), story.due(schedule, "ran", 1, reason="DQX came to it 1 hour late.")
    assert story.tick() == 1 and state(web) == [("schedule_late", "over")]
    assert web.posted[0].json["events"][0]["why"] == "DQX came to it 1 hour late. It has run since."
    assert story.tick() == 0
    assert Incident.objects.get().closed_at


def test_what_was_made_up_for_is_told_by_the_next_attempt_where_the_first_fails(schedule, web):
    web.status = 500
    story.due(schedule, "missed", 2), story.due(schedule, "ran", 1)
    assert story.tick() == 0
    web.status = 204
    story.time_passes()
    assert story.tick() == 1 and state(web) == [("schedule_late", "over")]
    assert story.tick() == 0


def test_what_runs_while_the_first_message_fails_is_told_by_the_next_attempt(schedule, web):
    web.status = 500
    story.due(schedule, "missed", 2)
    assert story.tick() == 0
    story.due(schedule, "ran", 0)
    web.status = 204
    story.time_passes()
    assert story.tick() == 1 and state(web) == [("schedule_late", "over")]
    assert web.posted[-1].json["events"][0]["why"] == "Missed while DQX was down. It has run since."


def test_one_that_was_missed_and_switched_off_before_anybody_was_told_is_not_told(schedule):
    story.due(schedule, "missed", 2)
    noticing.notice()
    Schedule.objects.update(is_active=False)
    assert story.tick() == 0


def test_a_time_that_nothing_takes_up_is_late(schedule, web):
    Schedule.objects.update(next_due_at=timezone.now() - timedelta(hours=2))
    assert story.tick() == 1
    assert web.posted[0].json["events"][0]["why"].startswith("After 2 hours nobody has taken it up: beat,")
    assert story.tick() == 0
    Schedule.objects.update(next_due_at=timezone.now() + timedelta(hours=22))
    story.due(schedule, "ran", 1.9)
    assert story.tick() == 1 and state(web) == [("schedule_late", "over")]


def test_a_run_that_waits_for_a_worker_is_late_until_it_begins(schedule, web):
    run = story.ended(schedule.script, "queued", schedule=schedule)
    story.due(schedule, "ran", 1, run=run)
    assert story.tick() == 1
    assert web.posted[0].json["events"][0]["why"].startswith("After 1 hour its run still waits for a worker")
    assert story.tick() == 0
    Run.objects.filter(pk=run.pk).update(status="running")
    assert story.tick() == 1 and state(web) == [("schedule_late", "over")]


def test_one_that_is_switched_off_or_goes_is_all_clear(schedule, web):
    other = story.schedule_row(story.script_row(), "other")
    story.due(schedule, "missed"), story.due(other, "missed")
    assert story.tick() == 1 and len(web.posted[0].json["events"]) == 2
    Schedule.objects.filter(pk=schedule.pk).update(is_active=False)
    other.delete()
    assert story.tick() == 1 and state(web) == [("schedule_late", "over")] * 2
    whys = {one["title"]: one["why"] for one in web.posted[-1].json["events"]}
    assert whys == {"nightly": "it was switched off", "other": "the schedule was deleted"}


def test_more_than_a_batch_of_what_ran_again_is_all_clear_in_one_look(schedule, web, monkeypatch):
    monkeypatch.setattr(noticing, "BATCH", 2)
    many = [schedule, *(story.schedule_row(story.script_row(), f"n{n}") for n in range(4))]
    [story.due(one, "missed", 3) for one in many]
    assert story.tick() == 1 and len(web.posted[0].json["events"]) == 5
    [story.due(one, "ran", 0) for one in many]
    assert story.tick() == 1 and state(web) == [("schedule_late", "over")] * 5
