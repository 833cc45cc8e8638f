"""The schedules with when each comes next and how it went last, to look at."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Now

from dqx import keyset, sql
from dqx.errors import NotFound
from dqx.keyset import FIRST, Page, Place
from dqx.users.permissions import Actor, require
from scripts_app import catalogue
from scripts_app.models import Run, Schedule
from scripts_app.permissions import get_schedule_for
from scripts_app.scheduling import due_time_catalogue, lateness, schedule_times, schedules
from scripts_app.scheduling.due_time_catalogue import Told
from scripts_app.scheduling.lateness import Late
from scripts_app.scheduling.schedule_times import Timing


class Listed(NamedTuple):
    """A schedule, why it rests (None where it does not), since when it is late and why, when it comes next, its newest run, its newest
    due time, and as many of the newest as were asked for."""

    schedule: Schedule
    problem: str | None
    late: Late | None
    next_run: datetime | None
    last_run: Run | None
    last_due: Told | None
    recent: list[Told]


class Coming(NamedTuple):
    """What a timing means: in words, and the next times in its zone."""

    timing: Timing
    description: str
    next_runs: list[datetime]


def listed(
    *,
    actor: Actor,
    scripts: Sequence[int] = (),
    late: bool | None = None,
    recent: int = 0,
    place: Place = FIRST,
    size: int | None = None,
) -> Page:
    """All schedules in the order in which they were made, or the page of `size` at a place, each a `Listed`.

    Args:
        scripts: only those of these scripts, where any are given.
        late: only those that are late, or that are not; None is all.
        recent: how many of its newest due times are told of each.

    Raises:
        NotSignedIn, NotAllowed.
    """
    require(actor, "scripts.view_schedule")
    found = _overviewed().filter(script__in=scripts) if scripts else _overviewed()
    if late is not None:
        of_late = Q(pk__in=[*lateness.found()])
        found = found.filter(of_late if late else ~of_late)
    if size is None:
        return Page(_with_runs(found.order_by("id"), recent), None, None)
    page = keyset.read(found, "id", place, size)
    return page._replace(rows=_with_runs(page.rows, recent))


def get(pk: int, *, actor: Actor, recent: int = 0) -> Listed:
    """One schedule, with so many of its newest due times.

    Raises:
        NotSignedIn, NotAllowed, NotFound.
    """
    require(actor, "scripts.view_schedule")
    found = _with_runs(_overviewed().filter(pk=pk), recent)
    if not found:
        raise NotFound("schedule_not_found", f"There is no schedule {pk}.")
    return found[0]


def next_runs(pk: int, *, actor: Actor, n: int) -> Coming:
    """The next `n` times of a schedule, whether or not it is active.

    Raises:
        NotSignedIn, NotAllowed, NotFound.
        Invalid: an older DQX left it with an expression that is none.
    """
    schedule = get_schedule_for(actor, pk, "scripts.view_schedule")
    schedule_times.check(schedule.cron_schedule, schedule.timezone)
    return _coming(schedules.timing_of(schedule), n)


def preview(*, actor: Actor, n: int, **given: Any) -> Coming:
    """What a timing would mean, before a schedule is saved with it.

    Args:
        given: frequency, time, day_of_week, day_of_month, cron_schedule, timezone.

    Raises:
        NotSignedIn, NotAllowed.
        Invalid: what is wrong, by field.
    """
    require(actor, "scripts.view_schedule")
    return _coming(schedule_times.timing(given), n)


def _coming(timing: Timing, n: int) -> Coming:
    times = schedule_times.coming(timing.cron_schedule, timing.timezone, sql.now(), n)
    return Coming(timing, schedule_times.in_words(timing.cron_schedule), times)


def _overviewed() -> QuerySet[Schedule]:
    newest = Run.objects.filter(schedule=OuterRef("pk")).order_by("-id").values("id")[:1]
    return Schedule.objects.select_related("owner", "script").annotate(last_run=Subquery(newest), read_at=Now())


def _with_runs(found: "QuerySet[Schedule] | Sequence[Any]", recent: int) -> list[Listed]:
    several: list[Any] = list(found)
    runs = catalogue.newest([schedule.last_run for schedule in several])
    due = due_time_catalogue.newest([schedule.pk for schedule in several], max(recent, 1))
    late = lateness.found([schedule.pk for schedule in several])
    listed = []
    for schedule in several:
        told = due.get(schedule.pk, [])
        last_due = told[0] if told else None
        problem = schedules.problem(schedule)
        next_run, last_run = None if problem else _next_run(schedule), runs.get(schedule.last_run)
        listed.append(Listed(schedule, problem, late.get(schedule.pk), next_run, last_run, last_due, told[:recent]))
    return listed


def _next_run(schedule: Any) -> datetime | None:
    if not schedule.is_active:
        return None
    times = schedule_times.coming(schedule.cron_schedule, schedule.timezone, schedule.read_at, 1)
    return times[0] if times else None
