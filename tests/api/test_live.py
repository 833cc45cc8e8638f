"""A client that knows nothing but contract.md, against gunicorn, a real worker and a real broker."""

import time

import pytest

from tests import steps
from tests.api import servers

pytestmark = pytest.mark.django_db(transaction=True)
ENDLESS = steps.FIVE + " FROM generate_series(1, 100000000000) g WHERE g < 0"
COUNTS = ("new", "changed", "resolved", "unchanged")


@pytest.fixture(scope="module")
def web(django_db_setup, tmp_path_factory):
    folder = tmp_path_factory.mktemp("servers")
    with servers.worker(folder), servers.web(folder) as http:
        yield http


@pytest.fixture
def http(web, publisher):
    web.sign_in("paula", "correct horse battery")
    return web


def new_script(http, content=steps.FIVE):
    made = http("POST", "/api/sql_scripts/", {"name": "a script", "description": "", "content": content})
    assert made.status == 201, made.body
    return made.body["id"]


def test_the_whole_road_by_waiting(http):
    pk = new_script(http)
    populated = http("POST", f"/api/sql_scripts/{pk}/populate_table?wait=60")
    assert (populated.status, populated.body["status"]) == (200, "succeeded"), populated.body
    assert populated.body["progress"]["rows"] == 1
    staged = http("GET", f"/api/sql_scripts/{pk}/staging").body["results"]
    row = {"rule_id": "R1", "source_id": "S1", "source_uid": "u1", "data_value": "v", "txn_date": "2024-01-01"}
    assert staged == [{**row, "rule_name": None, "source_name": None}]
    assert http("GET", f"/api/sql_scripts/{pk}/review").body["totals"]["new"] == 1
    published = http("POST", f"/api/sql_scripts/{pk}/publish?wait=60")
    assert (published.status, [published.body[name] for name in COUNTS]) == (200, [1, 0, 0, 0]), published.body
    again = http("POST", f"/api/sql_scripts/{pk}/publish/?wait=60")
    assert [again.body[name] for name in COUNTS] == [0, 0, 0, 1]
    bad = http("GET", "/api/bad_detail/?rule_id=R1").body
    assert (bad["total"], bad["results"][0]["source_uid"]) == (1, "u1")
    assert http("GET", f"/api/sql_scripts/{pk}").body["state"] == "published"
    assert steps.bad_rows()[0][:3] == ("R1", "S1", "u1")


def test_the_whole_road_by_polling(http):
    pk = new_script(http)
    for step, rows in (("populate_table", 1), ("publish", 1)):
        started = http("POST", f"/api/sql_scripts/{pk}/{step}")
        assert (started.status, started.body["status"]) == (202, "queued")
        ended = http.until(started.headers["Location"], lambda run: run["status"] not in ("queued", "running"))
        assert (ended["status"], ended["progress"]["rows"]) == ("succeeded", rows), ended
    assert [ended[name] for name in COUNTS] == [1, 0, 0, 0]
    ledger = http("GET", f"/api/runs/?script={pk}&status=succeeded").body["results"]
    assert [run["kind"] for run in ledger] == ["publish", "populate"]


def test_a_run_that_fails_is_told_as_a_run(http):
    pk = new_script(http, steps.FIVE.replace("'u1'", "NULL"))
    ended = http("POST", f"/api/sql_scripts/{pk}/populate_table?wait=60")
    assert (ended.status, ended.body["status"], ended.body["error"]["code"]) == (200, "failed", "key_missing")
    refused = http("POST", f"/api/sql_scripts/{pk}/publish?wait=60")
    assert (refused.status, refused.body["error"]["code"]) == (409, "nothing_populated")


def test_a_cancel_reaches_the_database_within_two_seconds(http):
    pk = new_script(http, ENDLESS)
    waited = http("POST", f"/api/sql_scripts/{pk}/populate_table?wait=1")
    assert waited.status == 202
    path = f"/api/runs/{waited.body['id']}"
    http.until(path, lambda run: run["status"] == "running")
    asked = time.monotonic()
    assert http("POST", f"{path}/cancel").status in (200, 202)
    http.until(path, lambda run: run["status"] == "cancelled")
    assert time.monotonic() - asked < 2.5
    assert http("DELETE", f"/api/sql_scripts/{pk}").status == 204


def test_a_broker_that_is_away_is_503_and_leaves_no_run_under_way(http, tmp_path):
    pk = new_script(http)
    with servers.web(tmp_path, broker="redis://127.0.0.1:9/0") as lonely:
        lonely.token = http.token
        asked = time.monotonic()
        refused = lonely("POST", f"/api/sql_scripts/{pk}/populate_table?wait=60")
        assert (refused.status, refused.body["error"]["code"]) == (503, "broker_away"), refused.body
        assert time.monotonic() - asked < 20
    (run,) = http("GET", "/api/runs/").body["results"]
    assert (run["status"], run["error"]["code"]) == ("failed", "broker_away")
    assert http("POST", f"/api/sql_scripts/{pk}/populate_table?wait=60").body["status"] == "succeeded"


def test_ids_of_any_character_survive_a_real_server(http, admin):
    for pk in ("a/b", "a/", "/", "..", "ü ñ?#%"):
        made = http("POST", "/api/reference_tables/rules", {"rule_id": pk, "rule_name": "x"})
        assert (made.status, made.body["rule_id"]) == (201, pk)
        assert http("GET", made.headers["Location"]).body["rule_id"] == pk


def test_the_longest_cursor_survives_a_real_server(http):
    uids = [chr(0x1F600 + number) * 500 for number in range(3)]
    rows = " UNION ALL ".join(steps.FIVE.replace("'u1'", f"'{uid}'") for uid in uids)
    pk = new_script(http, rows)
    http("POST", f"/api/sql_scripts/{pk}/populate_table?wait=60")
    http("POST", f"/api/sql_scripts/{pk}/publish?wait=60")
    page, seen = {"next": "/api/bad_detail/?page_size=1"}, []
    while page["next"]:
        page = http("GET", page["next"]).body
        seen += [result["source_uid"] for result in page["results"]]
    assert seen == uids


def test_refusals_of_the_server_itself_have_the_shape(http):
    http.token = "nonsense"
    refused = http("GET", "/api/sql_scripts/")
    assert (refused.status, set(refused.body), refused.body["error"]["code"]) == (401, {"error"}, "token_not_valid")
    assert http("GET", "/api/nothing").body["error"]["code"] == "not_found"
