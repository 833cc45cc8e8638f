"""/healthz, /readyz: each part by name, quickly, whatever is away."""

import socket
import time

import pytest
from django.test import Client, override_settings

from dqx import sql
from dqx.monitoring import broker, health, workers
from dqx.monitoring.models import Worker
from tests import steps
from tests.api import servers
from tests.ops.alive import age, seen, sends_its_heartbeat

pytestmark = pytest.mark.django_db(transaction=True)
NOWHERE = "redis://127.0.0.1:9/0"


@pytest.fixture
def own_broker(settings):
    """A number of the tests' broker that no other test uses, without a worker."""
    settings.CELERY_BROKER_URL = servers.own_broker()


@pytest.fixture
def client():
    return Client(raise_request_exception=False)


def parts(answer):
    body = answer.json()
    return answer.status_code, body["status"], body["database"], body["broker"], body["worker"], body["clock"]


def test_ready_with_everything(own_broker, client):
    seen("a", "runs", "clock")
    for path in ("/readyz", "/readyz/"):
        assert parts(client.get(path)) == (200, "ready", "ok", "ok", "ok", "ok")
    assert client.head("/readyz").status_code == 200
    assert client.post("/readyz").status_code == 405


def test_no_worker_is_told_as_every_refusal(own_broker, client):
    answer = client.get("/readyz")
    assert parts(answer) == (503, "not_ready", "ok", "ok", "silent", "silent")
    error = answer.json()["error"]
    assert (error["code"], error["details"]["worker"], error["details"]["clock"]) == ("not_ready", "silent", "silent")
    assert "no worker of the queue of runs" in error["message"]


def test_each_queue_is_told_by_name(own_broker, client):
    seen("a", "clock", "something else")
    answer = client.get("/readyz")
    assert parts(answer) == (503, "not_ready", "ok", "ok", "silent", "ok")
    assert "queue of the clock" not in answer.json()["error"]["message"]
    seen("b", "runs")
    assert client.get("/readyz").status_code == 200
    age("a")
    assert parts(client.get("/readyz")) == (503, "not_ready", "ok", "ok", "ok", "silent")


def test_a_clock_that_was_set_back_leaves_nobody_alive(own_broker, client):
    seen("a", "runs", "clock")
    age("a", seconds=-600)
    assert parts(client.get("/readyz"))[4:] == ("silent", "silent")


@pytest.mark.parametrize("nowhere", [NOWHERE, "amqp://127.0.0.1:9//"])
def test_a_broker_that_is_away(client, nowhere):
    with override_settings(CELERY_BROKER_URL=nowhere):
        started = time.monotonic()
        assert parts(client.get("/readyz")) == (503, "not_ready", "ok", "unreachable", "silent", "silent")
        assert time.monotonic() - started < 2


def test_a_database_that_is_away_and_nothing_secret(own_broker, client, settings, monkeypatch):
    owner = settings.DATABASES["default"]
    with monkeypatch.context() as elsewhere:
        elsewhere.setitem(owner, "PORT", "9")
        answer = client.get("/readyz")
        assert client.get("/healthz").status_code == 200
    assert parts(answer)[2:] == ("unreachable", "ok", "unknown", "unknown")
    for secret in (owner["PASSWORD"], owner["USER"], owner["HOST"]):
        assert str(secret) not in answer.content.decode()


@pytest.mark.parametrize("scheme", ["redis", "amqp"])
def test_servers_that_take_the_call_and_say_nothing(client, settings, monkeypatch, scheme):
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen(20)
        port = str(mute.getsockname()[1])
        with monkeypatch.context() as elsewhere:
            elsewhere.setattr(settings, "CELERY_BROKER_URL", f"{scheme}://127.0.0.1:{port}/0")
            elsewhere.setitem(settings.DATABASES["default"], "PORT", port)
            for _ in range(2):
                started = time.monotonic()
                answer = client.get("/readyz")
                assert time.monotonic() - started < 2.5
                assert answer.status_code == 503 and answer.json()["database"] != "ok" != answer.json()["broker"]
            assert health._database.ask() is health._database.ask()  # one thread hangs, not one a request
    # The next tests ask anew.
    assert steps.eventually(lambda: health._database._open.done() and broker.waiting._open.done(), 20)


