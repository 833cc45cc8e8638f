"""When a schedule is due: its cron expression, the presets that stand for one, its times in its zone, and both in words.

The expression is cron's: five fields with numbers, names, lists, ranges and steps, 0 and 7 both Sunday. Where day of month and day of week
are both restricted, either will do. What changes of the clocks make of its times is in wall_clock.py.
"""

import re
import zoneinfo
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache, lru_cache
from itertools import islice, takewhile
from typing import Any, NamedTuple

from cron_descriptor import Options, get_description
from cronsim import CronSim, CronSimError

from dqx.errors import Invalid
from scripts_app.models import Schedule
from scripts_app.scheduling import wall_clock

Frequency = Schedule.Frequency
LONGEST = 100
# The fields of an expression, and of what each is made.
FIELDS = {
    "minute": "0 to 59",
    "hour": "0 to 23",
    "day of month": "1 to 31",
    "month": "1 to 12 or JAN to DEC",
    "day of week": "0 to 7 (0 and 7 are Sunday) or SUN to SAT",
}
DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
# What each preset is made of, beside nothing else.
PARTS: dict[str, tuple[str, ...]] = {
    Frequency.DAILY: ("time",),
    Frequency.WEEKLY: ("time", "day_of_week"),
    Frequency.MONTHLY: ("time", "day_of_month"),
    Frequency.CRON: (),
}
_PRESETS = {
    Frequency.DAILY: re.compile(r"(?P<minute>\d\d?) (?P<hour>\d\d?) \* \* \*"),
    Frequency.WEEKLY: re.compile(r"(?P<minute>\d\d?) (?P<hour>\d\d?) \* \* (?P<day_of_week>[0-7])"),
    Frequency.MONTHLY: re.compile(r"(?P<minute>\d\d?) (?P<hour>\d\d?) (?P<day_of_month>\d\d?) \* \*"),
}
_NAMES = {
    "month": {"JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"},
    "day of week": {"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"},
}


class Timing(NamedTuple):
    """When: a cron expression in a time zone, and how it was told."""

    frequency: str
    cron_schedule: str
    timezone: str


# --- Expressions ------------------------------------------------------------------------------------------------------------


def check(cron: str, timezone: str) -> str:
    """The expression with one blank between its fields.

    Raises:
        Invalid: there are not five, one of them is malformed (the message names it), no day of the calendar fits, or the zone is unknown.
    """
    parts = cron.split()
    if len(parts) != len(FIELDS):
        hint = f" This one has {len(parts)}." if not cron.startswith("@") else " Words such as @daily are not known."
        raise _wrong(f"A cron expression has five fields: minute, hour, day of month, month, day of week.{hint}")
    if len(cron) > LONGEST:
        raise _wrong(f"A cron expression has at most {LONGEST} characters.")
    for number, part in enumerate(parts):
        _check_field(number, part)
    expression = re.sub(
        r"(\w+)-\1/\d+(?!\d)", r"\1", " ".join(parts), flags=re.IGNORECASE
    )  # cronsim reads 5-5/2 as 5/2
    try:
        next(CronSim(expression, datetime(2000, 1, 1, tzinfo=UTC)))
    except (CronSimError, StopIteration) as exc:
        raise _wrong(f"'{expression}' never comes: no such month has a day {parts[2]}.") from exc
    if timezone not in zones():
        meant = next((zone for zone in zones() if zone.lower() == timezone.lower()), None)
        hint = f"Did you mean {meant}?" if meant else "An example is Europe/Berlin."
        raise Invalid("timezone_unknown", f"There is no time zone '{timezone}'. {hint}", field="timezone")
    return expression


def is_valid(cron: str, timezone: str) -> bool:
    """Whether `check` has nothing against it; an older DQX left others."""
    try:
        check(cron, timezone)
    except Invalid:
        return False
    return True


def _check_field(number: int, part: str) -> None:
    """Let cronsim judge a field by itself, without what it knows beyond cron (L, W, #), which other programs would misread."""
    name, values = list(FIELDS.items())[number]
    alone = ["*"] * len(FIELDS)
    alone[number] = part
    words = set(re.findall("[A-Z]+", part.upper())) - _NAMES.get(name, set())
    try:
        if words or not re.fullmatch(r"[0-9A-Za-z*,/-]+", part):
            raise CronSimError
        CronSim(" ".join(alone), datetime(2000, 1, 1, tzinfo=UTC))
    except CronSimError as exc:
        raise _wrong(
            f"The {name} '{part}' is not valid. It is *, or {values}, and lists, ranges and steps of them, such as 1,5-7 and */2."
        ) from exc


def _wrong(message: str) -> Invalid:
    return Invalid("cron_malformed", message, field="cron_schedule")


@cache
def zones() -> frozenset[str]:
    """The time zones that this machine knows; reading them off its disk takes a while."""
    return frozenset(zoneinfo.available_timezones())


