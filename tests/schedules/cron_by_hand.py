"""Cron evaluated by hand, to compare ours with: every minute of UTC, what the clock on the wall shows then, and whether the fields have it.

It shares nothing with scripts_app and cronsim, and is as simple as can be: fields are sets, and the clocks are looked at minute by minute.
"""

from bisect import bisect_left
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = 24 * 60
MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]


class Stretch(NamedTuple):
    """Minutes of UTC since 1970 during which a clock differs from UTC by as many minutes."""

    start: int
    end: int
    offset: int


def minute_of(moment: datetime) -> int:
    """A moment as minutes since 1970."""
    return int((moment - EPOCH).total_seconds()) // 60


def due(expression: str, zone: str, start: datetime, end: datetime) -> list[int]:
    """The minutes, since 1970, at which an expression is due after one moment and up to another."""
    first, last = minute_of(start), minute_of(end)
    found = _due(expression, _stretches(zone, first - 2 * DAY, last + 2 * DAY))
    return [minute for minute in sorted(set(found)) if first < minute <= last]


def changes(zone: str, year: int) -> list[datetime]:
    """The moments of a year at which a zone's clock is changed."""
    start = minute_of(datetime(year, 1, 1, tzinfo=UTC))
    return [EPOCH + timedelta(minutes=stretch.start) for stretch in _stretches(zone, start, start + 366 * DAY)[1:]]


def _due(expression: str, stretches: list[Stretch]) -> Iterator[int]:
    """Named hours are times of the clock: those left out come right after, those that come twice once. Where every hour is meant, the
    clock is taken as it comes."""
    fields = fields_of(expression)
    in_every_hour = fields[1] == set(range(24))
    shown_until = (
        stretches[0].start + stretches[0].offset
    )  # the latest time that the clock has shown, and what comes after that is new
    for start, end, offset in stretches:
        if not in_every_hour and _walls(fields, shown_until, start + offset):
            yield start
        for wall in _walls(fields, start + offset, end + offset):
            if in_every_hour or wall >= shown_until:
                yield wall - offset
        shown_until = max(shown_until, end + offset)


def _walls(fields: "Fields", start: int, end: int) -> list[int]:
    """The minutes of the clock from one up to but not including another that the fields have, day by day."""
    minutes, hours, *_ = fields
    times = [hour * 60 + minute for hour in sorted(hours) for minute in sorted(minutes)]
    found: list[int] = []
    for day in range(start // DAY, (end - 1) // DAY + 1):
        if end > start and _has_day(fields, day):
            low, high = bisect_left(times, start - day * DAY), bisect_left(times, end - day * DAY)
            found += [day * DAY + time for time in times[low:high]]
    return found


# --- The fields ---------------------------------------------------------------------------------------------------------------

Fields = tuple[set[int], set[int], set[int], set[int], set[int], bool]


def fields_of(expression: str) -> Fields:
    """Minutes, hours, days, months and days of the week, and whether a day has to be in both of its fields."""
    minute, hour, day, month, weekday = expression.lower().split()
    both = day.startswith("*") or weekday.startswith("*")
    return (
        _field(minute, 0, 59),
        _field(hour, 0, 23),
        _field(day, 1, 31),
        _field(month, 1, 12, MONTHS),
        {n % 7 for n in _field(weekday, 0, 7, WEEKDAYS)},
        both,
    )


def _field(text: str, least: int, most: int, names: list[str] | None = None) -> set[int]:
    found = set()
    for part in text.split(","):
        span, _, step = part.partition("/")
        low, _, high = span.partition("-")
        first = least if low == "*" else _number(low, names, least)
        last = most if low == "*" or (step and not high) else _number(high, names, least) if high else first
        found |= {n for n in range(first, last + 1) if (n - first) % int(step or 1) == 0}
    return found


def _number(text: str, names: list[str] | None, least: int) -> int:
    return names.index(text) + least if names and text in names else int(text)


@cache
def _calendar(day: int) -> tuple[int, int, int]:
    """Day of month, month and day of week (0 is Sunday) of a day since 1970."""
    found = date(1970, 1, 1) + timedelta(days=day)
    return found.day, found.month, found.isoweekday() % 7


def _has_day(fields: Fields, day: int) -> bool:
    _, _, days, months, weekdays, both = fields
    n, month, weekday = _calendar(day)
    fits = (n in days, weekday in weekdays)
    return month in months and (all(fits) if both else any(fits))


# --- The clocks -----------------------------------------------------------------------------------------------------------------


@cache
def _offset(zone: str, minute: int) -> int:
    offset = (EPOCH + timedelta(minutes=minute)).astimezone(ZoneInfo(zone)).utcoffset()
    assert offset is not None
    return int(offset.total_seconds()) // 60


@cache
def _stretches(zone: str, start: int, end: int) -> list[Stretch]:
    """Of the minutes from one up to another; days that begin and end alike, and are so at noon, are not looked at minute by minute."""
    found = [Stretch(start, start, _offset(zone, start))]
    for day in range(start, end, DAY):
        alike = {_offset(zone, day + part * DAY // 4) for part in range(5)} == {found[-1].offset}
        for minute in [min(day + DAY, end) - 1] if alike else range(day, min(day + DAY, end)):
            last = found.pop()
            offset = _offset(zone, minute)
            found += (
                [last._replace(end=minute + 1)]
                if offset == last.offset
                else [last, Stretch(minute, minute + 1, offset)]
            )
    return found
