"""What somebody should look at: scripts whose last run failed, schedules that rest or are late, alerts that are open, workers that are not
there, and how far the scripts are."""

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


def failed(*, actor: Actor) -> Some:
    """Runs that failed and were the last of their scripts to end, newest first.

    Raises:
        NotSignedIn, NotAllowed.
    """
    require(actor, "scripts.view_run")
    pks = list(_failed().values_list("pk", flat=True))
    return Some(list(catalogue.without_text().select_related("schedule").filter(pk__in=pks[:MOST])), len(pks))


def _failed() -> QuerySet[Run]:
    ended = Run.objects.filter(script=OuterRef("pk")).exclude(status__in=Run.ACTIVE)
    last = Script.objects.annotate(last=Subquery(ended.order_by("-id").values("id")[:1])).values("last")
    return Run.objects.filter(pk__in=last, status=Run.Status.FAILED)


def resting(*, actor: Actor) -> Some:
    """Schedules that are active and can't run, each with why as its `why`, by name.

    Raises:
        NotSignedIn, NotAllowed.
    """
    require(actor, "scripts.view_schedule")
    found = []
    for schedule in _suspects():
        schedule.why = schedules.problem(schedule)
        if schedule.why:
            found.append(schedule)
    return Some(found[:MOST], len(found))


def late(*, actor: Actor) -> Some:
    """Schedules that have not run when they should have, the longest first, each with since when and why as its `late`.

    Raises:
        NotSignedIn, NotAllowed.
    """
    require(actor, "scripts.view_schedule")
    found = lateness.found()
    first: list[Any] = list(Schedule.objects.filter(pk__in=[*found][:MOST]))
    for schedule in first:
        schedule.late = found[schedule.pk]
    return Some(sorted(first, key=lambda schedule: schedule.late.since), len(found))


def alerts(*, actor: Actor) -> Alerts:
    """What is wrong by the rules of alerts, newest first, without what `failed` and `late` tell. Each incident has the page that it leads
    to as `place`, and a sentence as `wrong`.

    Raises:
        NotSignedIn, NotAllowed.
    """
    require(actor, "scripts.view_incident")
    told = {
        Trouble.RUN_FAILED.value: set(_failed().values_list("script", flat=True)),
        Trouble.SCHEDULE_LATE.value: set(lateness.found()),
    }
    found = list(incidents.open_subjects().values_list("pk", "kind", "script", "schedule"))
    untold = [
        pk
        for pk, kind, script, schedule in found
        if (schedule if kind == Trouble.SCHEDULE_LATE else script) not in told.get(kind, ())
    ]
    first: list[Any] = list(Incident.objects.filter(pk__in=untold[:MOST]))
    for incident in first:
        incident.place, incident.wrong = letter.place(incident), letter.wrong(incident)
    return Alerts(Some(first, len(untold)), len(found))


def silence(*, actor: Actor) -> str | None:
    """What does not happen since no worker does it, in a sentence; None while there is one for each queue.

    Raises:
        NotSignedIn, NotAllowed.
    """
    require(actor, "scripts.view_schedule")
    found = workers.alive(sql.rows)
    runs, clock = (any(queue in taken for taken in found) for queue in broker.queues())
    if not runs and not clock:
        return "No worker is at work: what is due, and what is asked for, waits until one is started."
    if not runs:
        return "No worker does runs now: they wait until one is started."
    return None if clock else "No worker starts what is due: that waits until one is started."


def _suspects() -> QuerySet[Any]:
    """To ask `problem` of thousands would take long; of most it is plain that they have none."""
    below = [User.RoleChoice.VIEWER, User.RoleChoice.AUTHOR]
    nobody = Q(script=None) | Q(owner=None) | Q(owner__is_active=False)
    may_not = Q(owner__is_superuser=False, owner__role__in=below)
    odd = ~Q(cron_schedule__regex=r"^\S+( +\S+){4}$")
    return Schedule.objects.select_related("owner", "script").filter(nobody | may_not | odd, is_active=True)


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
