"""When beat comes: at every due time or soon after it, although Celery reads some expressions otherwise than cron does."""

from bisect import bisect_left
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

import pytest
from django_celery_beat.tzcrontab import TzAwareCrontab

from scripts_app.scheduling import mirror, wall_clock

# Of the columns, as TzAwareCrontab takes them.
CELERY_ORDER = ("minute", "hour", "day_of_week", "day_of_month", "month_of_year")


@pytest.mark.parametrize(
    ("cron", "zone"),
    [
        ("5 2 * * *", "Europe/Berlin"), ("30 2 * * *", "Europe/Berlin"), ("0 * * * *", "Europe/Berlin"), ("*/15 2 * * *", "Europe/Berlin"),
            ("5 * * * 0", "America/New_York"),
        ("*/20 * * * *", "America/New_York"), ("0 0 1 * 1", "UTC"), ("0 0 13 * fri", "Asia/Kolkata"),
        ("15 6 */2 * 1", "Europe/Berlin"), ("0 12 29 2 *", "Asia/Kathmandu"), ("59 23 31 * *", "Pacific/Auckland"),
        ("0 0 * jan,jul sun-tue", "Europe/London"), ("5-55/10 8-18/2 * * 1-5", "Australia/Sydney"), ("0 3 * * 7", "America/Sao_Paulo"),
    ],
)  # fmt: skip
def test_beat_comes_at_every_due_time_or_within_the_hour_after(cron, zone):
    """Over the year with both changes of the clocks: each due time is followed by a visit of beat before the next one is due."""
    start, end = datetime(2025, 12, 31, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    columns = mirror.crontab(cron, zone)
    visits = minutes_of(columns, start, end)
    due = (time.astimezone(UTC) for time in wall_clock.times(cron, zone, start))
    for time in takewhile(lambda time: time < end - timedelta(hours=2), due):
        visit = visits[bisect_left(visits, time)]
        assert visit - time <= timedelta(hours=1), (time, visit)


def minutes_of(columns, start, end):
    """When Celery finds a crontab due: every minute whose clock on the wall fits, and the time after a gap, as `TzAwareCrontab` does."""
    zone = ZoneInfo(columns["timezone"])
    crontab = TzAwareCrontab(*[columns[name] for name in CELERY_ORDER], tz=zone)
    found, last = [], start
    while True:
        wait = crontab.remaining_delta(last.astimezone(zone))
        last = (wait[0] + wait[1]).astimezone(UTC)
        if last > end:
            return found
        found.append(last)
