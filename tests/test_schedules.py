"""Schedules and the connections that scripts may read."""

import re
import threading
from bisect import bisect_left
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings as configured
from django.db import connection as database
from django.db import transaction
from django.utils import timezone
from django_celery_beat.models import CrontabSchedule, PeriodicTask
from django_celery_beat.tzcrontab import TzAwareCrontab

from dqx.errors import Invalid, NotAllowed
from dqx.users.models import User
from scripts_app import connections, due_times, firing, schedule_times, schedules, scripts, tasks, vault
from scripts_app.models import Connection, Run, Schedule
from tests import steps

pytestmark = pytest.mark.django_db(transaction=True)
KEY = "8" * 43 + "="
BOTH = "populate_and_publish"
# Of the columns, as TzAwareCrontab takes them.
CELERY_ORDER = ("minute", "hour", "day_of_week", "day_of_month", "month_of_year")


def new_schedule(script, actor, **fields):
    values = {"job_name": "nightly", "cron_schedule": "5 2 * * 1-5", "timezone": "Europe/Berlin", **fields}
    return schedules.create(script_id=script.pk, actor=actor, **values)


def mirror_of(schedule):
    return PeriodicTask.objects.filter(name=f"schedule {schedule.pk}").first()


def make_due(schedule, minutes=5):
    """As if some minutes had passed since anybody looked at a schedule of every minute."""
    Schedule.objects.filter(pk=schedule.pk).update(seen_until=timezone.now() - timedelta(minutes=minutes))


def do_what_is_queued():
    """As a worker does."""
    while run := Run.objects.filter(status="queued").first():
        tasks.execute(run.pk)


def told():
    return list(Run.objects.order_by("id").values_list("kind", "status", "trigger", "actor__username"))


# --- The mirror -------------------------------------------------------------------------------------------------------------


def test_a_schedule_is_mirrored_to_beat_and_goes_with_it(publisher):
    schedule = new_schedule(steps.new_script(publisher), publisher)
    crontab = mirror_of(schedule).crontab
    assert (crontab.minute, crontab.hour, crontab.day_of_month, crontab.day_of_week) == ("5", "2", "*", "1,2,3,4,5")
    assert (str(crontab.timezone), mirror_of(schedule).args) == ("Europe/Berlin", f"[{schedule.pk}]")
    schedules.toggle(schedule.pk, actor=publisher)
    assert mirror_of(schedule) is None
    schedules.update(schedule.pk, actor=publisher, is_active=True, cron_schedule="0 3 * * *")
    assert (mirror_of(schedule).enabled, mirror_of(schedule).crontab.hour) == (True, "3")
    schedules.delete(schedule.pk, actor=publisher)
    assert mirror_of(schedule) is None


def test_a_script_that_is_deleted_takes_its_schedules_and_their_mirrors_along(publisher):
    script = steps.new_script(publisher)
    schedule = new_schedule(script, publisher)
    scripts.delete(script.pk, actor=publisher)
    assert mirror_of(schedule) is None
    assert not Schedule.objects.exists()


def test_two_schedules_of_one_time_share_a_crontab_even_if_there_are_two(publisher):
    script = steps.new_script(publisher)
    first = new_schedule(script, publisher)
    double = mirror_of(first).crontab
    double.pk = None
    double.save()
    second = new_schedule(script, publisher)
    assert mirror_of(second).crontab_id in CrontabSchedule.objects.values_list("pk", flat=True)


@pytest.mark.parametrize(
    ("cron", "zone"),
    [
        ("5 2 * * *", "Europe/Berlin"), ("30 2 * * *", "Europe/Berlin"), ("0 * * * *", "Europe/Berlin"), ("*/15 2 * * *", "Europe/Berlin"),
            ("5 * * * 0", "America/New_York"),
        ("*/20 * * * *", "America/New_York"), ("0 0 1 * 1", "UTC"), ("0 0 13 * fri", "Asia/Kolkata"),
        ("15 6 */2 * 1", "Europe/Berlin"), ("0 12 29 2 *", "Asia/Kathmandu"), ("59 23 31 * *", "Pacific/Auckland"),
        ("0 0 * jan,jul sun-tue", "Europe/London"), ("5-55/10 8-18/2 * * 1-5", "Australia/Sydney"), ("0 3 * * 7", "America/Sao_Paulo"),
    ],
)  # fmt: skip
def test_beat_comes_at_every_due_time_or_within_the_hour_after(cron, zone):
    """Over the year with both changes of the clocks: each due time is followed by a visit of beat before the next one is due."""
    start, end = datetime(2025, 12, 31, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    columns = schedule_times.mirrored(cron, zone)
    visits = minutes_of(columns, start, end)
    due = (time.astimezone(UTC) for time in schedule_times._times(cron, zone, start))
    for time in takewhile(lambda time: time < end - timedelta(hours=2), due):
        visit = visits[bisect_left(visits, time)]
        assert visit - time <= timedelta(hours=1), (time, visit)


def minutes_of(columns, start, end):
    """When Celery finds a crontab due: every minute whose clock on the wall fits, and the time after a gap, as `TzAwareCrontab` does."""
    zone = ZoneInfo(columns["timezone"])
    crontab = TzAwareCrontab(*[columns[name] for name in CELERY_ORDER], tz=zone)
    found, last = [], start
    while True:
        wait = crontab.remaining_delta(last.astimezone(zone))
        last = (wait[0] + wait[1]).astimezone(UTC)
        if last > end:
            return found
        found.append(last)


# --- What is refused --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cron", "told"),
    [("* * * *", "This one has 4"), ("* * * * * *", "This one has 6"), ("@daily", "@daily are not known"),
     ("61 * * * *", "minute '61'"), ("* * 0 * *", "day of month '0'"), ("* * * 13 *", "month '13'"),
     ("* * * * 8", "day of week '8'"), ("x * * * *", "minute 'x'"), ("*/0 * * * *", "minute"), ("* 24 * * *", "hour '24'"),
     ("0 0 L * *", "day of month 'L'"), ("0 0 15W * *", "day of month '15W'"), ("0 0 * * 5#2", "day of week '5#2'"),
     ("0 0 ? * *", "day of month"), ("0 0 * * fri-mon", "day of week 'fri-mon'"), ("0 0 31 2 *", "never comes"),
     ("1,, * * * *", "minute '1,,'"),
     ("0 0 31 4,6,9,11 *", "never comes"), ("٣ * * * *", "minute"), ("5/ * * * *", "minute '5/'"), ("0" * 99 + " * * * *", "at most 100")],
)  # fmt: skip
def test_a_malformed_expression_is_refused_by_its_field(publisher, cron, told):
    with pytest.raises(Invalid, match=re.escape(told)) as refused:
        new_schedule(steps.new_script(publisher), publisher, cron_schedule=cron)
    assert refused.value.data["field"] == "cron_schedule"
    assert not Schedule.objects.exists()


