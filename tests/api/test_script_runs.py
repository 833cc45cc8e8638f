"""Populate, review and publish over HTTP: line by line what contract.md says of them."""

import time

import pytest

from reference_app.models import Rule
from scripts_app.models import Run, Script
from tests import steps
from tests.api.conftest import refused, wrong_fields

pytestmark = pytest.mark.django_db
PATH = "/api/sql_scripts/"
OTHER = steps.FIVE.replace("'u1'", "'u2'")


def test_a_populate_is_202_with_a_queued_run(as_author, author):
    script = steps.new_script(author)
    answer = as_author.post(f"{PATH}{script.pk}/populate_table")
    assert answer.status_code == 202
    run = answer.json()
    assert answer["Location"] == f"/api/runs/{run['id']}/"
    assert (run["kind"], run["status"], run["script"], run["script_name"]) == (
        "populate",
        "queued",
        script.pk,
        "a script",
    )
    assert (run["trigger"], run["actor"]) == ("api", {"id": author.pk, "username": "arthur"})
    assert run["progress"] == {"rows": 0, "bytes": 0}
    assert [run[name] for name in ("new", "changed", "resolved", "unchanged", "pairs", "error", "started_at")] == [
        None
    ] * 7
    assert as_author.get(answer["Location"]).json() == {**run, "content": steps.FIVE}
    assert as_author.get(f"{PATH}{script.pk}").json()["state"] == "queued"
    refused(as_author.post(f"{PATH}{script.pk}/populate_table"), 409, "run_active")
    refused(as_author.delete(f"{PATH}{script.pk}"), 409, "run_active")


@pytest.mark.parametrize("given", [None, {}, {"connection": None}])
def test_a_populate_takes_an_empty_body(as_author, author, given):
    assert as_author.post(f"{PATH}{steps.new_script(author).pk}/populate_table", given).status_code == 202


@pytest.mark.parametrize("connection", [{"host": "db", "password": "secret"}, 5, "", {}])
def test_a_malformed_connection_is_refused_and_not_ignored(as_author, author, connection):
    script = steps.new_script(author)
    answer = as_author.post(f"{PATH}{script.pk}/populate_table", {"connection": connection})
    assert wrong_fields(answer) == {"connection"}
    assert "secret" not in answer.content.decode()
    assert not Run.objects.exists()


@pytest.mark.parametrize("wait", ["", "x", "-1", "61", "nan", "inf", "1e9", "1,5", "5s", "%00"])
@pytest.mark.parametrize("what", ["populate_table", "publish"])
def test_a_malformed_wait_is_400_and_starts_nothing(as_publisher, publisher, what, wait):
    script = steps.new_script(publisher)
    assert wrong_fields(as_publisher.post(f"{PATH}{script.pk}/{what}?wait={wait}")) == {"wait"}
    assert not Run.objects.exists()


@pytest.mark.parametrize("wait", ["0", "0.2"])
def test_a_run_that_has_not_ended_by_then_is_202(as_author, author, wait):
    started = time.monotonic()
    answer = as_author.post(f"{PATH}{steps.new_script(author).pk}/populate_table?wait={wait}")
    assert (answer.status_code, answer.json()["status"]) == (202, "queued")
    assert time.monotonic() - started >= float(wait)


def test_nothing_populated_is_409(as_publisher, publisher):
    pk = steps.new_script(publisher).pk
    refused(as_publisher.post(f"{PATH}{pk}/publish"), 409, "nothing_populated")
    refused(as_publisher.get(f"{PATH}{pk}/review"), 409, "nothing_populated")
    refused(as_publisher.get(f"{PATH}{pk}/staging"), 409, "nothing_populated")
    assert not Run.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_staging_that_is_older_than_the_script_is_409(as_publisher, publisher):
    script = steps.new_script(publisher)
    steps.succeeded(steps.run_populate(script, publisher))
    as_publisher.patch(f"{PATH}{script.pk}", {"content": OTHER})
    refused(as_publisher.post(f"{PATH}{script.pk}/publish"), 409, "staging_is_older_than_script")
    refused(as_publisher.get(f"{PATH}{script.pk}/review"), 409, "staging_is_older_than_script")
    assert as_publisher.get(f"{PATH}{script.pk}/staging").json()["results"][0]["source_uid"] == "u1"


