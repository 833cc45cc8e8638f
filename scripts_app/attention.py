"""What somebody should look at: scripts whose last run failed, schedules that rest or are late, alerts that are open, workers that are not
there, and how far the scripts are."""

from collections.abc import Container, Mapping, Sequence
from typing import Any, NamedTuple

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from dqx import sql
from dqx.monitoring import broker, workers
from dqx.users.models import User
from dqx.users.permissions import Actor, require
from scripts_app import catalogue
from scripts_app.alerts import incidents, letter
from scripts_app.models import Incident, Run, Schedule, Script, Trouble
from scripts_app.scheduling import lateness, schedules
from scripts_app.scheduling.lateness import Late

MOST = 5


class Some(NamedTuple):
    """The first of several things, and how many there are in all."""

    first: list[Any]
    n: int

    @property
    def more(self) -> int:
        """How many are not among the first."""
        return self.n - len(self.first)


class Alerts(NamedTuple):
    """Those that nothing else tells of, and how many are open in all."""

    untold: Some
    n_open: int


class Attention(NamedTuple):
    """What somebody should look at.

    `failed` are runs that were the last of their scripts to end, newest first; `resting` are active schedules that can't run, by name, each
    with `why`; `late` are schedules that have not run when they should have, the longest first, each with since when and why as its `late`;
    `alerts` are without what the others tell, newest first, each with the page that it leads to as `place`, and a sentence as `wrong`.
    """

    failed: Some
    resting: Some
    late: Some
    alerts: Alerts
    silence: str | None


def found(*, actor: Actor) -> Attention:
    """All of it; what two parts tell of is looked for once.

    Raises:
        NotSignedIn, NotAllowed.
    """
    for action in ("scripts.view_run", "scripts.view_schedule", "scripts.view_incident"):
        require(actor, action)
    failed = dict(_failed().values_list("script", "pk"))
    late = lateness.found()
    return Attention(
        failed=_newest([*failed.values()]),
        resting=_resting(),
        late=_longest(late),
        alerts=_alerts({Trouble.RUN_FAILED: failed, Trouble.SCHEDULE_LATE: late}),
        silence=silence(actor=actor),
    )


def _failed() -> QuerySet[Run]:
    ended = Run.objects.filter(script=OuterRef("pk")).exclude(status__in=Run.ACTIVE)
    last = Script.objects.annotate(last=Subquery(ended.order_by("-id").values("id")[:1])).values("last")
    return Run.objects.filter(pk__in=last, status=Run.Status.FAILED)


def _newest(failed: Sequence[int]) -> Some:
    return Some(list(catalogue.without_text().select_related("schedule").filter(pk__in=failed[:MOST])), len(failed))


def _resting() -> Some:
    resting = []
    for schedule in _suspects():
        schedule.why = schedules.problem(schedule)
        if schedule.why:
            resting.append(schedule)
    return Some(resting[:MOST], len(resting))


def _suspects() -> QuerySet[Any]:
    """To ask `problem` of thousands would take long; of most it is plain that they have none."""
    below = [User.RoleChoice.VIEWER, User.RoleChoice.AUTHOR]
    nobody = Q(script=None) | Q(owner=None) | Q(owner__is_active=False)
    may_not = Q(owner__is_superuser=False, owner__role__in=below)
    odd = ~Q(cron_schedule__regex=r"^\S+( +\S+){4}$")
    return Schedule.objects.select_related("owner", "script").filter(nobody | may_not | odd, is_active=True)


def _longest(late: Mapping[int, Late]) -> Some:
    first: list[Any] = list(Schedule.objects.filter(pk__in=[*late][:MOST]))
    for schedule in first:
        schedule.late = late[schedule.pk]
    return Some(sorted(first, key=lambda schedule: schedule.late.since), len(late))


def _alerts(told: Mapping[str, Container[int]]) -> Alerts:
    """Without those of the scripts and schedules that are told of, by kind."""
    several = list(incidents.open_subjects().values_list("pk", "kind", "script", "schedule"))
    untold = [
        pk
        for pk, kind, script, schedule in several
        if (schedule if kind == Trouble.SCHEDULE_LATE else script) not in told.get(kind, ())
    ]
    first: list[Any] = list(Incident.objects.filter(pk__in=untold[:MOST]))
    for incident in first:
        incident.place, incident.wrong = letter.place(incident), letter.wrong(incident)
    return Alerts(Some(first, len(untold)), len(several))


def silence(*, actor: Actor) -> str | None:
    """What does not happen since nobody does it, in a sentence; None while there is a worker for each queue, and beat.

    Raises:
        NotSignedIn, NotAllowed.
    """
    require(actor, "scripts.view_schedule")
    known = workers.signs(sql.rows)
    found = workers.alive(known)
    runs, clock = (any(queue in taken for taken in found) for queue in broker.queues())
    if not runs and not clock:
        return "No worker is at work: what is due, and what is asked for, waits until one is started."
    if not runs:
        return "No worker does runs now: they wait until one is started."
    if not clock:
        return "No worker starts what is due: that waits until one is started."
    return None if workers.beat_lives(known) else "Beat is not at work: what is due waits until it is started."


def progress(*, actor: Actor) -> dict[str, Any]:
    """How many `scripts` there are, how many were `populated`, and how many of these are `waiting`: not published since.

    Raises:
        NotSignedIn, NotAllowed.
    """
    require(actor, "scripts.view_script")
    publish = Run.objects.filter(script=OuterRef("pk"), kind=Run.Kind.PUBLISH, status=Run.Status.SUCCEEDED)
    published = Q(Exists(publish.filter(id__gt=OuterRef("staged_run"))))
    return Script.objects.aggregate(
        scripts=Count("pk"),
        populated=Count("staged_run"),
        waiting=Count("pk", filter=Q(staged_run__isnull=False) & ~published),
    )