@lru_cache(maxsize=4096)  # it takes a third of a millisecond, and most schedules share a few expressions
def in_words(cron: str) -> str:
    """An expression as a person would say it; itself where it is none."""
    options = Options()
    options.use_24hour_time_format = True
    try:
        _, _, day, _, weekday = cron.split()
        said = get_description(cron, options)
    except Exception:  # the library has no base class of its own for what it can't read
        return cron
    if "*" in (day[0], weekday[0]) and "*" not in (day, weekday):
        return said.replace(", or on ", ", and only on ")  # of a step over all days and another field both count
    return said


# --- Presets ------------------------------------------------------------------------------------------------------------------


def timing(given: dict[str, Any], now: Timing | None = None) -> Timing:
    """The timing that a request means.

    Args:
        given: what it says of frequency, time (HH:MM), day_of_week (0 to 6, or its name), day_of_month, cron_schedule and timezone;
            None is nothing.
        now: the timing to change; None for a new one, or for one that is told in full.

    Raises:
        Invalid: something lacks, contradicts the frequency, or is malformed; by field.
    """
    said = {name: value for name, value in given.items() if value is not None}
    zone = said.pop("timezone", now.timezone if now else "UTC")
    frequency = said.pop("frequency", None) or _frequency(said, now)
    if now and not said and frequency == now.frequency:
        return Timing(frequency, check(now.cron_schedule, zone), zone)
    parts = {**(_kept(now, frequency) if now and "cron_schedule" not in said else {}), **said}
    cron = _cron(frequency, parts) if frequency != Frequency.CRON else _plain_cron(parts, now)
    return Timing(frequency, check(cron, zone), zone)


def _frequency(said: dict[str, Any], now: Timing | None) -> str:
    """Where none is said: the present one, unless a new expression is none of its kind."""
    if now is None:
        return Frequency.CRON
    cron = said.get("cron_schedule", now.cron_schedule)
    fits = now.frequency == Frequency.CRON or preset(now._replace(cron_schedule=cron))["time"]
    return now.frequency if fits else Frequency.CRON


def _kept(now: Timing, frequency: str) -> dict[str, Any]:
    """What of the present preset still counts with a frequency, which may be another one."""
    return {name: value for name, value in preset(now).items() if name in PARTS[frequency] and value is not None}


def _plain_cron(parts: dict[str, Any], now: Timing | None) -> str:
    for name in parts.keys() - {"cron_schedule"}:
        raise _misfit(name, "belongs to a daily, weekly or monthly schedule; with cron it is part of cron_schedule")
    cron = parts.get("cron_schedule") or (now.cron_schedule if now else "")
    if not cron:
        raise _misfit("cron_schedule", "is needed")
    return str(cron)


def _cron(frequency: str, parts: dict[str, Any]) -> str:
    cron = parts.pop("cron_schedule", None)
    if cron is not None and not parts:
        parts = {name: value for name, value in preset(Timing(frequency, cron, "")).items() if value is not None}
        if not parts:
            raise _misfit("cron_schedule", f"is not {frequency}; say the frequency cron")
    for name in PARTS[frequency]:
        if name not in parts:
            raise _misfit(name, f"is needed for a {frequency} schedule")
    for name in sorted(parts.keys() - {*PARTS[frequency]}):
        raise _misfit(name, f"has no meaning for a {frequency} schedule")
    hour, minute = map(int, parts["time"].split(":"))
    weekday = parts.get("day_of_week", "*")
    weekday = DAYS.index(weekday) if weekday in DAYS else weekday
    made = f"{minute} {hour} {parts.get('day_of_month', '*')} * {weekday}"
    if cron is not None and preset(Timing(frequency, cron, "")) != preset(Timing(frequency, made, "")):
        raise _misfit("cron_schedule", f"contradicts the other fields, which mean '{made}'")
    return made


def _misfit(name: str, what: str) -> Invalid:
    return Invalid("schedule_malformed", f"{name} {what}.", field=name)


def preset(timing: Timing) -> dict[str, Any]:
    """time (HH:MM), day_of_week (its name) and day_of_month of a preset; None for what it does not have."""
    pattern = _PRESETS.get(Frequency(timing.frequency))
    match = pattern.fullmatch(" ".join(timing.cron_schedule.split())) if pattern else None
    found = match.groupdict() if match else {}
    weekday, day = found.get("day_of_week"), found.get("day_of_month")
    return {
        "time": f"{int(found['hour']):02}:{int(found['minute']):02}" if found else None,
        "day_of_week": None if weekday is None else DAYS[int(weekday) % 7],
        "day_of_month": None if day is None else int(day),
    }


# --- Times --------------------------------------------------------------------------------------------------------------------


def coming(cron: str, timezone: str, after: datetime, n: int) -> list[datetime]:
    """The next `n` due times after a moment, in the zone."""
    return list(islice(wall_clock.times(cron, timezone, after), n))


def between(cron: str, timezone: str, after: datetime, until: datetime) -> Iterator[datetime]:
    """The due times after one moment and up to another, in the zone."""
    return takewhile(lambda moment: moment.astimezone(UTC) <= until, wall_clock.times(cron, timezone, after))
