"""Due times are those of an independent evaluator, for a year of every zone whose clocks do something odd."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dqx.errors import Invalid
from scripts_app.scheduling import schedule_times
from tests.schedules import cron_by_hand

# Zones, and a year in which something happens to their clocks.
YEARS = {
    "Europe/Berlin": (2026, 2028),
    "America/New_York": (2027,),
    "America/St_Johns": (2026,),  # three and a half hours behind
    "Australia/Lord_Howe": (2027, 2028),  # half an hour of daylight saving
    "Pacific/Chatham": (2026,),  # a quarter to one ahead
    "Asia/Kathmandu": (2028,),
    "Antarctica/Troll": (2026,),  # two hours of it
    "Africa/Casablanca": (2026, 2027),  # put back for Ramadan, and forward after it
    "Europe/Dublin": (2026,),  # winter is what is saved there
    "America/Santiago": (2027,),  # at midnight
    "America/Havana": (2026,),
    "Asia/Beirut": (2026,),
    "Africa/Cairo": (2026,),
    "America/Nuuk": (2026,),  # on a Saturday evening
    "Pacific/Apia": (2011,),  # a day that never came
    "Pacific/Kwajalein": (1993,),  # another one
    "Asia/Pyongyang": (2015, 2018),
    "America/Caracas": (2016,),
    "UTC": (2028,),
}
PLACES = [(zone, year) for zone, years in YEARS.items() for year in years]
EXPRESSIONS = [
    "0 0 * * *", "30 2 * * *", "5 2 * * 1-5", "0 3 * * *", "59 23 * * *", "0 12 29 2 *", "59 23 31 * *", "0 0 31 1,3,5 *",
    "15 6 30 * *", "0 0 1 * 1", "0 0 13 * fri", "0 0 */2 * 1", "0 4 * * */2", "0 3 * * 7", "0 3 * * 0", "0 3 * * 5-7",
    "0 0 * jan,jul sun-tue", "0 0 1 1 *", "0 2,3 * * *", "0,30 0-3 * * *", "*/15 2 * * *", "*/20 0 * * *", "0 */2 * * *",
    "0 1-23/2 * * *", "7/20 1,2 * * *", "*/15 5 1 * *", "0 * * * *", "17 * 1,15 * *", "5 0-23 * * 0", "45 * 28-31 2 *",
    "1-59/29 0-23/1 * * sat",
]  # fmt: skip
OFTEN = ["* * * * *", "*/7 * * * *", "*/30 * * * *", "0-10 * * * *", "* 2 * * *", "*/10 */3 * * *", "* 0-12 * * *"]


def ours(expression, zone, start, end):
    return [
        cron_by_hand.minute_of(time.astimezone(UTC)) for time in schedule_times.between(expression, zone, start, end)
    ]


def agree(expression, zone, start, end):
    expected, found = cron_by_hand.due(expression, zone, start, end), ours(expression, zone, start, end)
    assert found == expected, [
        cron_by_hand.EPOCH + timedelta(minutes=minute) for minute in sorted({*found} ^ {*expected})
    ][:5]
    return expected


@pytest.mark.parametrize(("zone", "year"), PLACES)
def test_a_year_is_as_an_independent_evaluator_has_it(zone, year):
    start, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    for expression in EXPRESSIONS:
        agree(expression, zone, start, end)


@pytest.mark.parametrize(("zone", "year"), PLACES)
def test_so_are_the_days_around_each_change_of_the_clocks(zone, year):
    for change in cron_by_hand.changes(zone, year):
        for expression in OFTEN:
            agree(expression, zone, change - timedelta(days=1, hours=3), change + timedelta(days=1, hours=3))


@pytest.mark.parametrize(("zone", "year"), PLACES)
def test_the_next_time_is_the_same_from_whatever_moment_one_looks(zone, year):
    """The due times are taken one by one, each from the one before it, and from any moment after a restart."""
    dice = random.Random(f"{zone} {year}")
    for change in cron_by_hand.changes(zone, year):
        for expression in ("30 2 * * *", "*/15 0-3 * * *", "*/20 * * * *", "0 * * * *"):
            expected = cron_by_hand.due(expression, zone, change - timedelta(days=1), change + timedelta(days=4))
            for _ in range(25):
                moment = change + timedelta(
                    seconds=dice.randint(-9_000, 9_000), microseconds=dice.choice([0, 1, 999_999])
                )
                after = next(minute for minute in expected if cron_by_hand.EPOCH + timedelta(minutes=minute) > moment)
                (found,) = schedule_times.coming(expression, zone, moment, 1)
                assert cron_by_hand.minute_of(found.astimezone(UTC)) == after, (moment, found)


def test_a_leap_day_comes_every_fourth_year():
    times = schedule_times.coming("0 12 29 2 *", "Asia/Kathmandu", datetime(2026, 1, 1, tzinfo=UTC), 3)
    assert [time.strftime("%F %H:%M") for time in times] == ["2028-02-29 12:00", "2032-02-29 12:00", "2036-02-29 12:00"]


# --- Any expression -------------------------------------------------------------------------------------------------------------


def fields(least, most, names=()):
    number = st.integers(least, most)
    shown = st.sampled_from(names) if names else number.map(str)
    span = st.tuples(number, number).map(lambda pair: f"{min(pair)}-{max(pair)}")
    stepped = st.tuples(st.one_of(st.just("*"), span, number.map(str)), st.integers(1, most)).map(
        lambda pair: f"{pair[0]}/{pair[1]}"
    )
    some = st.lists(st.one_of(shown, span, stepped), min_size=1, max_size=3).map(",".join)
    return st.one_of(st.just("*"), st.just("*"), shown, some)


ANY = st.tuples(
    fields(0, 59),
    fields(0, 23),
    fields(1, 31),
    fields(1, 12, cron_by_hand.MONTHS),
    fields(0, 7, cron_by_hand.WEEKDAYS),
).map(" ".join)


@settings(max_examples=250, deadline=None)
@given(ANY, st.sampled_from(PLACES), st.integers(0, 5))
def test_any_expression_agrees_around_a_change(expression, place, n):
    zone, year = place
    found = cron_by_hand.changes(zone, year) or [datetime(year, 2, 28, tzinfo=UTC)]
    change = found[n % len(found)]
    try:
        checked = schedule_times.check(expression, zone)
    except Invalid:
        assert not cron_by_hand.due(
            expression, zone, datetime(2096, 1, 1, tzinfo=UTC), datetime(2097, 1, 1, tzinfo=UTC)
        )
    else:
        agree(checked, zone, change - timedelta(hours=30), change + timedelta(hours=30))
        assert cron_by_hand.fields_of(checked) == cron_by_hand.fields_of(expression)
