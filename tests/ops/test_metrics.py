"""/metrics: who may read it, what it counts, and that it answers when others do not."""

import base64
import re
from collections.abc import Iterator

import pytest
import redis
from django.test import Client

from badDetail_app import figures as bad_row_figures
from dqx import sql
from dqx.environment import BASE_DIR
from scripts_app.ledger import runs
from scripts_app.models import Run
from tests import steps
from tests.api import servers
from tests.ops.alive import seen
from tests.ops.scrape import Scraped, scrape

pytestmark = pytest.mark.django_db(transaction=True)
TOKEN = "a-token-of-the-tests"
NAMES_ELSEWHERE = {"dqx_owner", "dqx_runner"}


@pytest.fixture
def client(settings):
    settings.CELERY_BROKER_URL = servers.own_broker()
    return Client(raise_request_exception=False)


def read(client) -> Scraped:
    answer = client.get("/metrics", HTTP_HOST="localhost")
    assert answer.status_code == 200, answer.content
    return Scraped(answer.content.decode())


# --- Who may read it ------------------------------------------------------------------------------------------------------


def test_without_a_token_it_is_for_this_machine(client):
    for path in ("/metrics", "/metrics/"):
        for host in ("localhost", "127.0.0.1:8000", "[::1]:8000"):
            answer = client.get(path, HTTP_HOST=host)
            assert (answer.status_code, answer["Content-Type"].split(";")[0]) == (200, "text/plain")
    assert client.post("/metrics", HTTP_HOST="localhost").status_code == 405


@pytest.mark.parametrize(
    "given",
    [
        {"REMOTE_ADDR": "10.1.2.3"},
        {"REMOTE_ADDR": ""},
        {"HTTP_X_FORWARDED_FOR": "127.0.0.1"},
        {"HTTP_X_REAL_IP": "127.0.0.1"},
        {"HTTP_FORWARDED": "for=127.0.0.1"},
        {"HTTP_HOST": "rebound.example.org"},
        {"HTTP_AUTHORIZATION": f"Bearer {TOKEN}", "REMOTE_ADDR": "10.1.2.3"},
    ],
)
def test_without_a_token_it_is_for_nobody_else(client, given):
    answer = client.get("/metrics", **{"HTTP_HOST": "localhost", **given})
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "not_allowed")


def test_with_a_token_it_is_for_who_sends_it(client, settings):
    settings.METRICS_TOKEN = TOKEN
    basic = base64.b64encode(f"prometheus:{TOKEN}".encode()).decode()
    for given in (f"Bearer {TOKEN}", f"Basic {basic}"):
        answer = client.get("/metrics", HTTP_HOST="10.1.2.3", REMOTE_ADDR="10.9.9.9", HTTP_AUTHORIZATION=given)
        assert answer.status_code == 200
    for given in ({}, *({"HTTP_AUTHORIZATION": text} for text in ("Bearer other", "Basic %%", "Bearer é", TOKEN))):
        assert client.get("/metrics", HTTP_HOST="localhost", **given).status_code == 403


# --- What it tells --------------------------------------------------------------------------------------------------------


def test_requests_are_counted_by_method_view_and_status(client):
    labels = {"method": "POST", "view": "dqx.users.api.Login", "status": "400"}
    before = read(client)
    client.post("/api/auth/login", {}, content_type="application/json")
    client.post("/api/auth/login/", {}, content_type="application/json")
    after = read(client)
    assert after("dqx_requests_total", **labels) - before("dqx_requests_total", **labels) == 2
    assert after("dqx_request_seconds_count", **labels) - before("dqx_request_seconds_count", **labels) == 2
    assert after("dqx_request_seconds_sum", **labels) > before("dqx_request_seconds_sum", **labels)


def test_no_address_becomes_a_label(client):
    client.get("/no/such/page-4711")
    client.generic("PROPFIND", "/no/such/page-4711")
    found = read(client)
    values = {value for _, labels, _ in found.samples for value in labels.values()}
    assert not any("4711" in value or "PROPFIND" in value for value in values)
    assert found("dqx_requests_total", view="none", method="GET", status="404") >= 1
    assert found("dqx_requests_total", view="none", method="other") >= 1


def test_runs_rows_and_bad_rows(client, publisher):
    before = read(client)
    script = steps.new_script(publisher)
    steps.succeeded(steps.run_populate(script, publisher))
    steps.succeeded(steps.run_publish(script, publisher))
    steps.failed_run(script, publisher)
    found = read(client)
    assert found("dqx_runs", kind="populate", status="succeeded") == 1
    assert found("dqx_runs", kind="populate", status="failed") == 1
    assert found("dqx_runs", kind="publish", status="succeeded") == 1
    assert found("dqx_runs", kind="publish", status="cancelled") == 0
    assert found("dqx_rows_populated_total") - before("dqx_rows_populated_total") == 1
    assert found("dqx_rows_published_total", change="new") == 1
    assert found("dqx_bad_rows", rule="R1", source="S1") == 1
    assert found("dqx_bad_row_pairs") == 1
    assert found("dqx_database_up") == 1


