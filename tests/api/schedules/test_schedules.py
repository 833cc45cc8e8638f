"""Schedules over HTTP: line by line what contract.md says of /api/scheduler/."""

import threading
from datetime import datetime

import pytest
from django.db import connection
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from scripts_app.models import Run, Schedule
from tests import steps
from tests.api.conftest import Api, refused, wrong_fields
from tests.api.schedules.bodies import PATH, WHEN, body, lasting, made, when

pytestmark = pytest.mark.django_db
FIELDS = {
    "id", "job_name", "script_id", "script_name", "frequency", "time", "day_of_week", "day_of_month", "cron_schedule", "timezone",
    "operation", "is_active", "description", "owner", "problem", "next_run", "last_run", "created_at", "updated_at",
    "catch_up", "next_due_at", "late", "late_since", "late_why", "last_due", "recent",
}  # fmt: skip


# --- The life of one ----------------------------------------------------------------------------------------------------------


def test_the_life_of_a_schedule(as_publisher, publisher, script):
    given = {
        "job_name": "nightly", "script_id": script.pk, "frequency": "weekly", "time": "02:05", "day_of_week": "monday",
        "timezone": "Europe/Berlin", "operation": "populate_and_publish", "is_active": True, "catch_up": "skip",
    }  # fmt: skip
    answer = as_publisher.post(PATH, given)
    assert answer.status_code == 201
    told = answer.json()
    assert set(told) == FIELDS
    assert {name: told[name] for name in given} == given
    assert (told["cron_schedule"], told["description"]) == ("5 2 * * 1", "At 02:05, only on Monday")
    assert told["owner"] == {"id": publisher.pk, "username": "paula"}
    assert (told["script_name"], told["problem"], told["last_run"]) == ("a script", None, None)
    assert datetime.fromisoformat(told["next_run"]) > timezone.now()
    assert told["next_run"][11:16] == "02:05" and told["next_run"].endswith(("+01:00", "+02:00"))
    assert answer["Location"] == f"{PATH}{told['id']}/"
    assert as_publisher.get(answer["Location"]).json() == told
    assert as_publisher.get(PATH).json() == [told]

    put = as_publisher.put(answer["Location"], body(script, cron_schedule="0 4 * * *")).json()
    assert when(put) == ["cron", None, None, None, "0 4 * * *"]
    assert (put["timezone"], put["operation"], put["is_active"], put["catch_up"]) == (
        "UTC",
        "populate",
        True,
        "run_last",
    )
    patched = as_publisher.patch(answer["Location"], {"job_name": "other", "is_active": False}).json()
    assert (patched["job_name"], patched["cron_schedule"], patched["next_run"]) == ("other", "0 4 * * *", None)

    gone = as_publisher.delete(answer["Location"])
    assert (gone.status_code, gone.content) == (204, b"")
    refused(as_publisher.get(answer["Location"]), 404, "schedule_not_found")
    assert not PeriodicTask.objects.filter(name=f"schedule {told['id']}").exists()


