"""/healthz, /readyz: each part by name, quickly, whatever is away."""

import socket
import time

import pytest
import redis
from django.test import Client, override_settings

from dqx import sql
from dqx.monitoring import broker, health
from tests import steps
from tests.api import servers

pytestmark = pytest.mark.django_db(transaction=True)
NOWHERE = "redis://127.0.0.1:9/0"


@pytest.fixture
def own_broker(settings):
    """A number of the tests' broker that no other test uses, without a worker."""
    settings.CELERY_BROKER_URL = servers.own_broker()
    with redis.Redis.from_url(settings.CELERY_BROKER_URL) as line:
        line.delete(broker.WORKER)
        yield line
        line.delete(broker.WORKER)


@pytest.fixture
def client():
    return Client(raise_request_exception=False)


def parts(answer):
    body = answer.json()
    return answer.status_code, body["status"], body["database"], body["broker"], body["worker"]


def test_ready_with_everything(own_broker, client):
    own_broker.set(broker.WORKER, "alive", ex=60)
    for path in ("/readyz", "/readyz/"):
        assert parts(client.get(path)) == (200, "ready", "ok", "ok", "ok")
    assert client.head("/readyz").status_code == 200
    assert client.post("/readyz").status_code == 405


def test_no_worker_is_told_as_every_refusal(own_broker, client):
    answer = client.get("/readyz")
    assert parts(answer) == (503, "not_ready", "ok", "ok", "silent")
    error = answer.json()["error"]
    assert (error["code"], error["details"]["worker"]) == ("not_ready", "silent")
    assert "no worker has answered" in error["message"]


def test_a_broker_that_is_away(client):
    with override_settings(CELERY_BROKER_URL=NOWHERE):
        started = time.monotonic()
        assert parts(client.get("/readyz")) == (503, "not_ready", "ok", "unreachable", "unknown")
        assert time.monotonic() - started < 2


def test_a_database_that_is_away_and_nothing_secret(own_broker, client, settings, monkeypatch):
    owner = settings.DATABASES["default"]
    with monkeypatch.context() as elsewhere:
        elsewhere.setitem(owner, "PORT", "9")
        answer = client.get("/readyz")
        assert client.get("/healthz").status_code == 200
    assert parts(answer)[2] == "unreachable"
    for secret in (owner["PASSWORD"], owner["USER"], owner["HOST"]):
        assert str(secret) not in answer.content.decode()


def test_servers_that_take_the_call_and_say_nothing(client, settings, monkeypatch):
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen(20)
        port = str(mute.getsockname()[1])
        with monkeypatch.context() as elsewhere:
            elsewhere.setattr(settings, "CELERY_BROKER_URL", f"redis://127.0.0.1:{port}/0")
            elsewhere.setitem(settings.DATABASES["default"], "PORT", port)
            for _ in range(2):
                started = time.monotonic()
                answer = client.get("/readyz")
                assert time.monotonic() - started < 2.5
                assert answer.status_code == 503 and answer.json()["database"] != "ok" != answer.json()["broker"]
            assert health._database.ask() is health._database.ask()  # one thread hangs, not one a request
    # The next tests ask anew.
    assert steps.eventually(lambda: health._database._open.done() and health._broker._open.done(), 20)


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


def test_a_worker_keeps_its_sign_of_life_in_the_broker(own_broker, tmp_path):
    with servers.worker(tmp_path):
        assert steps.eventually(lambda: bool(own_broker.exists(broker.WORKER)), 20)
        assert 0 < own_broker.ttl(broker.WORKER) <= broker.KEPT
        assert health.look().worker == "ok"
    # The broker itself forgets it within a minute; here a worker that has gone is a key that has.
    own_broker.delete(broker.WORKER)
    assert health.look().worker == "silent"


def test_it_is_written_a_few_times_a_minute(own_broker, monkeypatch):
    monkeypatch.setattr(broker._Pulse, "written_at", -broker.EVERY)
    broker.keep_alive()
    own_broker.delete(broker.WORKER)
    broker.keep_alive()
    assert not own_broker.exists(broker.WORKER)
    monkeypatch.setattr(broker._Pulse, "written_at", time.monotonic() - broker.EVERY)
    broker.keep_alive()
    assert own_broker.exists(broker.WORKER)


def test_a_worker_goes_on_without_a_broker(settings, monkeypatch):
    settings.CELERY_BROKER_URL = NOWHERE
    monkeypatch.setattr(broker._Pulse, "written_at", -broker.EVERY)
    broker.keep_alive()


def test_it_is_quick(own_broker, client):
    client.get("/readyz")
    started = time.monotonic()
    for _ in range(10):
        client.get("/readyz")
    assert (time.monotonic() - started) / 10 < 0.3
