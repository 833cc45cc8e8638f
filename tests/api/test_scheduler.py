"""Schedules over HTTP: line by line what contract.md says of /api/scheduler/."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from dqx.users.models import User
from scripts_app.models import Run, Schedule
from tests import steps
from tests.api import servers
from tests.api.conftest import Api, refused, wrong_fields
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db
PATH = "/api/scheduler/"
FIELDS = {
    "id", "job_name", "script_id", "script_name", "frequency", "time", "day_of_week", "day_of_month", "cron_schedule", "timezone",
    "operation", "is_active", "description", "owner", "problem", "next_run", "last_run", "created_at", "updated_at",
    "catch_up", "next_due_at", "late", "late_since", "late_why", "last_due", "recent",
}  # fmt: skip
WHEN = ("frequency", "time", "day_of_week", "day_of_month", "cron_schedule")


@pytest.fixture
def script(publisher):
    return steps.new_script(publisher)


@pytest.fixture
def daily(as_publisher, script):
    return made(as_publisher, script, frequency="daily", time="02:05", timezone="Europe/Berlin")


def body(script, **more):
    return {"job_name": "nightly", "script_id": script.pk, **more}


def made(api, script, **more):
    answer = api.post(PATH, body(script, **more))
    assert answer.status_code == 201, answer.content
    return answer.json()


def when(told):
    return [told[name] for name in WHEN]


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
    assert as_publisher.get(PATH).json() == [daily]


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
    assert as_publisher.get(f"{PATH}{daily['id']}").json() == daily


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


# --- Times --------------------------------------------------------------------------------------------------------------------


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


# --- Run now ------------------------------------------------------------------------------------------------------------------


def test_run_now_is_202_with_the_populate(as_publisher, as_viewer, daily):
    answer = as_publisher.post(f"{PATH}{daily['id']}/run_now")
    assert answer.status_code == 202
    run = answer.json()
    assert (run["kind"], run["status"], run["trigger"], run["schedule"]) == ("populate", "queued", "api", daily["id"])
    assert run["actor"]["username"] == "paula"
    assert answer["Location"] == f"/api/runs/{run['id']}/"
    assert as_viewer.get(f"{PATH}{daily['id']}").json()["last_run"]["id"] == run["id"]
    assert [found["id"] for found in as_viewer.get(f"/api/runs/?schedule={daily['id']}").json()["results"]] == [
        run["id"]
    ]
    refused(as_publisher.post(f"{PATH}{daily['id']}/run_now"), 409, "run_active")
    refused(as_publisher.post(f"{PATH}4711/run_now"), 404, "schedule_not_found")


def test_a_schedule_of_an_older_dqx_says_what_it_lacks(as_publisher, script):
    old = Schedule.objects.create(job_name="old", script=script, cron_schedule="0 3 * * *")
    none = Schedule.objects.create(job_name="none", cron_schedule="every day at noon")
    told = as_publisher.get(f"{PATH}{old.pk}").json()
    assert (told["frequency"], told["owner"], told["next_run"]) == ("cron", None, None)
    assert "Save it" in told["problem"]
    assert as_publisher.patch(f"{PATH}{old.pk}", {"job_name": "old"}).json()["problem"] is None
    assert PeriodicTask.objects.filter(name=f"schedule {old.pk}").exists()
    told = as_publisher.get(f"{PATH}{none.pk}").json()
    assert (told["script_id"], told["script_name"], told["description"]) == (None, None, "every day at noon")
    refused(as_publisher.post(f"{PATH}{none.pk}/run_now"), 409, "script_missing")
    refused(as_publisher.get(f"{PATH}{none.pk}/next_runs"), 400, "cron_malformed")
    refused(as_publisher.patch(f"{PATH}{none.pk}", {"job_name": "x"}), 400, "cron_malformed")
    assert as_publisher.post(f"{PATH}{none.pk}/toggle", {"is_active": False}).status_code == 200
    assert as_publisher.delete(f"{PATH}{none.pk}").status_code == 204


def test_the_one_who_left_owns_schedules_that_rest(as_publisher, as_viewer, publisher, daily):
    User.objects.filter(pk=publisher.pk).update(role="viewer")
    told = as_viewer.get(f"{PATH}{daily['id']}").json()
    assert "paula, may no longer do it" in told["problem"]
    assert (told["is_active"], told["next_run"]) == (True, None)


@pytest.mark.django_db(transaction=True)
def test_a_schedule_of_a_script_that_is_deleted_at_once_is_refused_or_goes_with_it(publisher):
    script = steps.new_script(publisher)
    barrier, statuses = threading.Barrier(4), []

    def schedule(api):
        barrier.wait()
        statuses.append(api.post(PATH, body(script, cron_schedule="0 4 * * *")).status_code)
        connection.close()

    threads = [threading.Thread(target=schedule, args=[Api(publisher)]) for _ in range(3)]
    [thread.start() for thread in threads]
    barrier.wait()
    assert Api(publisher).delete(f"/api/sql_scripts/{script.pk}").status_code == 204
    [thread.join() for thread in threads]
    assert set(statuses) <= {201, 400}
    assert not Schedule.objects.exists()
    assert not PeriodicTask.objects.filter(name__startswith="schedule ").exists()


@pytest.mark.django_db(transaction=True)
def test_beat_and_a_worker_do_it_and_a_hand_too(publisher, tmp_path):
    """With processes as they run: a schedule of every minute that is due already, and one that is run now."""
    steps.make_source_table()
    try:
        steps.fill_source_table([("R1", "S1", "u1", "v", None)])
        script = steps.new_script(publisher, steps.all_of())
        with servers.web(tmp_path) as http, servers.worker(tmp_path):
            http.sign_in("paula", PASSWORD)
            given = body(script, frequency="daily", time="02:05", operation="populate_and_publish", is_active=False)
            told = http("POST", PATH, given).body
            run = http("POST", f"{PATH}{told['id']}/run_now")
            assert run.status == 202
            told = http.until(
                f"{PATH}{told['id']}",
                lambda body: body["last_run"]["kind"] == "publish" and body["last_run"]["finished_at"],
            )
            assert (told["last_run"]["status"], told["last_run"]["new"]) == ("succeeded", 1)
            every = http("POST", PATH, body(script, cron_schedule="* * * * *")).body
            Schedule.objects.filter(pk=every["id"]).update(seen_until=datetime.now(UTC) - timedelta(minutes=3))
            with servers.beat(tmp_path):
                told = http.until(
                    f"{PATH}{every['id']}", lambda body: body["last_run"] and body["last_run"]["finished_at"], 90
                )
            assert (told["last_run"]["trigger"], told["last_run"]["status"]) == ("schedule", "succeeded")
    finally:
        steps.drop_source_table()
