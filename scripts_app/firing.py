"""What a worker does when beat says that a schedule is due, and after the first of its runs."""

from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.utils import timezone

from dqx.errors import DQXError
from dqx.users.models import User
from scripts_app import populate, publish, schedule_times, schedules
from scripts_app.models import Run, Schedule

logger = structlog.get_logger("dqx.schedules")
# A due time is taken for as long as this after it; one that waited longer for beat or a worker is let go.
LATEST = timedelta(hours=12)
# How far the clocks of beat and a worker may differ.
SKEW = timedelta(seconds=30)


def fire(pk: int) -> None:
    """Start what a schedule says, as its owner, if it is due: beat may come at other times too, or twice. Each due time counts once.

    Nothing is raised where it can't be done, such as while a run of the script is under way; the log says why.
    """
    schedule = Schedule.objects.select_related("script", "owner").filter(pk=pk, is_active=True).first()
    reason = schedules.problem(schedule) if schedule else "it is gone or switched off"
    if schedule is None or reason:
        logger.warning("a schedule rests", schedule_id=pk, reason=reason)
        return
    with transaction.atomic():
        if not _take(schedule, timezone.now()):
            return
        _request(Run.Kind.POPULATE, schedule.script_id, schedule.owner, Run.Trigger.SCHEDULE, schedule)


def _take(schedule: Schedule, now: datetime) -> bool:
    """Take the due time that has come, if there is one that nobody has taken."""
    after = max(schedule.seen_until or schedule.updated_at, now - LATEST)
    due = schedule_times.latest(schedule.cron_schedule, schedule.timezone, after, now + SKEW)
    untaken = Schedule.objects.filter(pk=schedule.pk, is_active=True, seen_until=schedule.seen_until)
    return due is not None and bool(untaken.update(seen_until=due))


def follow(pk: int) -> None:
    """Publish what run `pk` has staged, if it is a populate of a schedule that wants that. Called once, by the worker that did the run."""
    publishing = Schedule.Operation.POPULATE_AND_PUBLISH
    done = Run.objects.filter(
        pk=pk, kind=Run.Kind.POPULATE, status=Run.Status.SUCCEEDED, schedule__operation=publishing
    )
    run = done.select_related("schedule", "actor").first()
    if run is not None:
        _request(Run.Kind.PUBLISH, run.script_id, run.actor, run.trigger, run.schedule)


def _request(kind: str, script: int | None, actor: User | None, trigger: str, schedule: Schedule | None) -> None:
    operation: Any = publish if kind == Run.Kind.PUBLISH else populate
    try:
        operation.request(script, actor=actor, trigger=trigger, schedule=schedule)
    except DQXError as exc:
        logger.warning(
            "a schedule could not start a run", schedule_id=schedule and schedule.pk, kind=kind, code=exc.code
        )
