"""Each due time has a row that says what became of it, and is run once, however beat rings."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import F
from django.utils import timezone
from kombu.exceptions import OperationalError

from dqx import sql
from dqx.users.models import User
from scripts_app.ledger import figures
from scripts_app.models import DueTime, Run, Schedule
from scripts_app.scheduling import due_times, firing, lateness, schedules
from tests import steps
from tests.beside import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def clear_of_the_hour():
    steps.clear_of_the_hour()


@pytest.fixture
def schedule(publisher):
    """Hourly, made long ago."""
    made = schedules.create(
        actor=publisher, job_name="hourly", script_id=steps.new_script(publisher).pk, cron_schedule="0 * * * *"
    )
    return seen(made, timedelta(hours=5, minutes=30))


def seen(schedule, ago, **fields):
    """As if nobody had looked at it for so long."""
    after = timezone.now() - ago
    fields = {"seen_until": after, "next_due_at": due_times.next_due_at(schedule, after), **fields}
    Schedule.objects.filter(pk=schedule.pk).update(**fields)
    schedule.refresh_from_db()
    return schedule


def rows():
    """(outcome, how many hours before the last one it was due), the oldest first."""
    found = list(DueTime.objects.order_by("due_at"))
    return [(row.outcome, round((found[-1].due_at - row.due_at) / timedelta(hours=1))) for row in found]


def the_hour(moment=None):
    return (moment or timezone.now()).replace(minute=0, second=0, microsecond=0)


# --- Missed -----------------------------------------------------------------------------------------------------------------


def test_after_an_outage_the_last_missed_time_is_run_and_the_others_are_told(schedule):
    firing.fire(schedule.pk)
    *missed, last = rows()
    assert [outcome for outcome, _ in missed] == ["missed"] * len(missed) and len(missed) in (4, 5)
    assert last == ("ran", 0)
    assert DueTime.objects.latest("due_at").due_at == the_hour()
    assert Run.objects.get().due_times.get().due_at == the_hour()


def test_a_schedule_that_skips_what_it_missed_runs_nothing_after_an_outage(schedule):
    late = timedelta(minutes=30)
    seen(schedule, timedelta(hours=5), catch_up="skip", cron_schedule=f"{(timezone.now() - late).minute} * * * *")
    firing.fire(schedule.pk)
    assert {outcome for outcome, _ in rows()} == {"missed"} and not Run.objects.exists()
    assert "minutes late; missed times are skipped" in DueTime.objects.latest("due_at").reason


def test_a_schedule_that_skips_is_run_in_time(schedule):
    now = timezone.now()
    seen(schedule, timedelta(minutes=2), catch_up="skip", cron_schedule=f"{now.minute} * * * *")
    firing.fire(schedule.pk)
    assert rows() == [("ran", 0)]
    assert DueTime.objects.get().reason == ""


def test_how_late_it_was_is_told(schedule):
    seen(schedule, timedelta(hours=3), cron_schedule=f"{(timezone.now() - timedelta(minutes=40)).minute} * * * *")
    firing.fire(schedule.pk)
    assert DueTime.objects.latest("due_at").reason in [f"DQX came to it {n} minutes late." for n in (40, 41)]


def test_times_of_a_very_long_outage_share_a_row_and_none_is_lost(schedule, monkeypatch):
    monkeypatch.setattr(due_times, "MOST_ROWS", 10)
    seen(schedule, timedelta(days=30), cron_schedule="*/5 * * * *")
    firing.fire(schedule.pk)
    found = list(DueTime.objects.order_by("due_at"))
    assert len(found) == 11
    n = sum(row.n_times for row in found)
    assert abs(n - 30 * 24 * 12) <= 1
    assert found[0].n_times == n - 10


@pytest.mark.parametrize(
    "change",
    [
        {"cron_schedule": "30 4 * * *"},
        {"frequency": "daily", "time": "04:30"},
        {"timezone": "Asia/Tokyo"},
        {"is_active": False},
    ],
)
def test_what_was_missed_is_told_when_a_schedule_is_changed_before_anybody_came_to_it(schedule, publisher, change):
    """The web goes on while beat or the workers are down."""
    schedules.update(schedule.pk, actor=publisher, **change)
    assert {(row.outcome, row.run, row.reason) for row in DueTime.objects.all()} == {
        ("missed", None, "The schedule was changed or switched off before DQX came to it.")
    }
    assert DueTime.objects.count() in (5, 6)
    assert firing.sweep() == 0 and not Run.objects.exists()


def test_what_was_missed_is_told_when_a_schedule_is_switched_off_and_nothing_of_while_it_was_off(schedule, publisher):
    schedules.toggle(schedule.pk, actor=publisher)
    n = DueTime.objects.filter(outcome="missed").count()
    Schedule.objects.update(seen_until=timezone.now() - timedelta(hours=3))
    schedules.toggle(schedule.pk, actor=publisher)
    assert n in (5, 6) and DueTime.objects.count() == n and firing.sweep() == 0


@pytest.mark.parametrize("change", [{"job_name": "other"}, {"catch_up": "skip"}, {"operation": "populate_and_publish"}])
def test_what_was_missed_is_made_up_for_after_a_change_that_leaves_the_times(schedule, publisher, change):
    schedules.update(schedule.pk, actor=publisher, **change)
    assert not DueTime.objects.exists() and firing.sweep() == 1


def test_a_server_of_pages_whose_clock_is_slow_makes_nothing_due_that_was_before_the_schedule(publisher, monkeypatch):
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now - timedelta(hours=3))
    script = steps.new_script(publisher)
    made = schedules.create(actor=publisher, job_name="new", script_id=script.pk, cron_schedule="0 * * * *")
    assert made.next_due_at > now and firing.sweep() == 0


# --- Once -------------------------------------------------------------------------------------------------------------------


def test_two_beats_at_once_and_a_sweep_start_one_run(schedule):
    for task in at_once(*[lambda: firing.fire(schedule.pk)] * 3, firing.sweep, firing.sweep):
        task.done()
    assert [outcome for outcome, _ in rows()].count("ran") == 1 and Run.objects.count() == 1


def test_a_schedule_that_beat_forgot_is_taken_up_by_the_sweep(schedule):
    assert firing.sweep() == 1
    assert Run.objects.get().trigger == "schedule"
    assert firing.sweep() == 0
    schedule.refresh_from_db()
    assert schedule.next_due_at == the_hour() + timedelta(hours=1)


def test_the_sweep_leaves_beat_a_moment(schedule):
    seen(schedule, timedelta(minutes=1), next_due_at=timezone.now() - timedelta(seconds=5))
    assert firing.sweep() == 0


def test_a_schedule_that_is_off_is_never_swept(schedule):
    Schedule.objects.update(is_active=False)
    assert firing.sweep() == 0


def test_the_sweep_leaves_what_beat_takes_up_meanwhile(schedule, monkeypatch):
    """Else it would take what comes next ahead of its time."""
    past = timezone.now() - timedelta(minutes=2)
    seen(schedule, timedelta(minutes=3), cron_schedule="* * * * *", next_due_at=past)
    monkeypatch.setattr(firing, "SKEW", timedelta(minutes=2))
    take_up = firing._take_up

    def after_beat(one, now, skip_locked=False):
        take_up(Schedule.objects.filter(pk=schedule.pk), now)
        take_up(one, now, skip_locked)

    monkeypatch.setattr(firing, "_take_up", after_beat)
    firing.sweep()
    assert Run.objects.exists() and not DueTime.objects.filter(due_at__gt=timezone.now()).exists()


def test_of_thousands_that_were_missed_a_sweep_takes_its_share(schedule, monkeypatch, publisher):
    monkeypatch.setattr(firing, "MOST_SWEPT", 2)
    for number in range(4):
        script = steps.new_script(publisher, name=str(number))
        made = schedules.create(actor=publisher, job_name="x", script_id=script.pk, cron_schedule="0 * * * *")
        seen(made, timedelta(hours=3))
    assert [firing.sweep() for _ in range(4)] == [2, 2, 1, 0]
    assert Run.objects.count() == 5


# --- What else becomes of them ------------------------------------------------------------------------------------------------


def test_it_is_skipped_while_the_last_run_is_still_going(schedule, publisher):
    going = schedules.run_now(schedule.pk, actor=publisher, trigger="api")
    firing.fire(schedule.pk)
    last = DueTime.objects.latest("due_at")
    told = f"Run {Run.objects.get().pk} of the script was not over yet."
    assert (last.outcome, last.run, last.reason) == ("skipped", None, told)
    assert list(Run.objects.all()) == [going]


def test_it_says_why_it_could_not_start(schedule, publisher):
    User.objects.filter(pk=publisher.pk).update(is_active=False)
    firing.fire(schedule.pk)
    last = DueTime.objects.latest("due_at")
    assert (last.outcome, "paula, is deactivated" in last.reason) == ("refused", True)


def test_it_says_when_it_was_populated_but_not_published(schedule, publisher):
    Schedule.objects.update(operation="populate_and_publish")
    firing.fire(schedule.pk)
    User.objects.filter(pk=publisher.pk).update(role="author")
    steps.execution.work()
    last = DueTime.objects.latest("due_at")
    assert (last.outcome, last.run.status) == ("refused", "succeeded")
    assert last.reason.startswith("It was populated, but not published: ")


def test_the_publish_is_there_as_soon_as_the_populate_has_succeeded(schedule):
    Schedule.objects.update(operation="populate_and_publish")
    firing.fire(schedule.pk)
    populate = Run.objects.get()
    steps.execution.execute(populate.pk)
    assert list(Run.objects.order_by("id").values_list("kind", "status")) == [
        ("populate", "succeeded"),
        ("publish", "queued"),
    ]


def test_while_the_broker_is_away_the_run_waits(schedule, settings, monkeypatch):
    def away(**_):
        raise OperationalError("away")

    monkeypatch.setattr("scripts_app.ledger.claims.ring", away)
    firing.fire(schedule.pk)
    assert (Run.objects.get().status, rows()[-1][0]) == ("queued", "ran")


# --- The clock ----------------------------------------------------------------------------------------------------------------


def test_a_clock_that_was_ahead_and_is_put_right_costs_no_run(schedule):
    """It jumped a day ahead, schedules ran for it, and then it went back: what was taken for past is due again when it comes."""
    ahead = timezone.now() + timedelta(days=1)
    seen(schedule, timedelta(minutes=1))
    assert due_times.take(schedule, ahead, ahead).outcome == "ran"
    assert DueTime.objects.filter(due_at__gt=timezone.now()).count() >= 23
    assert firing.sweep() == 1
    schedule.refresh_from_db()
    assert not DueTime.objects.filter(due_at__gt=timezone.now() + timedelta(minutes=1)).exists()
    assert schedule.next_due_at <= timezone.now() + timedelta(hours=1, minutes=1)


def test_what_comes_within_the_skew_is_not_run_in_place_of_what_has_come(schedule):
    """At ten seconds to nine, eight was missed: it is run now, and nine is left for its time. With nothing missed nine may run at once."""
    now, skew = the_hour() - timedelta(seconds=10), timedelta(seconds=30)
    eight, nine = the_hour() - timedelta(hours=1), the_hour()
    Schedule.objects.filter(pk=schedule.pk).update(seen_until=eight - timedelta(minutes=1))
    schedule.refresh_from_db()
    first = due_times.take(schedule, now, now + skew)
    assert (first.due_at, first.outcome, schedule.next_due_at) == (eight, "ran", nine)
    then = due_times.take(schedule, now, now + skew)
    assert (then.due_at, then.outcome) == (nine, "ran")
    assert not DueTime.objects.filter(outcome="missed").exists()


def test_a_second_hour_of_the_clock_on_the_wall_is_due_once(schedule):
    """In Berlin half past two comes twice on 25 October 2026."""
    schedule.cron_schedule, schedule.timezone = "30 2 * * *", "Europe/Berlin"
    schedule.seen_until = datetime(2026, 10, 24, 12, tzinfo=UTC)
    first = due_times.take(
        schedule, datetime(2026, 10, 25, 0, 31, tzinfo=UTC), datetime(2026, 10, 25, 0, 31, tzinfo=UTC)
    )
    again = due_times.take(
        schedule, datetime(2026, 10, 25, 1, 31, tzinfo=UTC), datetime(2026, 10, 25, 1, 31, tzinfo=UTC)
    )
    assert (first.due_at, again) == (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), None)


# --- Late -------------------------------------------------------------------------------------------------------------------


def test_a_schedule_that_nobody_took_up_is_late(schedule):
    (late,) = lateness.found().values()
    assert (late.since, late.run_id) == (schedule.next_due_at, None) and "Nobody has taken it up" in late.why
    firing.sweep()
    steps.execution.work()
    assert not lateness.found()


def test_one_whose_run_was_due_long_ago_and_has_not_begun_is_late_while_it_is_on(schedule):
    firing.sweep()
    later = the_hour() + timedelta(minutes=59)
    late = lateness.found([schedule.pk], now=later)[schedule.pk]
    assert (late.since, late.run_id) == (the_hour(), Run.objects.get().pk) and "still waits" in late.why
    assert not lateness.found([schedule.pk + 1], now=later)
    Schedule.objects.update(is_active=False)
    assert not lateness.found(now=later)
    Schedule.objects.update(is_active=True)
    steps.execution.work()
    assert not lateness.found(now=later)


def figure(name, **labels):
    """A figure of /metrics."""
    found = [sample for family in figures.families(sql.rows) for sample in family.samples]
    return next(sample.value for sample in found if sample.name == name and labels.items() <= sample.labels.items())


def test_those_who_watch_see_what_is_late_and_what_became_of_due_times(schedule):
    assert (figure("dqx_schedules"), figure("dqx_schedules_late")) == (1, 1)
    assert 3_600 * 4 < figure("dqx_schedule_lateness_seconds") < 3_600 * 6
    firing.sweep()
    DueTime.objects.filter(outcome="ran").update(due_at=F("due_at") - timedelta(days=1))
    assert figure("dqx_schedules_late") == 1  # the run has not begun
    steps.execution.work()
    assert (figure("dqx_schedules_late"), figure("dqx_schedule_lateness_seconds")) == (0, 0)
    assert figure("dqx_due_times", outcome="ran") == 1
    assert figure("dqx_due_times", outcome="missed") in (4, 5)
