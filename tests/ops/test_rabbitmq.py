"""All of DQX on RabbitMQ: web, worker and beat, what is told of it, and a broker that stops, hangs and comes back."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone
from django_celery_beat.models import PeriodicTask
from kombu import Connection

from dqx.monitoring import broker as watched
from scripts_app.models import DueTime, Run, Schedule
from scripts_app.scheduling import schedules
from tests import steps
from tests.api import servers
from tests.conftest import PASSWORD
from tests.ops import rabbitmq
from tests.ops.scrape import scrape

pytestmark = [pytest.mark.django_db(transaction=True), rabbitmq.needed]
ENDLESS = steps.FIVE + " FROM generate_series(1, 100000000000) g WHERE g < 0"
READY = {"status": "ready", "database": "ok", "broker": "ok", "worker": "ok", "clock": "ok"}


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    with rabbitmq.rabbitmq(tmp_path_factory.mktemp("rabbitmq")) as server:
        yield server


@pytest.fixture(scope="module")
def web(django_db_setup, broker, tmp_path_factory):
    folder = tmp_path_factory.mktemp("servers")
    with servers.worker(folder, broker=broker.url), servers.web(folder, broker=broker.url) as http:
        yield http


@pytest.fixture
def http(web, publisher):
    web.sign_in(publisher.username, PASSWORD)
    return web


def populate(http, script):
    """How the request for a populate was answered, and after how many seconds."""
    started = time.monotonic()
    answer = http("POST", f"/api/sql_scripts/{script.pk}/populate_table")
    return answer, time.monotonic() - started


def ended(http, answer, seconds=30):
    assert answer.status == 202, answer.body
    return http.until(answer.headers["Location"], lambda run: run["status"] not in ("queued", "running"), seconds)


def is_due(schedule):
    """As if beat had stopped five minutes ago."""
    then = timezone.now() - timedelta(minutes=5)
    Schedule.objects.filter(pk=schedule.pk).update(seen_until=then, next_due_at=then)
    assert PeriodicTask.objects.filter(name=f"schedule {schedule.pk}").update(last_run_at=then) == 1


def test_what_is_told_of_it(http):
    assert http.until("/readyz", lambda body: body["status"] == "ready", 20) == READY
    found = scrape(http)
    for queue in ("runs", "clock"):
        assert (found("dqx_worker_up", queue=queue), found("dqx_queue_depth", queue=queue)) == (1, 0)
        assert sum(labels == {"queue": queue} for name, labels, _ in found.samples if name == "dqx_queue_depth") == 1
    assert (found("dqx_workers"), found("dqx_broker_up")) == (1, 1)


def test_beat_and_a_worker_populate_and_publish_what_is_due(web, broker, publisher, tmp_path):
    script = steps.new_script(publisher)
    schedule = schedules.create(
        actor=publisher, job_name="often", script_id=script.pk, cron_schedule="* * * * *", timezone="UTC",
        operation="populate_and_publish",
    )  # fmt: skip
    is_due(schedule)
    with servers.beat(tmp_path, broker=broker.url):
        assert steps.eventually(lambda: Run.objects.filter(kind="publish", status="succeeded").exists(), 25)
    # Another minute may have begun.
    assert set(Run.objects.values_list("status", flat=True)) <= {"succeeded", *Run.ACTIVE}
    assert DueTime.objects.filter(outcome="ran").exists() and len(steps.bad_rows()) == 1


def test_a_running_run_is_cancelled(http, publisher):
    answer, _ = populate(http, steps.new_script(publisher, ENDLESS))
    place = answer.headers["Location"]
    http.until(place, lambda run: run["status"] == "running")
    assert http("POST", f"{place.rstrip('/')}/cancel").status == 202
    assert ended(http, answer, 5)["status"] == "cancelled"


def test_messages_that_wait_are_counted(broker, settings):
    settings.CELERY_BROKER_URL, settings.RUNS_QUEUE, settings.CLOCK_QUEUE = broker.url, "nobody takes", "nobody made"
    with Connection(broker.url) as line, line.SimpleQueue("nobody takes") as queue:
        queue.put("one")
        queue.put("two")
        assert steps.eventually(
            lambda: watched.waiting.ask().result(5) == {"nobody takes": 2, "nobody made": 0}
        )  # it is counted once it is written


def test_it_stops_hangs_and_comes_back(http, broker, publisher):
    script = steps.new_script(publisher)
    assert ended(http, populate(http, script)[0])["status"] == "succeeded"

    broker.freeze()
    try:
        started = time.monotonic()
        assert http("GET", "/readyz").body["broker"] in ("unreachable", "too_slow")
        assert time.monotonic() - started < 2.5
        answer, seconds = populate(http, script)
        assert seconds < 40
        assert (answer.status, answer.body["error"]["code"]) == (503, "broker_away"), answer.body
    finally:
        broker.thaw()
    assert ended(http, populate(http, script)[0])["status"] == "succeeded"

    broker.stop()
    assert http("GET", "/readyz").body["broker"] == "unreachable"
    assert scrape(http)("dqx_broker_up") == 0
    answer, seconds = populate(http, script)
    assert seconds < 10
    assert (answer.status, answer.body["error"]["code"]) == (503, "broker_away"), answer.body
    broker.start()
    assert ended(http, populate(http, script)[0])["status"] == "succeeded"
    assert http("GET", "/readyz").body["broker"] == "ok"
