"""What beat sees of the schedules: an entry of its own for each active one, written in the same transaction, and whether they are equal."""

import json
import zoneinfo
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import structlog
from cronsim import CronSim
from django.db import transaction
from django_celery_beat.models import CrontabSchedule, PeriodicTask

from dqx import sql
from scripts_app.models import Schedule
from scripts_app.scheduling import mirror_statements, schedule_times
from scripts_app.scheduling.wall_clock import HOURS

logger = structlog.get_logger("dqx.schedules")
TASK = "scripts_app.tasks.run_schedule"
PREFIX = "schedule "
# What beat could be told of an entry, and we never tell.
PLAIN: dict[str, Any] = {
    "enabled": True, "one_off": False, "kwargs": "{}", "headers": "{}", "queue": None, "exchange": None, "routing_key": None,
    "priority": None, "start_time": None, "expires": None, "expire_seconds": None,
    "interval_id": None, "solar_id": None, "clocked_id": None,
}  # fmt: skip
CRONTAB = ("minute", "hour", "day_of_month", "month_of_year", "day_of_week")


class Difference(NamedTuple):
    """An entry that is not what it should be: its name, what is wrong in a word or two, and the schedule that it is for."""

    name: str
    what: str
    schedule: int | None


def write(schedule: Schedule) -> None:
    """Let beat have an entry for an active schedule that says what the schedule says, and none for another.

    None either for one whose expression is none, which an older DQX left: it rests.
    """
    if not schedule.is_active or not schedule_times.is_valid(schedule.cron_schedule, schedule.timezone):
        remove([schedule.pk])
        return
    columns = crontab(schedule.cron_schedule, schedule.timezone)
    # Nothing keeps beat's table from holding one crontab twice, which get_or_create would stumble over.
    kept = CrontabSchedule.objects.filter(**columns).first() or CrontabSchedule.objects.create(**columns)
    told = {**PLAIN, "task": TASK, "crontab": kept, "args": _args(schedule.pk)}
    PeriodicTask.objects.update_or_create(name=_name(schedule.pk), defaults=told)


def remove(pks: Sequence[int]) -> None:
    """Take the entries of schedules away."""
    PeriodicTask.objects.filter(name__in=[_name(pk) for pk in pks]).delete()


def differences() -> list[Difference]:
    """Where beat's entries are not those that the schedules ask for; one statement, however many there are."""
    wanted: dict[tuple[str, str], dict[str, str] | None] = {}
    found = []
    for row in sql.rows(mirror_statements.beside_each_other(), {"task": TASK, "prefix": PREFIX}):
        timing = row["cron_schedule"], row["timezone"]
        if row["id"] is not None and timing not in wanted:
            is_valid = schedule_times.is_valid(*timing)
            wanted[timing] = crontab(*timing) if is_valid else None
        what = _difference(row, wanted.get(timing))
        if what:
            found.append(Difference(row["name"] or _name(row["id"]), what, row["id"]))
    return found


def mend() -> list[Difference]:
    """Make beat's entries equal to the schedules; what differed."""
    found = differences()
    for difference in found:
        _mend(difference)
        logger.warning("an entry of beat was mended", entry=difference.name, what=difference.what)
    return found


def _mend(difference: Difference) -> None:
    """Under the lock that those hold who change the schedule: it may have been changed since."""
    with transaction.atomic():
        number = difference.name.removeprefix(PREFIX)
        pk = int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 0
        schedule = Schedule.objects.select_for_update(of=("self",)).filter(pk=pk).first()
        if schedule is None or difference.name != _name(schedule.pk):
            PeriodicTask.objects.filter(name=difference.name).delete()
        else:
            write(schedule)


def _difference(row: Mapping[str, Any], wanted: dict[str, str] | None) -> str | None:
    if wanted is None:
        return "too many" if row["name"] else None
    if row["name"] is None:
        return "missing"
    if row["task"] != TASK or row["args"] != _args(row["id"]):
        return "another task"
    if {name: row[name] for name in CRONTAB} | {"timezone": row["crontab_timezone"]} != wanted:
        return "other times"
    wrong = [name for name, value in PLAIN.items() if row[name] != value]
    return f"other {wrong[0]}" if wrong and wrong[0] != "enabled" else "disabled" if wrong else None


def _args(pk: int) -> str:
    return json.dumps([pk])


def _name(pk: int) -> str:
    return f"{PREFIX}{pk}"


# --- When beat comes ----------------------------------------------------------------------------------------------------------


def crontab(cron: str, timezone: str) -> dict[str, str]:
    """The columns of beat's crontab that fires at every due time, or within the hour after it; sometimes at others too.

    Celery wants both day fields to fit where cron takes either, and leaves out the hour that comes twice, in which
    what comes in every hour is due.
    """
    sim = CronSim(cron, datetime(2000, 1, 1, tzinfo=UTC))
    if len(sim.hours) == HOURS and _whole_hours(timezone):
        every = dict.fromkeys(("hour", "day_of_month", "month_of_year", "day_of_week"), "*")
        return {"minute": _numbers(sim.minutes, 60), **every, "timezone": "UTC"}
    either = not sim.day_and
    return {
        "minute": _numbers(sim.minutes, 60),
        "hour": _numbers(sim.hours, 24),
        "day_of_month": "*" if either else _numbers(sim.days, 31),
        "month_of_year": _numbers(sim.months, 12),
        "day_of_week": "*" if either else _numbers({day % 7 for day in sim.weekdays}, 7),  # type: ignore[operator]
        "timezone": timezone,
    }


def _whole_hours(timezone: str) -> bool:
    zone = zoneinfo.ZoneInfo(timezone)
    year = datetime.now(UTC).year
    offsets = (datetime(year, month, 1, tzinfo=zone).utcoffset() for month in range(1, 13))
    return all(offset is not None and not offset % timedelta(hours=1) for offset in offsets)


def _numbers(values: set[int], most: int) -> str:
    return "*" if len(values) == most else ",".join(map(str, sorted(values)))
