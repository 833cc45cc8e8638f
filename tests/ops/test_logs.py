"""A whole day's work with values that can be told apart, and then a look into every log for them: web, worker, beat and PostgreSQL."""

import http.client as http_client
import json
import os
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.conf import settings

from dqx import sql
from dqx.embedded import logs as embedded_logs
from tests import steps
from tests.api import servers
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)
EVERY_LINE = {"timestamp", "level", "event", "logger"}


class Canaries:
    """Values that must not be in any log, each of its own."""

    def __init__(self) -> None:
        self.made: list[str] = []

    def __call__(self, what: str) -> str:
        self.made.append(f"canary{what}{len(self.made)}x{os.getpid()}")
        return self.made[-1]


@pytest.fixture
def canary():
    return Canaries()


def lines_of(*files: Path) -> list[dict]:
    """The lines of logs, each of which has to be JSON with the four things that every one has; but for Celery's goodbye."""
    lines = [line for file in files for line in file.read_text().splitlines()]
    found = [json.loads(line) for line in lines if line and not line.startswith("worker: ")]
    assert all(set(line) >= EVERY_LINE for line in found)
    return found


def fetch(http, path, **headers):
    """The answer to a GET, as it is; a redirect is not followed."""
    line = http_client.HTTPConnection(http.address.removeprefix("http://"), timeout=30)
    line.request("GET", path, headers={"Authorization": f"Bearer {http.token}", **headers})
    answer = line.getresponse()
    answer.read()
    line.close()
    return answer


def sign_in_and_out(http, canary):
    for name, password in ((canary("name"), canary("password")), ("ada", canary("password"))):
        for _ in range(3):
            assert http("POST", "/api/auth/login", {"username": name, "password": password}).status == 401
    answer = http("POST", "/api/auth/login", {"username": "ada", "password": PASSWORD})
    canary.made += [PASSWORD, answer.body["access"], answer.body["refresh"]]
    http.token = answer.body["access"]
    wrong = {"old_password": canary("password"), "new_password": canary("password")}
    assert http("POST", "/api/auth/me/password", wrong).status == 400


def write_rules(http, canary):
    body = {"rule_id": "R1", "rule_name": canary("rule"), "description": canary("words")}
    assert http("POST", "/api/reference_tables/rules", body).status == 201
    assert http("POST", "/api/reference_tables/rules", body).status == 409
    sql.execute(
        "CREATE FUNCTION dq.complain() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'it is %', NEW.rule_name; END $$;"
        "CREATE TRIGGER complain BEFORE UPDATE ON dq.rule_ref FOR EACH ROW EXECUTE FUNCTION dq.complain()"
    )
    try:
        return http("PATCH", "/api/reference_tables/rules/R1", {"rule_name": canary("rule")})
    finally:
        sql.execute("DROP TRIGGER complain ON dq.rule_ref; DROP FUNCTION dq.complain()")


def run_scripts(http, canary):
    value, bad_date = canary("value"), canary("date")
    texts = [
        steps.FIVE.replace("'v'", f"'{value}'"),
        steps.FIVE.replace("DATE '2024-01-01'", f"'{bad_date}'::text"),
        f"SELECT {canary('column')} AS rule_id",
    ]
    made = [http("POST", "/api/sql_scripts/", {"name": f"script {n}", "content": text}) for n, text in enumerate(texts)]
    assert [answer.status for answer in made] == [201, 201, 422]
    good, bad = made[0].body["id"], made[1].body["id"]
    runs = [http("POST", f"/api/sql_scripts/{pk}/populate_table?wait=60").body for pk in (good, bad)]
    assert [run["status"] for run in runs] == ["succeeded", "failed"], runs
    assert bad_date in runs[1]["error"]["message"]
    assert http("POST", f"/api/sql_scripts/{good}/publish?wait=60").body["status"] == "succeeded"
    return good, runs[0]["id"]


def look_at_rows(http, canary):
    word = canary("filter")
    for path in (f"/api/bad_detail/?q={word}", f"/api/bad_detail/export?format=csv&q={word}", f"/bad-detail?q={word}"):
        assert fetch(http, path).status in (200, 302)
    http("GET", f"/api/bad_detail/?colour={canary('colour')}")
    http("GET", f"/api/tables/rule_ref/data/{canary('id')}")
    fetch(http, f"/api/nowhere/{canary('path')}?{canary('query')}")
    literal = canary("literal")
    assert http("POST", "/api/query", {"query": f"SELECT '{literal}'"}).status == 200
    assert http("POST", "/api/query", {"query": f"SELECT '{literal}'::int"}).status == 422


