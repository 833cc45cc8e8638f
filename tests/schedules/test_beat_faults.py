"""The known faults of django-celery-beat, shown with its own scheduler on the real database; with each, a due time has one row and one run.

They are worked around in one place, scripts_app/scheduling/firing.py, whose sweep takes up what nobody rang for.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from django_celery_beat import schedulers
from django_celery_beat.models import PeriodicTask, PeriodicTasks
from django_celery_beat.schedulers import DatabaseScheduler

from dqx.celery import app
from scripts_app.models import DueTime, Run, Schedule
from scripts_app.scheduling import due_times, firing, mirror, schedule_times, schedules
from tests import steps
from tests.schedules.nightly import new_schedule
from tests.schedules.test_visits import minutes_of

pytestmark = pytest.mark.django_db(transaction=True)
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture(autouse=True)
def clear_of_the_hour():
    steps.clear_of_the_hour()


@pytest.fixture
def schedule(publisher):
    """Due at each full hour of UTC."""
    return new_schedule(steps.new_script(publisher), publisher, cron_schedule="0 * * * *", timezone="UTC")


def beat():
    """A beat that has just been started."""
    return DatabaseScheduler(app=app, lazy=True)


def entry_of(schedule):
    return PeriodicTask.objects.get(name=f"schedule {schedule.pk}")


def rings_for(scheduler, schedule):
    """Whether beat would send the task of a schedule now."""
    entry = scheduler.schedule.get(f"schedule {schedule.pk}")
    return entry is not None and entry.is_due().is_due


def as_if_due(schedule, ago=timedelta(hours=1)):
    """As if nobody had looked at it for so long."""
    seen = timezone.now() - ago
    schedule.refresh_from_db()
    following = due_times.next_due_at(schedule, seen)
    Schedule.objects.filter(pk=schedule.pk).update(seen_until=seen, next_due_at=following)


def runs_once(schedule):
    """Whether its last due time has its row and its run, whoever rang, and however often."""
    for _ in range(2):
        firing.sweep()
        firing.fire(schedule.pk)
    ran = DueTime.objects.filter(schedule=schedule, outcome="ran")
    last = timezone.now().replace(minute=0, second=0, microsecond=0)
    return [row.due_at for row in ran] == [last] and Run.objects.filter(schedule=schedule).count() == 1


# --- What beat does not ring for -----------------------------------------------------------------------------------------------


def test_an_entry_is_not_loaded_in_summer_where_the_clocks_differ_by_two_hours(publisher, monkeypatch):
    """Beat loads what is due within two hours, and reckons with the offset of January 2023. At Troll six o'clock in July is 04:00 UTC."""
    made = new_schedule(steps.new_script(publisher), publisher, cron_schedule="0 6 * * *", timezone="Antarctica/Troll")
    for hour, loaded in ((3, False), (5, True)):
        monkeypatch.setattr(schedulers, "aware_now", lambda hour=hour: datetime(2026, 7, 10, hour, 59, tzinfo=UTC))
        assert (entry_of(made) in beat().enabled_models()) == loaded
    now = datetime(2026, 7, 10, 4, 0, 30, tzinfo=UTC)
    made.seen_until = now - timedelta(hours=5)
    assert due_times.take(made, now, now).due_at == datetime(2026, 7, 10, 4, tzinfo=UTC)


def test_a_new_entry_that_was_missed_is_forgotten_after_a_restart(schedule):
    """Beat takes the moment of its last change for its last run, and each change of the schedule is one of the entry."""
    as_if_due(schedule)
    schedules.update(schedule.pk, actor=schedule.owner, job_name="renamed")
    assert entry_of(schedule).last_run_at is None and not rings_for(beat(), schedule)
    assert runs_once(schedule)


def test_a_change_that_is_dated_before_another_is_not_seen(schedule, publisher):
    """Two changes are dated before they wait for each other, and may come in the other order; beat looks for a later date only."""
    scheduler = beat()
    assert rings_for(scheduler, schedule) is False  # it has read what there is
    scheduler.schedule_changed()
    script = steps.new_script(publisher, name="another")
    second = new_schedule(script, publisher, cron_schedule="0 * * * *", timezone="UTC")
    PeriodicTasks.objects.update(last_update=timezone.now() - timedelta(minutes=1))
    assert f"schedule {second.pk}" not in scheduler.schedule
    as_if_due(second)
    assert runs_once(second)


