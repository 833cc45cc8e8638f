"""Schedules that did not run when they should have: missed, refused, not taken up, taken up late, or still waiting for a worker.

One that is well again before anybody was told is told all the same, in one message: after a night without DQX people want to know of it.
"""

from collections.abc import Container, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from django.db.models import OuterRef, Subquery

from scripts_app.alerts import incidents
from scripts_app.alerts.found import Found
from scripts_app.models import AlertRule, DueTime, Incident, Run, Schedule, Trouble
from scripts_app.scheduling import due_times, lateness
from scripts_app.scheduling.lateness import Late

Outcome = DueTime.Outcome
BAD = (Outcome.MISSED, Outcome.REFUSED)
MOST = 1_000


def look(times: Sequence[DueTime], rules: Sequence[AlertRule], now: datetime, *, is_last: bool = True) -> None:
    """Open by the newest of these due times of each schedule and by what is late now; close what ran again.

    Args:
        is_last: no more due times follow. Before that nothing is closed, since each look at all that is open takes its time.
    """
    newest = {one.schedule_id: one for one in sorted(times, key=lambda one: one.due_at)}
    found = [_recorded(one) for one in newest.values() if one.outcome in BAD and one.schedule.is_active]
    late = lateness.found(now=now)
    if any(Trouble.SCHEDULE_LATE in rule.on for rule in rules):
        found += _late(dict(islice(late.items(), MOST)), now)
        found += [_recorded(one) for one in newest.values() if _came_late(one)]
        incidents.open_all(found, rules)
    if is_last:
        _close(now, late)


def _came_late(one: DueTime) -> bool:
    """Whoever took it up has said so, by the clock of the database; when the row was written is told by that of a worker."""
    return one.outcome == Outcome.RAN and bool(one.reason)


def _subject(pk: int) -> str:
    return f"schedule {pk}"


def _found(schedule: Schedule, due_at: datetime | None, why: str, run: int | None = None) -> Found:
    return Found(
        kind=Trouble.SCHEDULE_LATE,
        subject=_subject(schedule.pk),
        title=schedule.job_name,
        script_id=schedule.script_id,
        schedule_id=schedule.pk,
        due_at=due_at,
        why=why,
        run_id=run,
    )


def _recorded(one: DueTime) -> Found:
    return _found(one.schedule, one.due_at, one.reason or f"{one.get_outcome_display()}.", one.run_id)


def _late(late: dict[int, Late], now: datetime) -> list[Found]:
    schedules = Schedule.objects.in_bulk(list(late))
    return [_found(schedules[pk], one.since, _why(one, now), one.run_id) for pk, one in late.items() if pk in schedules]


def _why(late: Late, now: datetime) -> str:
    """As the list of schedules says it; a message may be read much later than it was written."""
    return f"After {due_times.ago(late.since, now)} {late.why[0].lower()}{late.why[1:]}"


def _close(now: datetime, late: Container[int]) -> None:
    last = DueTime.objects.filter(schedule=OuterRef("schedule")).order_by("-due_at")
    open_ones = Incident.objects.filter(kind=Trouble.SCHEDULE_LATE, closed_at=None).select_related("schedule")
    marked = open_ones.annotate(
        last_outcome=Subquery(last.values("outcome")[:1]),
        last_due=Subquery(last.values("due_at")[:1]),
        last_status=Subquery(last.values("run__status")[:1]),
    )
    several = list(marked)
    gone = [one.pk for one in several if one.schedule is None or not one.schedule.is_active]
    incidents.close(Incident.objects.filter(pk__in=gone), now)
    ran = [one.pk for one in several if _has_run(one, late)]
    incidents.close(Incident.objects.filter(pk__in=ran), now, tell_untold=True)


def _has_run(one: Any, late: Container[int]) -> bool:
    """Whether the schedule ran at that time or a later one, and its run has begun."""
    if one.schedule_id in late or one.last_outcome != Outcome.RAN or one.last_status == Run.Status.QUEUED:
        return False
    return bool(one.due_at is None or one.last_due >= one.due_at)