@pytest.mark.parametrize(
    ("given", "answered"),
    [
        ({"frequency": "daily", "time": "00:00"}, ["daily", "00:00", None, None, "0 0 * * *"]),
        ({"frequency": "weekly", "time": "23:59", "day_of_week": "SUN"}, ["weekly", "23:59", "sunday", None, "59 23 * * 0"]),
        ({"frequency": "weekly", "time": "07:30", "day_of_week": 7}, ["weekly", "07:30", "sunday", None, "30 7 * * 0"]),
        ({"frequency": "weekly", "time": "07:30", "day_of_week": 0}, ["weekly", "07:30", "sunday", None, "30 7 * * 0"]),
        ({"frequency": "weekly", "time": "07:30", "day_of_week": "Saturday"}, ["weekly", "07:30", "saturday", None, "30 7 * * 6"]),
        ({"frequency": "monthly", "time": "12:00", "day_of_month": 31}, ["monthly", "12:00", None, 31, "0 12 31 * *"]),
        ({"frequency": "cron", "cron_schedule": "*/5 8-18 * jan,JUL mon-fri"}, ["cron", None, None, None, "*/5 8-18 * jan,JUL mon-fri"]),
        ({"cron_schedule": " 0  4 * *\t7 "}, ["cron", None, None, None, "0 4 * * 7"]),
        # The expression may be told beside a preset, or instead of its parts, as long as it says the same.
        ({"frequency": "daily", "time": "02:05", "cron_schedule": "05 2 * * *"}, ["daily", "02:05", None, None, "5 2 * * *"]),
        ({"frequency": "weekly", "cron_schedule": "5 2 * * 7"}, ["weekly", "02:05", "sunday", None, "5 2 * * 0"]),
        ({"frequency": "daily", "time": "02:05", "day_of_week": None, "day_of_month": None}, ["daily", "02:05", None, None, "5 2 * * *"]),
    ],
)  # fmt: skip
def test_presets_and_expressions_come_back_as_they_were_told(as_publisher, script, given, answered):
    assert when(made(as_publisher, script, **given)) == answered


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({}, "cron_schedule"),
        ({"frequency": "cron"}, "cron_schedule"),
        ({"frequency": "daily"}, "time"),
        ({"frequency": "weekly", "time": "02:05"}, "day_of_week"),
        ({"frequency": "monthly", "time": "02:05"}, "day_of_month"),
        ({"frequency": "daily", "time": "02:05", "day_of_week": "mon"}, "day_of_week"),
        ({"frequency": "weekly", "time": "02:05", "day_of_week": 1, "day_of_month": 1}, "day_of_month"),
        ({"frequency": "daily", "time": "02:05", "cron_schedule": "6 2 * * *"}, "cron_schedule"),
        ({"frequency": "daily", "cron_schedule": "5 2 * * 1"}, "cron_schedule"),
        ({"frequency": "cron", "cron_schedule": "5 2 * * *", "time": "02:05"}, "time"),
        ({"cron_schedule": "5 2 * * *", "day_of_month": 1}, "day_of_month"),
        ({"cron_schedule": "5 25 * * *"}, "cron_schedule"),
        ({"cron_schedule": "0 0 31 2 *"}, "cron_schedule"),
        ({"cron_schedule": "5 2 * * *", "timezone": "Mars/Base"}, "timezone"),
        ({"cron_schedule": "5 2 * * *", "timezone": "../etc/passwd"}, "timezone"),
        ({"cron_schedule": "5 2 * * *", "job_name": " "}, "job_name"),
        ({"cron_schedule": "5 2 * * *", "script_id": 4711}, "script_id"),
    ],
)  # fmt: skip
def test_what_lacks_or_contradicts_is_400_and_names_the_field(as_publisher, script, daily, given, wrong):
    for answer in (
        as_publisher.post(PATH, body(script, **given)),
        as_publisher.put(f"{PATH}{daily['id']}", body(script, **given)),
    ):
        assert answer.status_code == 400
        assert set(answer.json()["error"]["details"]["fields"]) == {wrong}
    assert [lasting(told) for told in as_publisher.get(PATH).json()] == [lasting(daily)]


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"frequency": "hourly"}, "frequency"), ({"frequency": 1}, "frequency"),
        *(({"time": time}, "time") for time in ("2:05", "24:00", "02:60", "02:05:00", "02:05\n", "٠٢:٠٥", 125, "")),
        *(({"day_of_week": day}, "day_of_week") for day in ("funday", 8, -1, True, 1.0, "1", [], "")),
        *(({"day_of_month": day}, "day_of_month") for day in (0, 32, "1", 1.5, True)),
        *(({"is_active": value}, "is_active") for value in ("true", 1, None)),
        *(({"script_id": value}, "script_id") for value in ("1", 0, None, 2**40)),
        ({"operation": "publish"}, "operation"), ({"operation": None}, "operation"), ({"cron_schedule": 5}, "cron_schedule"),
        ({"cron_schedule": "* " * 60}, "cron_schedule"), ({"job_name": "x" * 101}, "job_name"), ({"job_name": 5}, "job_name"),
        ({"job_name": "a\x00b"}, "job_name"), ({"owner": 1}, "owner"), ({"last_run": None}, "last_run"),
    ],
)  # fmt: skip
def test_a_malformed_schedule_is_400_by_field(as_publisher, script, given, wrong):
    assert wrong_fields(as_publisher.post(PATH, body(script, cron_schedule="5 2 * * *") | given)) == {wrong}
    assert not Schedule.objects.exists()


@pytest.mark.parametrize(
    ("change", "answered"),
    [
        ({"time": "03:00"}, ["daily", "03:00", None, None, "0 3 * * *"]),
        ({"frequency": "weekly", "day_of_week": "mon"}, ["weekly", "02:05", "monday", None, "5 2 * * 1"]),
        ({"frequency": "monthly", "day_of_month": 1}, ["monthly", "02:05", None, 1, "5 2 1 * *"]),
        ({"frequency": "cron"}, ["cron", None, None, None, "5 2 * * *"]),
        ({"cron_schedule": "*/5 * * * *"}, ["cron", None, None, None, "*/5 * * * *"]),
        ({"cron_schedule": "6 3 * * *"}, ["daily", "03:06", None, None, "6 3 * * *"]),
        ({"timezone": "Asia/Tokyo"}, ["daily", "02:05", None, None, "5 2 * * *"]),
        ({}, ["daily", "02:05", None, None, "5 2 * * *"]),
    ],
)
def test_a_change_keeps_what_it_does_not_name(as_publisher, daily, change, answered):
    assert when(as_publisher.patch(f"{PATH}{daily['id']}", change).json()) == answered


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"day_of_week": "mon"}, "day_of_week"),
        ({"frequency": "weekly"}, "day_of_week"),
        ({"frequency": "cron", "time": "03:00"}, "time"),
        ({"cron_schedule": "nonsense"}, "cron_schedule"),
        ({"time": "03:00", "cron_schedule": "5 2 * * *"}, "cron_schedule"),
    ],
)
def test_a_change_that_does_not_fit_changes_nothing(as_publisher, daily, change, wrong):
    answer = as_publisher.patch(f"{PATH}{daily['id']}", change)
    assert answer.status_code == 400
    assert set(answer.json()["error"]["details"]["fields"]) == {wrong}
    assert lasting(as_publisher.get(f"{PATH}{daily['id']}").json()) == lasting(daily)


