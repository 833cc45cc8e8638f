"""contract.md, `/api/sql_scripts/` and `/api/runs/`: from a text to the bad rows."""

import time

import pytest

from tests import steps
from tests.api.contract.caller import FIVE, new_name, select

pytestmark = pytest.mark.django_db
COUNTS = ("new", "changed", "resolved", "unchanged")
ENDLESS = select("ENDLESS", "u1") + " FROM generate_series(1, 100000000000) g WHERE g < 0"
SCRIPTS = "/api/sql_scripts"


def counts(found):
    return [found[name] for name in COUNTS]


def start(caller, pk, step, seconds=60):
    run = caller.does("POST", f"{SCRIPTS}/{pk}/{step}?wait={seconds}")
    assert run["status"] == "succeeded", run
    return run


def test_a_script_is_made_changed_and_deleted(author, viewer):
    name, content = new_name("script"), select("LIFE", "u1")
    made = author.does("POST", SCRIPTS, {"name": name, "description": "why", "content": content}, 201)
    assert (made["name"], made["description"], made["content"], made["owner"]["username"]) == (
        name,
        "why",
        content,
        "arthur",
    )
    path = f"{SCRIPTS}/{made['id']}"
    assert viewer.gets(path) == made and made in viewer.gets(SCRIPTS)
    renamed = author.does("PATCH", path, {"name": new_name("renamed")})
    assert renamed["content"] == content and renamed["name"] != name
    whole = author.does("PUT", path, {"name": name, "description": "", "content": select("LIFE", "u2")})
    assert (whole["name"], whole["description"]) == (name, "")
    taken = author.script(content)
    author.refused(409, "script_name_taken", "POST", SCRIPTS, {"name": name, "content": content})
    author.refused(409, "script_name_taken", "PATCH", f"{SCRIPTS}/{taken}", {"name": name})
    author.refused(400, "invalid", "PUT", path, {"name": name})
    viewer.refused(403, "not_allowed", "DELETE", path)
    assert author.does("DELETE", path, status=204) is None
    author.refused(404, "script_not_found", "GET", path)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "script_empty"),
        ("DELETE FROM dq.bad_detail", "script_not_select"),
        ("SELECT 1 AS rule_id", "script_columns"),
        ("SELECT 1; SELECT 2", None),
        ("SELECT nonsense", "script_refused"),
    ],
)
def test_what_is_not_one_select_of_the_five_columns_is_422(author, content, code):
    for path, body in (
        (SCRIPTS, {"name": new_name(), "content": content}),
        (f"{SCRIPTS}/execute", {"script_content": content}),
    ):
        answer = author("POST", path, body)
        assert answer.status == 422 and set(answer.body) == {"error"}, answer.body
        assert code in (None, answer.body["error"]["code"]), answer.body


def test_the_refusal_has_the_servers_message_line_and_column(author):
    content = "SELECT 'R' AS rule_id,\n       nonsense AS source_id"
    error = author.refused(422, "script_refused", "POST", SCRIPTS, {"name": new_name(), "content": content})
    assert (error["details"]["line"], error["details"]["column"]) == (2, 8) and "nonsense" in error["message"]


def test_execute_answers_rows_and_stores_nothing(author, viewer):
    before = len(viewer.gets(SCRIPTS))
    answer = author.does("POST", f"{SCRIPTS}/execute", {"script_content": select("TRY", "u1", "u2"), "limit": 1})
    assert [column["name"] for column in answer["columns"]] == list(FIVE)
    assert (answer["row_count"], answer["truncated"], answer["rows"][0]["rule_id"]) == (1, True, "TRY")
    assert len(viewer.gets(SCRIPTS)) == before and viewer.gets("/api/bad_detail?rule_id=TRY")["total"] == 0
    viewer.refused(403, "not_allowed", "POST", f"{SCRIPTS}/execute", {"script_content": select("TRY", "u1")})