def read_elsewhere(http, canary, script):
    details = elsewhere_details(canary)
    for _ in range(2):
        http("POST", f"/api/sql_scripts/{script}/populate_table?wait=60", {"connection": details})
        details = {**details, "password": canary("secret")}
    body = {"name": "far", **elsewhere_details(canary)}
    made = http("POST", "/api/connections", body)
    assert made.status == 201, made.body
    http("POST", f"/api/connections/{made.body['id']}/test")


def elsewhere_details(canary):
    runner = settings.RUNNER_DATABASE
    canary.made.append(runner["PASSWORD"])
    return {
        "host": runner["HOST"], "port": int(runner["PORT"]), "dbname": runner["NAME"], "user": runner["USER"],
        "password": runner["PASSWORD"], "sslmode": "prefer",
    }  # fmt: skip


def test_no_log_has_a_value_and_every_line_is_json_with_ids(admin, canary, tmp_path):
    key = {"DQX_ENCRYPTION_KEYS": Fernet.generate_key().decode()}
    with servers.worker(tmp_path, **key), servers.beat(tmp_path), servers.web(tmp_path, **key) as http:
        sign_in_and_out(http, canary)
        failed = write_rules(http, canary)
        script, run = run_scripts(http, canary)
        look_at_rows(http, canary)
        read_elsewhere(http, canary, script)
        given = fetch(http, "/api/auth/me", **{"X-Request-ID": "a-request.of:mine_1"})
        odd = fetch(http, "/api/auth/me", **{"X-Request-ID": "not well formed {}"})
    logs = sorted(tmp_path.glob("*.log"))
    assert {log.name.split("-")[0].split(".")[0] for log in logs} == {"web", "worker", "beat"}
    whole = "\n".join(log.read_text() for log in logs)
    assert [value for value in canary.made if value in whole] == []

    lines = lines_of(*logs)
    assert (failed.status, failed.body["error"]["code"]) == (500, "internal")
    request_id = failed.headers["X-Request-ID"]
    mine = [line for line in lines if line.get("request_id") == request_id]
    (defect,) = [line for line in mine if "exception" in line]
    chain = [defect["exception"], *defect["exception"]["caused_by"]]
    assert any(one.get("code") == "P0001" for one in chain) and all("message" not in one for one in chain)
    assert any("references.py" in frame for frame in chain[0]["frames"])
    (last,) = [line for line in mine if line["event"] == "request"]
    assert (last["status"], last["actor_id"], last["level"]) == (500, admin.pk, "error")

    ended = [line for line in lines if line.get("run_id") == run]
    assert {line["event"] for line in ended} >= {"run opened", "run ended"}
    assert len({line["request_id"] for line in ended}) == 1  # the worker's lines have the id of the request that asked
    assert {line["actor_id"] for line in ended} == {admin.pk}
    assert given.headers["X-Request-ID"] == "a-request.of:mine_1"
    assert len(odd.headers["X-Request-ID"]) == 32
    assert any(line["logger"] == "celery.beat" for line in lines)


def test_a_person_at_a_terminal_reads_lines(tmp_path, admin):
    with servers.web(tmp_path, DQX_LOG_FORMAT="console") as http:
        http("GET", "/api/auth/me")
        log = next(tmp_path.glob("web-*.log")).read_text()
    (line,) = [line for line in log.splitlines() if "request" in line and "status=401" in line]
    assert not line.startswith("{") and "info" in line and "view=dqx.users.api.Me" in line


def test_what_a_failing_start_quotes_can_be_read(tmp_path):
    log = tmp_path / "web.log"
    log.write_text(
        '{"timestamp": "2026-11-25T10:00:00Z", "level": "error", "event": "no", "logger": "x", "port": 1}\nplain\n[1]\n'
    )
    assert embedded_logs.tail(log) == "    2026-11-25T10:00:00Z error no port=1\n    plain\n    [1]"