@pytest.mark.django_db(transaction=True)
def test_the_review_tells_totals_and_pairs(as_publisher, publisher):
    script = steps.new_script(publisher)
    steps.succeeded(steps.run_populate(script, publisher))
    steps.succeeded(steps.run_publish(script, publisher))
    as_publisher.patch(f"{PATH}{script.pk}", {"content": f"{OTHER} UNION ALL {steps.FIVE}"})
    steps.succeeded(steps.run_populate(Script.objects.get(), publisher))
    Rule.objects.create(rule_id="R1", rule_name="Customer missing")
    found = as_publisher.get(f"{PATH}{script.pk}/review").json()
    assert found["populated_by"] == {"id": publisher.pk, "username": "paula"}
    assert found["run"] == Script.objects.get().staged_run_id
    assert found["totals"] == {"pairs": 1, "new": 1, "changed": 0, "resolved": 0, "unchanged": 1}
    (pair,) = found["pairs"]
    assert (pair["rule_id"], pair["source_id"], pair["new"], pair["unchanged"]) == ("R1", "S1", 1, 1)
    assert (pair["rule_name"], pair["source_name"]) == ("Customer missing", None)
    assert pair["last_publisher"] == {"id": script.pk, "name": "a script"}
    assert pair["samples"]["new"][0]["source_uid"] == "u2"
    assert pair["samples"]["new"][0]["new_date"] == "2024-01-01"
    assert pair["samples"]["unchanged"] == [
        {"source_uid": "u1", "old_value": "v", "new_value": "v", "old_date": "2024-01-01", "new_date": "2024-01-01"}
    ]
    assert len(steps.bad_rows()) == 1


@pytest.mark.django_db(transaction=True)
def test_staged_rows_come_in_pages_both_ways(as_author, author):
    content = (
        "SELECT 'R' || g % 3 AS rule_id, 'S' AS source_id, 'u' || g AS source_uid, NULL::text AS data_value, NULL::date AS txn_date"
        "  FROM generate_series(1, 25) g"
    )
    script = steps.new_script(author, content)
    steps.succeeded(steps.run_populate(script, author))
    whole = as_author.get(f"{PATH}{script.pk}/staging").json()
    assert set(whole) == {"results", "next", "previous"}
    assert (len(whole["results"]), whole["next"], whole["previous"]) == (25, None, None)
    assert set(whole["results"][0]) == {
        "rule_id", "rule_name", "source_id", "source_name", "source_uid", "data_value", "txn_date",
    }  # fmt: skip
    forward, pages = [], [as_author.get(f"{PATH}{script.pk}/staging?page_size=10").json()]
    while pages[-1]["next"]:
        pages.append(as_author.get(pages[-1]["next"]).json())
    for page in pages:
        forward += page["results"]
    assert forward == whole["results"]
    assert as_author.get(pages[2]["previous"]).json()["results"] == pages[1]["results"]
    other = steps.new_script(author, name="other")
    steps.succeeded(steps.run_populate(other, author))
    cursor = pages[0]["next"].partition("cursor=")[2]
    refused(as_author.get(f"{PATH}{other.pk}/staging?cursor={cursor}"), 400, "cursor_invalid")


def test_a_run_that_a_page_asked_for_is_a_persons(client, author):
    script = steps.new_script(author)
    client.force_login(author, backend="dqx.users.hashers.SameWorkBackend")
    answer = client.post(f"{PATH}{script.pk}/populate_table", content_type="application/json")
    assert answer.json()["trigger"] == "person"


@pytest.mark.django_db(transaction=True)
def test_what_was_populated_since_the_review_is_not_published(as_publisher, publisher):
    script = steps.new_script(publisher)
    seen, staged = (steps.succeeded(steps.run_populate(script, publisher)).pk for _ in range(2))
    error = refused(as_publisher.post(f"{PATH}{script.pk}/publish", {"run": seen}), 409, "staging_changed")
    assert error["details"]["run"] == staged
    assert as_publisher.post(f"{PATH}{script.pk}/publish", {"run": staged}).status_code == 202