def test_an_unknown_time_zone_is_refused(publisher):
    with pytest.raises(Invalid, match="no time zone 'Mars/Base'"):
        new_schedule(steps.new_script(publisher), publisher, timezone="Mars/Base")


def test_an_author_may_not_schedule(author):
    with pytest.raises(NotAllowed):
        new_schedule(steps.new_script(author), author)


# --- When it is due ---------------------------------------------------------------------------------------------------------


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


# --- Who acts ---------------------------------------------------------------------------------------------------------------


def rests(schedule):
    make_due(schedule)
    firing.fire(schedule.pk)
    assert told() == []
    return schedules.problem(Schedule.objects.get(pk=schedule.pk))


def test_a_schedule_rests_without_an_owner_who_may(publisher, admin):
    schedule = new_schedule(steps.new_script(publisher), publisher, cron_schedule="* * * * *", operation=BOTH)
    User.objects.filter(pk=publisher.pk).update(role="author")
    assert "paula, may no longer do it" in rests(schedule)
    User.objects.filter(pk=publisher.pk).update(role="publisher", is_active=False)
    assert "paula, is deactivated" in rests(schedule)
    publisher.delete()
    assert "Nobody owns it" in rests(schedule)
    schedules.update(schedule.pk, actor=admin, job_name="mine now")
    assert (Schedule.objects.get().owner, schedules.problem(Schedule.objects.get())) == (admin, None)


def test_who_changes_what_it_does_owns_it(publisher, admin):
    script = steps.new_script(admin)
    schedule = new_schedule(script, admin)
    for harmless in (
        {"job_name": "x"},
        {"is_active": False},
        {"cron_schedule": "5 2 * * 1-5"},
        {"script_id": script.pk},
    ):
        assert schedules.update(schedule.pk, actor=publisher, **harmless).owner == admin
    schedules.toggle(schedule.pk, actor=publisher)
    assert Schedule.objects.get().owner == admin
    assert schedules.update(schedule.pk, actor=publisher, operation=BOTH).owner == publisher


def test_by_hand_it_is_done_as_the_one_who_asks_even_while_it_is_off(publisher, admin):
    schedule = new_schedule(steps.new_script(admin), admin, is_active=False, operation=BOTH)
    schedules.run_now(schedule.pk, actor=publisher, trigger="api")
    do_what_is_queued()
    assert told() == [("populate", "succeeded", "api", "paula"), ("publish", "succeeded", "api", "paula")]


def test_a_role_that_is_lost_between_populate_and_publish_counts(publisher):
    schedule = new_schedule(steps.new_script(publisher), publisher, operation=BOTH)
    schedules.run_now(schedule.pk, actor=publisher, trigger="api")
    User.objects.filter(pk=publisher.pk).update(role="author")
    do_what_is_queued()
    assert [run[:2] for run in told()] == [("populate", "succeeded")]
    assert steps.bad_rows() == []


# --- Connections --------------------------------------------------------------------------------------------------------------


def test_a_script_reads_the_database_of_its_connection(admin, settings):
    settings.ENCRYPTION_KEYS = [KEY]
    runner = configured.RUNNER_DATABASE
    here = Connection(
        name="here",
        host=runner["HOST"],
        port=runner["PORT"],
        dbname=database.settings_dict["NAME"],
        username=runner["USER"],
    )
    connections.save(here, actor=admin, password=runner["PASSWORD"])
    script = scripts.create(actor=admin, name="there", content=steps.FIVE, connection=here)
    steps.succeeded(steps.run_populate(script, admin))
    assert len(steps.staged(script)) == 1


def test_a_key_is_changed_by_putting_the_new_one_in_front(settings):
    settings.ENCRYPTION_KEYS = [KEY]
    kept = Connection(name="x", host="127.0.0.1", secret=vault.encrypt("S3CRET"))
    settings.ENCRYPTION_KEYS = ["9" * 42 + "8=", KEY]
    assert connections.address(kept)["PASSWORD"] == "S3CRET"


def test_only_admins_choose_a_connection(admin, author, settings):
    settings.ENCRYPTION_KEYS = [KEY]
    far = connections.save(Connection(name="far", host="h", dbname="d", username="u"), actor=admin)
    with pytest.raises(NotAllowed):
        scripts.create(actor=author, name="x", content=steps.FIVE, connection=far)