def test_populate_review_publish(author, publisher, viewer):
    pk = author.script(select("ROAD", "u1", "u2"))
    publisher.refused(409, "nothing_populated", "POST", f"{SCRIPTS}/{pk}/publish")
    started = author("POST", f"{SCRIPTS}/{pk}/populate_table")
    assert (started.status, started.body["kind"]) == (202, "populate")
    ended = author.until(f"/api/runs/{started.body['id']}", lambda run: run["status"] == "succeeded")
    assert ended["progress"]["rows"] == 2
    viewer.refused(403, "not_allowed", "POST", f"{SCRIPTS}/{pk}/populate_table")
    author.refused(403, "not_allowed", "POST", f"{SCRIPTS}/{pk}/publish")

    first = viewer.gets(f"{SCRIPTS}/{pk}/staging?page_size=1")
    assert set(first["results"][0]) >= set(FIVE) and first["previous"] is None
    second = viewer.gets(first["next"])
    assert [page["results"][0]["source_uid"] for page in (first, second)] == ["u1", "u2"] and second["next"] is None

    review = viewer.gets(f"{SCRIPTS}/{pk}/review")
    assert counts(review["totals"]) == [2, 0, 0, 0]
    (pair,) = review["pairs"]
    assert (pair["rule_id"], pair["source_id"], counts(pair), pair["last_publisher"]) == (
        "ROAD",
        "S1",
        [2, 0, 0, 0],
        None,
    )
    assert [sample["source_uid"] for sample in pair["samples"]["new"]] == ["u1", "u2"]

    published = publisher("POST", f"{SCRIPTS}/{pk}/publish")
    assert (published.status, published.body["kind"]) == (202, "publish")
    ended = publisher.until(published.headers["Location"], lambda run: run["status"] == "succeeded")
    assert counts(ended) == [2, 0, 0, 0] and counts(start(publisher, pk, "publish")) == [0, 0, 0, 2]

    author.does("PATCH", f"{SCRIPTS}/{pk}", {"content": select("ROAD", "u2", "u3", value="w")})
    publisher.refused(409, "staging_is_older_than_script", "POST", f"{SCRIPTS}/{pk}/publish")
    start(author, pk, "populate_table")
    (pair,) = viewer.gets(f"{SCRIPTS}/{pk}/review")["pairs"]
    assert counts(pair) == [1, 1, 1, 0] and pair["last_publisher"]["id"] == pk
    assert {action: len(rows) for action, rows in pair["samples"].items()} == {"new": 1, "changed": 1, "resolved": 1}
    assert counts(start(publisher, pk, "publish")) == [1, 1, 1, 0]
    assert [row["source_uid"] for row in viewer.gets("/api/bad_detail/?rule_id=ROAD")["results"]] == ["u2", "u3"]


@pytest.mark.parametrize("wait", ["61", "-1", "x", "nan", ""])
def test_a_wait_of_more_than_a_minute_is_refused(author, wait):
    pk = author.script(select("WAIT", "u1"))
    author.refused(400, "invalid", "POST", f"{SCRIPTS}/{pk}/populate_table?wait={wait}")


def test_a_cancel_reaches_the_database_within_two_seconds(author, viewer):
    pk = author.script(ENDLESS)
    run = author.does("POST", f"{SCRIPTS}/{pk}/populate_table?wait=0.1", status=202)
    path = f"/api/runs/{run['id']}"
    author.until(path, lambda found: found["status"] == "running")
    author.refused(409, "run_active", "POST", f"{SCRIPTS}/{pk}/populate_table")
    author.refused(409, "run_active", "DELETE", f"{SCRIPTS}/{pk}")
    viewer.refused(403, "not_allowed", "POST", f"{path}/cancel")
    asked = time.monotonic()
    assert author("POST", f"{path}/cancel").status in (200, 202)
    ended = author.until(path, lambda found: found["status"] == "cancelled")
    assert time.monotonic() - asked < 2.5 and ended["cancel_requested_at"]
    with steps.superuser() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE query LIKE %s AND state = 'active' AND datname = current_database()",
            ("COPY%100000000000%",),
        )
        assert cursor.fetchone() == (0,)
    author.refused(409, "run_ended", "POST", f"{path}/cancel")


def test_the_ledger(author, viewer):
    pk = author.script(select("LEDGER", "u1"))
    for _ in range(3):
        start(author, pk, "populate_table")
    first = viewer.gets(f"/api/runs/?script={pk}&status=succeeded&status=failed&page_size=2")
    second = viewer.gets(first["next"])
    found = [run["id"] for page in (first, second) for run in page["results"]]
    assert len(found) == 3 and found == sorted(found, reverse=True)
    assert viewer.gets(f"/api/runs?script={pk}&status=failed")["results"] == []
    for query in ("status=nonsense", "colour=red", "script=x"):
        viewer.refused(400, "invalid", "GET", f"/api/runs?{query}")
    viewer.refused(400, "cursor_invalid", "GET", "/api/runs?cursor=nonsense")
    viewer.refused(404, "run_not_found", "GET", "/api/runs/999999999")
    assert viewer.gets(f"/api/runs/{found[0]}")["content"] == select("LEDGER", "u1")


def test_the_versions_of_a_text(author, viewer):
    one, two = select("TEXT", "u1"), select("TEXT", "u2")
    pk = author.script(one)
    path = f"{SCRIPTS}/{pk}/versions"
    assert author.does("PATCH", f"{SCRIPTS}/{pk}", {"content": two})["version"] == 2
    listed = viewer.gets(path)["results"]
    assert [(version["n"], version["author"]["username"], version["is_current"]) for version in listed] == [
        (2, "arthur", True), (1, "arthur", False)
    ]  # fmt: skip
    assert all(version["created_at"] for version in listed)
    assert viewer.gets(f"{path}/1")["content"] == one
    assert [
        mark in viewer.gets(f"{path}/2")["diff"] for mark in ("--- version 1", "+++ version 2", f"-{one}", f"+{two}")
    ] == [True] * 4
    viewer.refused(403, "not_allowed", "POST", f"{path}/1/restore")
    restored = author.does("POST", f"{path}/1/restore")
    assert (restored["content"], restored["version"]) == (one, 3)
    assert viewer.gets(f"{path}/3")["restored_from"] == 1
    viewer.refused(404, "version_not_found", "GET", f"{path}/99")
    stale = author.refused(409, "script_changed", "PATCH", f"{SCRIPTS}/{pk}", {"content": two, "version": 2})
    assert stale["details"]["version"] == 3
