"""What is started when beat rings: once for each due time, and in the name of the owner."""

import threading
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection as database
from django.db import transaction
from django.utils import timezone

from scripts_app import tasks
from scripts_app.ledger import claims, execution
from scripts_app.models import Run, Schedule
from scripts_app.scheduling import due_times, firing, schedule_times, schedules
from tests import steps
from tests.schedules.nightly import do_what_is_queued, make_due, new_schedule, told

pytestmark = pytest.mark.django_db(transaction=True)
BOTH = "populate_and_publish"


def test_a_schedule_acts_as_its_owner(publisher):
    schedule = new_schedule(steps.new_script(publisher), publisher, cron_schedule="* * * * *", operation=BOTH)
    make_due(schedule)
    firing.fire(schedule.pk)
    do_what_is_queued()
    assert told() == [
        ("populate", "succeeded", "schedule", "paula"),
        ("publish", "succeeded", "schedule", "paula"),
    ]
    assert set(Run.objects.values_list("schedule", flat=True)) == {schedule.pk}
    assert len(steps.bad_rows()) == 1


def test_a_populate_that_fails_is_not_published(publisher):
    script = steps.new_script(publisher, content=steps.FIVE.replace("'u1'", "NULL"))
    schedule = new_schedule(script, publisher, cron_schedule="* * * * *", operation=BOTH)
    make_due(schedule)
    firing.fire(schedule.pk)
    do_what_is_queued()
    assert [run[:2] for run in told()] == [("populate", "failed")]


def test_what_follows_a_run_that_was_brought_forward_is_too(publisher, settings):
    settings.SCHEDULED_AT_ONCE = 1
    schedule = new_schedule(steps.new_script(publisher), publisher, cron_schedule="* * * * *", operation=BOTH)
    make_due(schedule)
    firing.fire(schedule.pk)
    assert claims.hurry(Run.objects.get(), "person")
    assert execution.work()
    row = {"script_name": "x", "content": "x", "content_hash": "x"}
    Run.objects.create(kind="populate", status="running", trigger="schedule", **row)  # takes the place of schedules
    with claims.next_claimed() as run:
        assert run is not None and (run.kind, run.hurried) == ("publish", "person")


def test_a_message_that_comes_twice_publishes_once(publisher):
    schedule = new_schedule(steps.new_script(publisher), publisher, operation=BOTH)
    run = schedules.run_now(schedule.pk, actor=publisher, trigger="api")
    tasks.execute(run.pk)
    publish = Run.objects.get(kind="publish")
    tasks.execute(publish.pk)
    tasks.execute(run.pk)
    assert Run.objects.count() == 2


def test_each_due_time_counts_once_however_often_beat_comes(publisher):
    schedule = new_schedule(steps.new_script(publisher), publisher, cron_schedule="* * * * *")
    make_due(schedule)
    for _ in range(3):
        firing.fire(schedule.pk)
        do_what_is_queued()
    # The clock may pass a minute meanwhile.
    assert len(told()) in (1, 2)
    assert Schedule.objects.get().seen_until >= timezone.now() - timedelta(minutes=1)


def test_of_two_beats_at_once_one_starts_it(publisher):
    script = steps.new_script(publisher)
    schedule = new_schedule(script, publisher, cron_schedule="0 0 1 1 *")
    due = schedule_times.coming("0 0 1 1 *", "Europe/Berlin", timezone.now(), 1)[0]
    seen = due - timedelta(days=1)
    Schedule.objects.filter(pk=schedule.pk).update(seen_until=seen)
    barrier, taken = threading.Barrier(4), []

    def take():
        barrier.wait()
        with transaction.atomic():
            mine = Schedule.objects.select_for_update(of=("self",)).get(pk=schedule.pk)
            taken.append(due_times.take(mine, due, due) is not None)
        database.close()

    threads = [threading.Thread(target=take) for _ in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(taken) == [False, False, False, True]


@pytest.mark.parametrize(
    ("cron", "visit", "starts"),
    [
        ("0 0 13 * fri", "2026-03-13 00:00", True),
        ("0 0 13 * fri", "2026-02-20 00:00", True),  # a Friday
        ("0 0 13 * fri", "2026-04-13 00:00", True),  # the 13th
        ("0 0 13 * fri", "2026-04-14 00:00", False),
        ("5 2 * * *", "2026-05-05 02:05", True),
        ("5 2 * * *", "2026-05-05 13:00", True),  # the worker was busy all morning
        ("5 2 * * *", "2026-05-06 01:00", True),  # it was down until the next night
        ("30 2 * * *", "2026-03-29 03:30", True),  # there was no half past two
    ],
)
def test_beat_comes_more_often_than_the_expression_says(publisher, cron, visit, starts):
    schedule = new_schedule(steps.new_script(publisher), publisher, cron_schedule=cron)
    now = datetime.fromisoformat(visit).replace(tzinfo=ZoneInfo("Europe/Berlin"))
    schedule.seen_until = now - timedelta(hours=23)
    Schedule.objects.filter(pk=schedule.pk).update(seen_until=schedule.seen_until)
    due = due_times.take(schedule, now.astimezone(UTC), now.astimezone(UTC))
    assert (due is not None and due.outcome == "ran") == starts


def test_nothing_is_made_up_for_that_was_due_while_it_was_off(publisher):
    schedule = new_schedule(steps.new_script(publisher), publisher, cron_schedule="* * * * *", is_active=False)
    make_due(schedule, 60)
    firing.fire(schedule.pk)
    assert told() == []
    schedules.toggle(schedule.pk, actor=publisher)
    assert timezone.now() - Schedule.objects.get().seen_until < timedelta(minutes=1)


def test_a_new_time_is_not_due_for_the_past(publisher):
    schedule = new_schedule(steps.new_script(publisher), publisher)
    make_due(schedule, 600)
    schedules.update(schedule.pk, actor=publisher, cron_schedule="*/5 * * * *")
    assert timezone.now() - Schedule.objects.get().seen_until < timedelta(minutes=1)


def test_it_waits_for_no_run_that_is_under_way_and_is_skipped(publisher):
    script = steps.new_script(publisher)
    schedule = new_schedule(script, publisher, cron_schedule="* * * * *")
    make_due(schedule)
    schedules.run_now(schedule.pk, actor=publisher, trigger="api")
    firing.fire(schedule.pk)
    assert [run[2] for run in told()] == ["api"]
    assert Schedule.objects.get().seen_until > timezone.now() - timedelta(minutes=2)
