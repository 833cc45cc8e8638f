"""The next times of a schedule, and of one that is not saved yet."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from scripts_app.models import Schedule
from tests.api.conftest import wrong_fields
from tests.api.schedules.bodies import PATH, made

pytestmark = pytest.mark.django_db


def test_next_runs_are_times_of_the_zone(as_viewer, daily):
    told = as_viewer.get(f"{PATH}{daily['id']}/next_runs").json()
    assert {name: told[name] for name in ("cron_schedule", "timezone", "description")} == {
        "cron_schedule": "5 2 * * *", "timezone": "Europe/Berlin", "description": "At 02:05",
    }  # fmt: skip
    times = [datetime.fromisoformat(time) for time in told["next_runs"]]
    assert len(times) == 5
    assert times == sorted(times) and times[0] > timezone.now()
    assert {time.strftime("%H:%M") for time in times} <= {
        "02:05",
        "03:00",
    }  # there may be no 02:05 on a Sunday of March
    assert {time.utcoffset() for time in times} <= {timedelta(hours=1), timedelta(hours=2)}
    assert len(as_viewer.get(f"{PATH}{daily['id']}/next_runs?n=100").json()["next_runs"]) == 100


@pytest.mark.parametrize("n", ["0", "101", "-1", "x", "1.5"])
def test_next_runs_are_1_to_100(as_viewer, daily, n):
    assert wrong_fields(as_viewer.get(f"{PATH}{daily['id']}/next_runs?n={n}")) == {"n"}


def test_either_day_field_will_do(as_viewer, as_publisher, script):
    told = made(as_publisher, script, cron_schedule="0 0 13 * fri")
    assert told["description"] == "At 00:00, on day 13 of the month, or on Friday"
    times = as_viewer.get(f"{PATH}{told['id']}/next_runs?n=60").json()["next_runs"]
    found = [datetime.fromisoformat(time) for time in times]
    assert all(time.day == 13 or time.weekday() == 4 for time in found)
    assert {time.weekday() for time in found} > {4}


def test_months_without_that_day_are_left_out(as_viewer, as_publisher, script):
    told = made(as_publisher, script, frequency="monthly", time="12:00", day_of_month=31)
    times = as_viewer.get(f"{PATH}{told['id']}/next_runs?n=7").json()["next_runs"]
    assert {datetime.fromisoformat(time).month for time in times} == {1, 3, 5, 7, 8, 10, 12}


def test_a_preview_tells_the_times_and_saves_nothing(as_viewer):
    told = as_viewer.post(f"{PATH}preview?n=3", {"frequency": "weekly", "time": "02:05", "day_of_week": "fri"}).json()
    assert (told["cron_schedule"], told["timezone"], len(told["next_runs"])) == ("5 2 * * 5", "UTC", 3)
    assert set(
        as_viewer.post(f"{PATH}preview", {"cron_schedule": "61 * * * *"}).json()["error"]["details"]["fields"]
    ) == {"cron_schedule"}
    assert not Schedule.objects.exists()
