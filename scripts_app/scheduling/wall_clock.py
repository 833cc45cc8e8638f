"""The moments at which the clock on the wall of a zone shows the times of an expression.

A local time that a change of the clocks leaves out is due right after the change, and one that comes twice is due once, the first time. An
expression that comes in every hour of the day keeps its pace instead: nothing is made up for, and it comes in both hours.

cronsim evaluates the expression on the clock, and what the zone makes of it is done here. It has zones too, after Debian's cron, but there
"*/15 2 * * *" is never due in a night without that hour and comes in both hours in the other, and where daylight saving is half an hour
(Lord Howe) times are lost.
"""

import zoneinfo
from bisect import bisect_left
from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from cronsim import CronSim

HOURS = 24


def times(cron: str, timezone: str, after: datetime) -> Iterator[datetime]:
    """All due times of a valid expression after a moment, in the zone, each once and in order."""
    zone = zoneinfo.ZoneInfo(timezone)
    after = last = after.astimezone(UTC)
    for moment in _on_the_clock(CronSim(cron, _first_wall(after, zone)), zone):
        if moment > last:  # several times that are left out are due at once
            yield moment.astimezone(zone)
            last = moment


def _first_wall(after: datetime, zone: zoneinfo.ZoneInfo) -> datetime:
    """The earliest time that the clock on the wall shows after a moment; it may be put back within a day."""
    wall = after.astimezone(zone).replace(tzinfo=None, fold=0)
    tomorrow = after + timedelta(days=1)
    return wall - max(wall - after.replace(tzinfo=None) - _offset(tomorrow, zone), timedelta(0))


def _offset(moment: datetime, zone: zoneinfo.ZoneInfo) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta(0)


def _on_the_clock(walls: CronSim, zone: zoneinfo.ZoneInfo) -> Iterator[datetime]:
    """The moments in UTC, in order, at which a clock shows these times: not once, once or twice each."""
    keeps_pace = len(walls.hours) == HOURS
    again: deque[datetime] = deque()  # when the clock shows times for the second time
    for wall in walls:
        first, second = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
        while again and again[0] <= first:
            yield again.popleft()
        if first <= second:
            yield first
        elif not keeps_pace:
            yield _change(second, first, zone)
        if first < second and keeps_pace:
            again.append(second)
    yield from again


def _change(before: datetime, after: datetime, zone: zoneinfo.ZoneInfo) -> datetime:
    """The moment between two others at which a clock is put forward."""
    seconds = range(int((after - before).total_seconds()) + 1)
    offset = _offset(after, zone)
    return before + timedelta(
        seconds=bisect_left(seconds, True, key=lambda n: _offset(before + timedelta(seconds=n), zone) == offset)
    )
