"""A schedule is run now or by the clock, rests where it can't, and goes with its script."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django_celery_beat.models import PeriodicTask

from dqx.users.models import User
from scripts_app.models import Schedule
from tests import steps
from tests.api import servers
from tests.api.conftest import Api, refused
from tests.api.schedules.bodies import PATH, body
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db


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
