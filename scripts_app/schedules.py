"""Schedules: what people see, and the mirror of each that beat fires."""

import json
import zoneinfo

from celery.schedules import ParseException, crontab_parser
from django.db import transaction
from django_celery_beat.models import CrontabSchedule, PeriodicTask

from dqx.errors import Invalid, NotFound
from dqx.users.permissions import Actor, require
from scripts_app import execution, populate, publish
from scripts_app.models import Run, Schedule, Script

TASK = "scripts_app.tasks.run_schedule"
# Name of each field of a cron expression, its largest value plus one, and its smallest.
FIELDS = (("minute", 60, 0), ("hour", 24, 0), ("day of month", 31, 1), ("month", 12, 1), ("day of week", 7, 0))


def check(cron: str, timezone: str) -> list[str]:
    """The five fields of a cron expression.

    Raises:
        Invalid: there are not five, one of them is malformed (the message names it), or the time zone is unknown.
    """
    parts = cron.split()
    if len(parts) != len(FIELDS):
        raise Invalid(
            "cron_malformed", f"A cron expression has five fields; this one has {len(parts)}.", field="cron_schedule"
        )
    for part, (name, most, least) in zip(parts, FIELDS, strict=True):
        _check_field(part, name, most, least)
    if timezone not in zoneinfo.available_timezones():
        raise Invalid(
            "timezone_unknown", f"There is no time zone '{timezone}'. An example is Europe/Berlin.", field="timezone"
        )
    return parts


def _check_field(part: str, name: str, most: int, least: int) -> None:
    try:
        crontab_parser(most, least).parse(part)
    except (ParseException, ValueError) as exc:
        raise Invalid("cron_malformed", f"The {name} '{part}' is not valid.", field="cron_schedule") from exc


def save(schedule: Schedule, *, actor: Actor) -> Schedule:
    """Save a schedule, owned by the actor where nobody owns it, and mirror it.

    Raises:
        NotSignedIn, NotAllowed.
        Invalid: the expression or the zone.
    """
    person = require(actor, "scripts.change_schedule")
    check(schedule.cron_schedule, schedule.timezone)
    schedule.owner = schedule.owner or person
    with transaction.atomic():
        schedule.save()
        mirror(schedule)
    return schedule


def delete(pk: int, *, actor: Actor) -> None:
    """Delete a schedule and its mirror.

    Raises:
        NotSignedIn, NotAllowed.
    """
    require(actor, "scripts.delete_schedule")
    with transaction.atomic():
        Schedule.objects.filter(pk=pk).delete()
        PeriodicTask.objects.filter(name=_mirror_name(pk)).delete()


def forget(script: Script) -> None:
    """Take the schedules of a script and their mirrors away, as part of its deletion."""
    names = [_mirror_name(pk) for pk in script.schedules.values_list("pk", flat=True)]
    PeriodicTask.objects.filter(name__in=names).delete()
    script.schedules.all().delete()


def mirror(schedule: Schedule) -> PeriodicTask:
    """Make beat's entry say what the schedule says."""
    minute, hour, day, month, weekday = schedule.cron_schedule.split()
    crontab, _ = CrontabSchedule.objects.get_or_create(
        minute=minute, hour=hour, day_of_month=day, month_of_year=month, day_of_week=weekday, timezone=schedule.timezone
    )
    task, _ = PeriodicTask.objects.update_or_create(
        name=_mirror_name(schedule.pk),
        defaults={"task": TASK, "crontab": crontab, "args": json.dumps([schedule.pk]), "enabled": schedule.is_active},
    )
    return task


def _mirror_name(pk: int) -> str:
    return f"schedule {pk}"


def run(pk: int) -> None:
    """Do what a schedule says, as its owner; called by a worker. A populate that fails is not published.

    Raises:
        NotFound: the schedule or its script is gone.
        DQXError: the owner may no longer do it, or a run of the script is under way.
    """
    schedule = Schedule.objects.select_related("script", "owner").filter(pk=pk).first()
    if schedule is None or schedule.script_id is None:
        raise NotFound("schedule_not_found", f"There is no schedule {pk}, or it has no script.")
    steps = [populate, publish] if schedule.operation == Schedule.Operation.POPULATE_AND_PUBLISH else [populate]
    for step in steps:
        opened = step.request(schedule.script_id, actor=schedule.owner, trigger=Run.Trigger.SCHEDULE, dispatch=False)
        execution.execute(opened.pk)
        opened.refresh_from_db()
        if opened.status != Run.Status.SUCCEEDED:
            return