def test_the_queue_and_the_oldest_queued_run(client, publisher):
    with redis.Redis.from_url(servers.own_broker()) as line:
        line.delete("runs", "clock")
        assert read(client)("dqx_oldest_queued_run_seconds") == 0
        script = steps.new_script(publisher)
        run = runs.open_run("populate", script, actor=publisher, trigger="api", dispatch=False)
        Run.objects.filter(pk=run.pk).update(created_at=run.created_at.replace(year=2020, day=1))
        line.rpush("runs", "a message", "another")
        seen("a", "runs")
        seen("b", "runs", "others")
        seen("beat")
        found = read(client)
        line.delete("runs")
    assert (found("dqx_queue_depth", queue="runs"), found("dqx_queue_depth", queue="clock")) == (2, 0)
    assert (found("dqx_worker_up", queue="runs"), found("dqx_worker_up", queue="clock")) == (1, 0)
    assert (found("dqx_workers"), found("dqx_beat_up"), found("dqx_broker_up")) == (2, 1, 1)
    assert found("dqx_oldest_queued_run_seconds") > 86_400
    assert found("dqx_runs", kind="populate", status="queued") == 1


def test_every_figure_that_the_alarms_name_is_told(client):
    client.get("/api/auth/me")
    documented = (BASE_DIR / "docs" / "operations.md").read_text()
    named = set(re.findall(r"`[^`]*\b(dqx_[a-z_]+)\b[^`]*`", documented)) - NAMES_ELSEWHERE
    found = {name for name, _, _ in read(client).samples}
    assert len(named) > 8 and named <= found, named - found


def test_series_are_bounded_and_the_rest_is_summed(client, monkeypatch):
    monkeypatch.setattr(bad_row_figures, "MOST_PAIRS", 3)
    sql.execute(
        "INSERT INTO dq.bad_detail SELECT 'R' || r, 'S', 'u' || u, 'v', NULL"
        "  FROM generate_series(1, 5) r, generate_series(1, 6 - r) u"
    )
    found = read(client)
    series = {labels["rule"]: value for name, labels, value in found.samples if name == "dqx_bad_rows"}
    assert series == {"R1": 5, "R2": 4, "R3": 3, bad_row_figures.OTHERS: 3}
    assert found("dqx_bad_row_pairs") == 5
    assert len(bad_row_figures.OTHERS) > 20


def test_a_database_that_is_away_does_not_fail_the_scrape(client, settings, monkeypatch):
    with monkeypatch.context() as elsewhere:
        elsewhere.setitem(settings.DATABASES["default"], "PORT", "9")
        found = read(client)
    assert found("dqx_database_up") == 0 and found.has("dqx_database_up")
    assert not found.has("dqx_runs") and not found.has("dqx_workers")
    assert found.has("dqx_requests_total") and found("dqx_broker_up") == 1


def test_a_slow_table_is_left_out(client, monkeypatch):
    monkeypatch.setattr(bad_row_figures.statements, "by_pair", lambda: "SELECT pg_sleep(10)")
    found = read(client)
    assert found("dqx_database_up") == 0 and found.has("dqx_runs") and not found.has("dqx_bad_rows")


@pytest.mark.parametrize("nowhere", ["redis://127.0.0.1:9/0", "amqp://127.0.0.1:9//"])
def test_a_broker_that_is_away_does_not_fail_the_scrape(client, settings, nowhere):
    settings.CELERY_BROKER_URL = nowhere
    found = read(client)
    assert found("dqx_broker_up") == 0 and not found.has("dqx_queue_depth") and found("dqx_database_up") == 1


@pytest.fixture(scope="module")
def several(django_db_setup, tmp_path_factory) -> Iterator[servers.Http]:
    with servers.web(tmp_path_factory.mktemp("servers"), workers=3) as http:
        yield http


def test_counts_of_all_processes_are_added_whichever_is_asked(several):
    labels = {"view": "dqx.users.api.Me", "status": "401"}
    before = scrape(several)("dqx_requests_total", **labels)
    for _ in range(40):
        assert several("GET", "/api/auth/me").status == 401
    for _ in range(10):  # each connection may reach another process
        found = scrape(several)
        assert found("dqx_requests_total", **labels) - before == 40
        assert found("dqx_request_seconds_bucket", le="+Inf", **labels) == found("dqx_request_seconds_count", **labels)