def test_after_its_clock_was_ahead_beat_waits_for_the_day_that_it_has_seen(schedule):
    PeriodicTask.objects.filter(pk=entry_of(schedule).pk).update(last_run_at=timezone.now() + timedelta(days=30))
    as_if_due(schedule)
    assert not rings_for(beat(), schedule)
    assert runs_once(schedule)


def test_an_entry_that_somebody_disabled_is_made_up_for(schedule):
    PeriodicTask.objects.filter(pk=entry_of(schedule).pk).update(enabled=False)
    as_if_due(schedule)
    assert not rings_for(beat(), schedule)
    assert runs_once(schedule)


# --- What beat rings for too often ---------------------------------------------------------------------------------------------


def test_two_beats_ring_for_the_same_time(schedule):
    PeriodicTask.objects.filter(pk=entry_of(schedule).pk).update(last_run_at=timezone.now() - timedelta(hours=5))
    as_if_due(schedule)
    for scheduler in (beat(), beat()):
        assert rings_for(scheduler, schedule)
        firing.fire(schedule.pk)
    assert runs_once(schedule)


def test_after_a_restart_beat_rings_once_for_all_that_it_missed_and_each_has_its_row(schedule):
    PeriodicTask.objects.filter(pk=entry_of(schedule).pk).update(last_run_at=timezone.now() - timedelta(hours=5))
    as_if_due(schedule, timedelta(hours=5))
    assert rings_for(beat(), schedule)
    firing.fire(schedule.pk)
    assert DueTime.objects.filter(schedule=schedule).count() == 5
    assert runs_once(schedule)


def test_what_is_switched_on_again_rings_at_once_and_nothing_is_due(schedule):
    """Beat makes up for what was due while an entry was off; a schedule does not."""
    schedules.toggle(schedule.pk, actor=schedule.owner)
    as_if_due(schedule, timedelta(hours=5))
    schedules.toggle(schedule.pk, actor=schedule.owner)
    PeriodicTask.objects.filter(pk=entry_of(schedule).pk).update(last_run_at=timezone.now() - timedelta(hours=5))
    assert rings_for(beat(), schedule)
    firing.fire(schedule.pk)
    assert firing.sweep() == 0
    assert not DueTime.objects.exists() and not Run.objects.exists()


# --- The clocks ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("change", [datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)])
@pytest.mark.parametrize("cron", ["30 2 * * *", "*/15 2 * * *", "0 2,3 * * *", "*/20 * * * *"])
def test_whenever_beat_comes_where_the_clocks_change_each_time_is_taken_once(publisher, cron, change):
    """All visits of beat from the day before to the day after, and a sweep that comes half a minute after each due time."""
    made = new_schedule(steps.new_script(publisher), publisher, cron_schedule=cron)
    start, end = change - timedelta(days=1), change + timedelta(days=1)
    expected = [time.astimezone(UTC) for time in schedule_times.between(cron, "Europe/Berlin", start, end)]
    visits = minutes_of(mirror.crontab(cron, "Europe/Berlin"), start, end)
    made.seen_until = start
    for moment in sorted([*visits, *(time + timedelta(seconds=30) for time in expected)]):
        for _ in range(2):
            due_times.take(made, moment, moment)
    taken = list(DueTime.objects.filter(outcome="ran").order_by("due_at").values_list("due_at", flat=True))
    assert taken == expected


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "America/New_York", "Australia/Lord_Howe"])
def test_the_zone_of_the_server_does_not_matter(publisher, zone, monkeypatch):
    """Entries say their own zone; a server that is moved to another one finds them due at the same moments."""
    now = timezone.now()
    there = now.astimezone(BERLIN) + timedelta(minutes=-2)
    made = new_schedule(steps.new_script(publisher), publisher, cron_schedule=f"{there.minute} {there.hour} * * *")
    PeriodicTask.objects.filter(pk=entry_of(made).pk).update(last_run_at=now - timedelta(hours=3))
    monkeypatch.setattr(schedulers, "aware_now", lambda: now.astimezone(ZoneInfo(zone)))
    monkeypatch.setattr(app, "timezone", ZoneInfo(zone), raising=False)
    assert rings_for(beat(), made)
