"""The life of one bad row over HTTP: opened, changed, resolved, reopened, by real publishes."""

from urllib.parse import urlencode

import pytest

from badDetail_app import history
from dqx import sql
from reference_app.models import Rule
from tests import steps
from tests.api.bad_rows import insert, row
from tests.api.conftest import refused, wrong_fields

pytestmark = pytest.mark.django_db(transaction=True)
PATH = "/api/bad_detail/history"


def life(api, rule="R1", source="S1", uid="u1"):
    return api.get(f"{PATH}?{urlencode({'rule_id': rule, 'source_id': source, 'source_uid': uid})}")


def publish(script, actor, content):
    steps.set_text(script, content)
    steps.succeeded(steps.run_populate(script, actor))
    return steps.succeeded(steps.run_publish(script, actor)).pk


def test_a_row_lives(as_viewer, publisher):
    script = steps.new_script(publisher)
    other = steps.FIVE.replace("'u1'", "'u2'")
    changed = steps.FIVE.replace("'v'", "NULL").replace("2024-01-01", "2024-01-02")
    runs = [publish(script, publisher, text) for text in (steps.FIVE, changed, other, steps.FIVE)]
    told = life(as_viewer).json()
    assert [(event["action"], event["publication"]) for event in told["events"]] == list(
        zip(("opened", "changed", "resolved", "reopened"), runs, strict=True)
    )
    opened, change, resolved, reopened = told["events"]
    assert (told["first_seen"], told["last_changed"]) == (opened["at"], reopened["at"])
    assert (opened["old_value"], opened["new_value"], opened["new_date"]) == (None, "v", "2024-01-01")
    assert (change["old_value"], change["new_value"]) == ("v", None)
    assert (change["old_date"], change["new_date"]) == ("2024-01-01", "2024-01-02")
    assert (resolved["old_date"], resolved["new_date"]) == ("2024-01-02", None)
    assert (told["is_bad"], told["data_value"], told["txn_date"], told["is_complete"]) == (
        True,
        "v",
        "2024-01-01",
        True,
    )
    assert (told["rule_id"], told["source_id"], told["source_uid"]) == ("R1", "S1", "u1")


def test_a_resolved_row_is_remembered(as_viewer, publisher):
    script = steps.new_script(publisher)
    publish(script, publisher, steps.FIVE)
    publish(script, publisher, steps.FIVE + " LIMIT 0")
    Rule.objects.create(rule_id="R1", rule_name="Customer missing")
    told = life(as_viewer).json()
    assert (told["is_bad"], told["data_value"], told["txn_date"], told["rule_name"]) == (
        False,
        None,
        None,
        "Customer missing",
    )


def test_a_row_of_another_program_has_no_past(as_viewer):
    insert(row(uid="é/%"))
    told = life(as_viewer, uid="é/%").json()
    assert (told["is_bad"], told["events"], told["first_seen"], told["last_changed"]) == (True, [], None, None)


def test_a_row_that_never_was_is_not_found(as_viewer):
    insert(row())
    refused(life(as_viewer, uid="u2"), 404, "bad_row_not_found")
    refused(life(as_viewer, uid=""), 404, "bad_row_not_found")


def test_a_life_of_very_many_events_is_told_from_its_end(as_viewer, monkeypatch):
    monkeypatch.setattr(history, "MOST_EVENTS", 3)
    for number in range(5):
        sql.execute(
            "INSERT INTO dq.bad_detail_events (publication, at, action, rule_id, source_id, source_uid, new_value)"
            " VALUES (%(n)s, timestamptz '2024-01-01 00:00Z' + %(n)s * interval '1 day', %(action)s, 'R1', 'S1', 'u1', 'v')",
            {"n": number, "action": "changed" if number else "opened"},
        )
    told = life(as_viewer).json()
    assert ([event["publication"] for event in told["events"]], told["is_complete"]) == ([2, 3, 4], False)
    assert (told["first_seen"], told["last_changed"]) == ("2024-01-01T00:00:00Z", "2024-01-05T00:00:00Z")


def test_the_number_of_statements_does_not_grow_with_the_events(as_viewer, publisher, django_assert_num_queries):
    script = steps.new_script(publisher)
    publish(script, publisher, steps.FIVE)
    for text in (steps.FIVE.replace("'v'", "'w'"), steps.FIVE):
        with django_assert_num_queries(5):  # who asks, the row, the names, the span, the events
            life(as_viewer)
        publish(script, publisher, text)


def test_the_whole_key_is_needed(as_viewer):
    assert wrong_fields(as_viewer.get(f"{PATH}?rule_id=R1&uid=1")) == {"source_id", "source_uid", "uid"}
    assert wrong_fields(life(as_viewer, rule="x" * 21)) == {"rule_id"}
    assert wrong_fields(life(as_viewer, uid="\0")) == {"source_uid"}
