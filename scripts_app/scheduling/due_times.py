"""The rows of due times: taken once each, in order, and what is missed is told."""

from collections import deque
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.utils.timesince import timesince

from scripts_app.models import DueTime, Schedule
from scripts_app.scheduling import schedule_times

# So many missed times in a row have rows of their own; those before them share the first one.
MOST_ROWS = 500
# What was due longer ago than this is one stretch that nobody counts.
LONGEST_OUTAGE = timedelta(days=400)


def take(schedule: Schedule, now: datetime, until: datetime) -> DueTime | None:
    """Write a row for each due time that has come and nobody has taken; the last of them, which is to be run where its outcome is RAN.

    The caller holds the schedule's lock.

    Args:
        now: the clock of the database.
        until: a little later, for clocks that differ: where nothing has come, what is due up to then has.
    """
    if schedule.seen_until is not None and schedule.seen_until > until + (until - now):
        _turn_back(schedule, until)
    if not schedule_times.is_valid(schedule.cron_schedule, schedule.timezone):
        return None
    after = _seen(schedule, now)
    times, n = _come(schedule, after, now)
    if not times:  # only then, or what comes next would run early, and what is made up for would be missed for it
        times, n = _come(schedule, after, until)
    _see(schedule, times[-1] if times else after)
    if not times:
        return None
    *before, last = times
    _miss(schedule, before, n - 1, "DQX did not come to it before the next one was due.")
    return _last(schedule, last, now)


def forgo(schedule: Schedule, now: datetime) -> None:
    """Write a row for each due time that has come and nobody has taken, since the schedule is about to be due at other times, or at none.

    The caller holds the schedule's lock.
    """
    if schedule.is_active and schedule_times.is_valid(schedule.cron_schedule, schedule.timezone):
        times, n = _come(schedule, _seen(schedule, now), now)
        _miss(schedule, times, n, "The schedule was changed or switched off before DQX came to it.")


def _seen(schedule: Schedule, now: datetime) -> datetime:
    return max(schedule.seen_until or schedule.updated_at, now - LONGEST_OUTAGE)


def _miss(schedule: Schedule, times: list[datetime], n: int, reason: str) -> None:
    """Write that these times were missed, the first of them also for those of the `n` in all that are not among them."""
    missed = [DueTime(schedule=schedule, due_at=time, outcome=DueTime.Outcome.MISSED, reason=reason) for time in times]
    if missed:
        missed[0].n_times += n - len(missed)
    DueTime.objects.bulk_create(missed, ignore_conflicts=True)


def _come(schedule: Schedule, after: datetime, until: datetime) -> tuple[list[datetime], int]:
    """The last due times between two moments, and how many there were in all."""
    times: deque[datetime] = deque(maxlen=MOST_ROWS + 1)
    n = 0
    for n, time in enumerate(  # noqa: B007 - the last number counts
        schedule_times.between(schedule.cron_schedule, schedule.timezone, after, until), start=1
    ):
        times.append(time.astimezone(UTC))
    return list(times), n


def _see(schedule: Schedule, seen: datetime) -> None:
    following = next_due_at(schedule, seen)
    if (schedule.seen_until, schedule.next_due_at) != (seen, following):
        schedule.seen_until, schedule.next_due_at = seen, following
        Schedule.objects.filter(pk=schedule.pk).update(seen_until=seen, next_due_at=following)


def next_due_at(schedule: Schedule, after: datetime) -> datetime | None:
    """The first due time after a moment, in UTC; None while the schedule is off, or where its expression is none."""
    if not schedule.is_active or not schedule_times.is_valid(schedule.cron_schedule, schedule.timezone):
        return None
    coming = schedule_times.coming(schedule.cron_schedule, schedule.timezone, after, 1)
    return coming[0].astimezone(UTC) if coming else None


def _last(schedule: Schedule, time: datetime, now: datetime) -> DueTime | None:
    lateness = (now - time).total_seconds()
    late = lateness > settings.LATE_SECONDS
    if late and schedule.catch_up == Schedule.CatchUp.SKIP:
        outcome, reason = DueTime.Outcome.MISSED, f"DQX came to it {ago(time, now)} late; missed times are skipped."
    else:
        outcome, reason = DueTime.Outcome.RAN, f"DQX came to it {ago(time, now)} late." if late else ""
    row, is_new = DueTime.objects.get_or_create(
        schedule=schedule, due_at=time, defaults={"outcome": outcome, "reason": reason}
    )
    return row if is_new else None


def ago(time: datetime, now: datetime) -> str:
    """How long before a moment a time was, in words, such as "2 hours, 5 minutes"."""
    return timesince(time, now).replace("\xa0", " ")


def _turn_back(schedule: Schedule, now: datetime) -> None:
    """The clock had been wrong: what it took for past has yet to come, and is due again."""
    DueTime.objects.filter(schedule=schedule, due_at__gt=now).delete()
    schedule.seen_until = now
