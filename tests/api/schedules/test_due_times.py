"""What became of due times over HTTP, and which schedules are late."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from scripts_app.models import DueTime, Run, Schedule
from scripts_app.scheduling import firing, schedules
from tests import steps
from tests.api.conftest import refused, wrong_fields

pytestmark = pytest.mark.django_db
PATH = "/api/scheduler/"
FIELDS = {"due_at", "n_times", "outcome", "state", "reason", "message", "run", "publish"}


@pytest.fixture
def schedule(publisher):
    steps.clear_of_the_hour()
    script = steps.new_script(publisher)
    return schedules.create(actor=publisher, job_name="nightly", script_id=script.pk, cron_schedule="0 2 * * *")


@pytest.fixture
def history(schedule, publisher):
    """Seven nights, the last of them the newest."""
    kept = {
        "script": schedule.script,
        "script_name": "x",
        "content": "",
        "content_hash": "",
        "trigger": "schedule",
        "schedule": schedule,
    }
    good = Run.objects.create(kind="populate", status="succeeded", **kept)
    published = Run.objects.create(
        kind="publish", status="failed", error={"code": "x", "message": "It was locked.", "details": {}}, **kept
    )
    bad = steps.failed_run(schedule.script, publisher, schedule=schedule)
    by_hand = Run.objects.create(kind="publish", status="succeeded", **{**kept, "trigger": "person"})
    nights = [
        {"outcome": "missed", "reason": "DQX did not come to it.", "n_times": 40},
        {"outcome": "skipped", "reason": "A run is under way."},
        {"outcome": "ran"},  # its run was trimmed
        {"outcome": "ran", "run": good},
        {"outcome": "ran", "run": bad, "reason": "DQX came to it 10 minutes late."},
        {"outcome": "refused", "reason": "Nobody owns it."},
        {"outcome": "ran", "run": Run.objects.create(kind="populate", status="queued", **kept)},
    ]
    for n, night in enumerate(nights, start=1):
        DueTime.objects.create(schedule=schedule, due_at=datetime(2026, 11, n, 2, tzinfo=UTC), **night)
    return {"good": good, "published": published, "bad": bad, "by hand": by_hand}


def due_times(api, schedule, query=""):
    answer = api.get(f"{PATH}{schedule.pk}/due_times{query}")
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_they_are_told_newest_first_with_what_became_of_them(as_viewer, schedule, history):
    told = due_times(as_viewer, schedule)["results"]
    assert set(told[0]) == FIELDS
    assert [one["state"] for one in told] == ["queued", "refused", "failed", "failed", "ran", "skipped", "missed"]
    assert told[-1] == {
        "due_at": "2026-11-01T02:00:00Z", "n_times": 40, "outcome": "missed", "state": "missed", "reason": "DQX did not come to it.",
        "message": None, "run": None, "publish": None,
    }  # fmt: skip
    assert (told[2]["run"], told[2]["publish"]) == ({"id": history["bad"].pk, "status": "failed"}, None)
    assert "does not exist" in told[2]["message"]
    assert told[3]["run"]["status"] == "succeeded"
    assert told[3]["publish"] == {"id": history["published"].pk, "status": "failed"}
    assert told[3]["message"] == "It was locked."


def test_they_come_in_pages_and_by_outcome(as_viewer, schedule, history):
    first = due_times(as_viewer, schedule, "?page_size=3")
    assert [one["due_at"][8:10] for one in first["results"]] == ["07", "06", "05"]
    second = as_viewer.get(first["next"]).json()
    third = as_viewer.get(second["next"]).json()
    assert [one["due_at"][8:10] for one in third["results"]] == ["01"]
    assert (third["next"], as_viewer.get(third["previous"]).json()["results"]) == (None, second["results"])
    some = due_times(as_viewer, schedule, "?outcome=missed&outcome=skipped&page_size=1")
    assert [one["outcome"] for one in [*some["results"], *as_viewer.get(some["next"]).json()["results"]]] == [
        "skipped",
        "missed",
    ]
    assert wrong_fields(as_viewer.get(f"{PATH}{schedule.pk}/due_times?outcome=late")) == {"outcome"}
    refused(as_viewer.get(f"{PATH}4711/due_times"), 404, "schedule_not_found")


def test_a_schedule_tells_its_newest_and_as_many_more_as_are_asked_for(as_viewer, schedule, history, publisher):
    other = schedules.create(actor=publisher, job_name="new", script_id=schedule.script_id, cron_schedule="0 2 * * *")
    told = as_viewer.get(f"{PATH}{schedule.pk}").json()
    assert (told["last_due"]["state"], told["recent"]) == ("queued", [])
    first, second = as_viewer.get(f"{PATH}?recent=5").json()
    assert [one["due_at"][8:10] for one in first["recent"]] == ["07", "06", "05", "04", "03"]
    assert first["last_due"] == first["recent"][0]
    assert (second["id"], second["last_due"], second["recent"]) == (other.pk, None, [])
    assert len(as_viewer.get(f"{PATH}{schedule.pk}?recent=50").json()["recent"]) == 7
    assert wrong_fields(as_viewer.get(f"{PATH}?recent=51")) == {"recent"}


# --- Late -------------------------------------------------------------------------------------------------------------------


def as_if_due(schedule, ago):
    Schedule.objects.filter(pk=schedule.pk).update(next_due_at=timezone.now() - ago, seen_until=timezone.now() - ago)


def late(api, query=""):
    return [told["job_name"] for told in api.get(f"{PATH}?late={query}").json()]


def test_one_that_nobody_took_up_is_late(as_viewer, schedule):
    told = as_viewer.get(f"{PATH}{schedule.pk}").json()
    assert (told["late"], told["late_since"], told["late_why"]) == (False, None, None)
    assert datetime.fromisoformat(told["next_due_at"]) == datetime.fromisoformat(told["next_run"])
    as_if_due(schedule, timedelta(minutes=4))
    assert (late(as_viewer, "true"), late(as_viewer, "false")) == ([], ["nightly"])
    as_if_due(schedule, timedelta(minutes=6))
    told = as_viewer.get(f"{PATH}{schedule.pk}").json()
    assert (told["late"], told["late_since"]) == (True, told["next_due_at"])
    assert "Nobody has taken it up" in told["late_why"]
    assert (late(as_viewer, "true"), late(as_viewer, "false")) == (["nightly"], [])
    Schedule.objects.update(is_active=False)
    assert (as_viewer.get(f"{PATH}{schedule.pk}").json()["late"], late(as_viewer, "true")) == (False, [])


def test_so_is_one_whose_run_still_waits(as_viewer, schedule):
    Schedule.objects.filter(pk=schedule.pk).update(cron_schedule="* * * * *")
    as_if_due(schedule, timedelta(minutes=2))
    firing.fire(schedule.pk)
    DueTime.objects.filter(outcome="ran").update(due_at=timezone.now() - timedelta(minutes=9))
    DueTime.objects.exclude(outcome="ran").delete()
    told = as_viewer.get(f"{PATH}{schedule.pk}").json()
    assert (told["late"], told["late_since"]) == (True, told["last_due"]["due_at"])
    assert "still waits" in told["late_why"]
    assert late(as_viewer, "true") == ["nightly"]
    Run.objects.update(status="running")
    assert (as_viewer.get(f"{PATH}{schedule.pk}").json()["late"], late(as_viewer, "true")) == (False, [])


def test_what_becomes_of_missed_times_is_chosen(as_publisher, schedule):
    address = f"{PATH}{schedule.pk}"
    assert as_publisher.get(address).json()["catch_up"] == "run_last"
    assert as_publisher.patch(address, {"catch_up": "skip"}).json()["catch_up"] == "skip"
    assert as_publisher.patch(address, {"job_name": "x"}).json()["catch_up"] == "skip"
    assert wrong_fields(as_publisher.patch(address, {"catch_up": "all"})) == {"catch_up"}