def test_a_weekly_one_keeps_its_day(as_publisher, script):
    told = made(as_publisher, script, frequency="weekly", time="02:05", day_of_week="sat")
    told = as_publisher.patch(f"{PATH}{told['id']}", {"time": "03:00"}).json()
    assert when(told) == ["weekly", "03:00", "saturday", None, "0 3 * * 6"]


def test_what_is_answered_can_be_sent_back(as_publisher, script, daily):
    weekly = made(as_publisher, script, frequency="weekly", time="02:05", day_of_week=0)
    for told in (daily, weekly, made(as_publisher, script, cron_schedule="5 2 29 2 *")):
        writable = {
            name: told[name]
            for name in (*WHEN, "job_name", "script_id", "timezone", "operation", "is_active", "catch_up")
        }
        again = as_publisher.put(f"{PATH}{told['id']}", writable).json()
        assert {**again, "updated_at": told["updated_at"]} == told


# --- Lists --------------------------------------------------------------------------------------------------------------------


def test_the_list_is_whole_in_pages_or_of_some_scripts(as_viewer, as_publisher, publisher, script):
    other = steps.new_script(publisher, name="other")
    pks = [made(as_publisher, one, cron_schedule="0 4 * * *")["id"] for one in (script, other, script)]
    assert [told["id"] for told in as_viewer.get(PATH).json()] == pks
    assert [told["id"] for told in as_viewer.get(f"{PATH}?script_id={script.pk}").json()] == [pks[0], pks[2]]
    first = as_viewer.get(f"{PATH}?page_size=2")
    assert [told["id"] for told in first.json()] == pks[:2]
    assert [told["id"] for told in as_viewer.get(first["Link"].partition(">")[0].strip("<")).json()] == pks[2:]
    assert wrong_fields(as_viewer.get(f"{PATH}?script={script.pk}")) == {"script"}


def test_the_number_of_statements_does_not_grow(as_publisher, publisher, script, django_assert_num_queries):
    for count in (5, 15):
        while Schedule.objects.count() < count:
            told = made(as_publisher, script, cron_schedule="0 4 * * *")
            Run.objects.create(
                script=script, script_name="x", content="", content_hash="", kind="populate", status="failed", trigger="schedule",
                actor=publisher, schedule_id=told["id"],
            )  # fmt: skip
        with django_assert_num_queries(5):  # who asks, the schedules, their newest runs and due times, what is late
            assert len(as_publisher.get(PATH).json()) == count


# --- Switched -----------------------------------------------------------------------------------------------------------------


def test_toggle_turns_it_the_other_way_or_as_told(as_publisher, daily):
    address = f"{PATH}{daily['id']}/toggle"
    off = as_publisher.post(address).json()
    assert (off["is_active"], off["next_run"]) == (False, None)
    assert not PeriodicTask.objects.filter(name=f"schedule {daily['id']}").exists()
    assert as_publisher.post(address, {}).json()["is_active"] is True
    assert [as_publisher.post(address, {"is_active": False}).json()["is_active"] for _ in range(2)] == [False, False]
    assert wrong_fields(as_publisher.post(address, {"is_active": "no"})) == {"is_active"}
    refused(as_publisher.post(f"{PATH}4711/toggle"), 404, "schedule_not_found")


@pytest.mark.django_db(transaction=True)
def test_an_even_number_of_toggles_at_once_is_none(publisher):
    told = made(Api(publisher), steps.new_script(publisher), cron_schedule="0 4 * * *")

    def toggle(api):
        assert api.post(f"{PATH}{told['id']}/toggle").status_code == 200
        connection.close()

    threads = [threading.Thread(target=toggle, args=[Api(publisher)]) for _ in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert Schedule.objects.get().is_active
    assert PeriodicTask.objects.filter(name=f"schedule {told['id']}", enabled=True).count() == 1