def test_a_database_that_is_not_migrated(own_broker, client):
    sql.execute("UPDATE dqx.django_migrations SET name = 'x' || name WHERE app = 'users' AND name = '0001_initial'")
    try:
        assert parts(client.get("/readyz"))[2] == "not_migrated"
    finally:
        sql.execute("UPDATE dqx.django_migrations SET name = '0001_initial' WHERE name = 'x0001_initial'")
    assert parts(client.get("/readyz"))[2] == "ok"


def test_those_who_watch_come_by_any_name_and_by_plain_http(own_broker, client, settings):
    settings.ALLOWED_HOSTS, settings.SECURE_SSL_REDIRECT = ["dqx.example.org"], True
    client = Client(raise_request_exception=False)
    for path in ("/healthz", "/healthz/", "/readyz", "/readyz/"):
        assert client.get(path, HTTP_HOST="10.1.2.3:8000").status_code in (200, 503)
    assert client.get("/", HTTP_HOST="dqx.example.org").status_code == 301


def test_a_worker_writes_its_sign_of_life(own_broker, tmp_path):
    with servers.worker(tmp_path):
        assert steps.eventually(lambda: Worker.objects.exists(), 20)
        found = Worker.objects.get()
        assert found.name.startswith("celery@") and set(found.queues) == {"runs", "clock"}
        assert health.look()[2:] == ("ok", "ok")
    age(found.name)
    assert health.look()[2:] == ("silent", "silent")


def test_a_worker_of_one_queue_says_so(own_broker, tmp_path):
    with servers.worker(tmp_path, "--queues", "clock", "--pool", "threads", "--hostname", "clock@here"):
        assert steps.eventually(lambda: Worker.objects.filter(name="clock@here", queues=["clock"]).exists(), 20)
        assert health.look()[2:] == ("silent", "ok")


def test_it_is_written_a_few_times_a_minute_and_old_ones_go(own_broker, monkeypatch):
    seen("gone", "runs")
    age("gone", seconds=3601)
    monkeypatch.setattr(workers.of_worker, "asked_at", -workers.EVERY)
    sends_its_heartbeat("me@here")
    assert steps.eventually(lambda: [worker.name for worker in Worker.objects.all()] == ["me@here"])
    age("me@here")
    written = Worker.objects.get().seen_at
    sends_its_heartbeat("me@here")
    assert workers.of_worker._open.done()
    monkeypatch.setattr(workers.of_worker, "asked_at", time.monotonic() - workers.EVERY)
    sends_its_heartbeat("me@here")
    assert steps.eventually(lambda: Worker.objects.get().seen_at > written)


def test_a_worker_goes_on_while_its_database_hangs_and_writes_again_after_it(settings, monkeypatch):
    with socket.socket() as mute, monkeypatch.context() as elsewhere:
        mute.bind(("127.0.0.1", 0))
        mute.listen(20)
        elsewhere.setitem(settings.DATABASES["default"], "PORT", str(mute.getsockname()[1]))
        monkeypatch.setattr(workers.of_worker, "asked_at", -workers.EVERY)
        started = time.monotonic()
        sends_its_heartbeat("me@here")
        assert time.monotonic() - started < 1.5  # to connect takes two seconds
        assert steps.eventually(workers.of_worker._open.done, 20)
    monkeypatch.setattr(workers.of_worker, "asked_at", -workers.EVERY)
    sends_its_heartbeat("me@here")
    assert steps.eventually(lambda: Worker.objects.filter(name="me@here").exists())


def test_it_is_quick(own_broker, client):
    client.get("/readyz")
    started = time.monotonic()
    for _ in range(10):
        client.get("/readyz")
    assert (time.monotonic() - started) / 10 < 0.3
