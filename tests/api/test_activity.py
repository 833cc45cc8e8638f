"""What publishes did lately, and the worst records: against what was really done, and honest where it is not known."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from psycopg2 import sql as pg

from badDetail_app import activity, counts, table_statements
from badDetail_app.report_statements import Filters
from dqx import sql
from reference_app.models import Rule, Source
from tests import steps
from tests.api.bad_rows import insert, row
from tests.api.conftest import refused, wrong_fields

pytestmark = pytest.mark.django_db
PATH = "/api/stats/"


@pytest.fixture(autouse=True)
def clear_of_the_hour():
    """A day of some zone ends at each full hour."""
    steps.clear_of_the_hour()


def today():
    """Of UTC."""
    return datetime.now(UTC).date()


def happened(days_ago, action, n=1, rule="R1", source="S1", at=None):
    """Events of a day, at noon of UTC unless told."""
    at = at or datetime.combine(today() - timedelta(days=days_ago), datetime.min.time(), UTC) + timedelta(minutes=1)
    sql.execute(
        "INSERT INTO dq.bad_detail_events (publication, at, action, rule_id, source_id, source_uid)"
        " SELECT 1, %(at)s, %(action)s, %(rule)s, %(source)s, 'u' || g FROM generate_series(1, %(n)s) g",
        {"at": at, "action": action, "rule": rule, "source": source, "n": n},
    )


def days(api, query="?days=5&timezone=UTC"):
    return api.get(f"{PATH}activity{query}").json()["days"]


def totals(api, query="?days=5&timezone=UTC"):
    return [day["bad_rows"] for day in days(api, query)]


@pytest.mark.django_db(transaction=True)
def test_what_publishes_did_is_told_by_day(as_viewer, publisher):
    script = steps.new_script(publisher)
    for text in (steps.FIVE, steps.FIVE.replace("'v'", "'w'"), f"{steps.FIVE} WHERE false", steps.FIVE):
        steps.set_text(script, text)
        steps.succeeded(steps.run_populate(script, publisher))
        steps.succeeded(steps.run_publish(script, publisher))
    *before, today = days(as_viewer, "?days=30")
    assert len(before) == 29
    assert all(not any(day[action] for action in activity.ACTIONS) for day in before)
    assert today == {"date": today["date"], "opened": 1, "changed": 1, "resolved": 1, "reopened": 1, "bad_rows": 1}


def test_the_number_of_bad_rows_is_counted_back(as_viewer):
    insert(*(row(f"u{n}") for n in range(10)))
    happened(9, "opened", 4)
    happened(3, "opened", 9)
    happened(2, "changed", 5)
    happened(1, "resolved", 6)
    happened(1, "reopened", 2)
    happened(0, "opened")
    assert totals(as_viewer) == [4, 13, 13, 9, 10]


def test_before_the_first_publish_it_is_not_known(as_viewer):
    insert(*(row(f"u{n}") for n in range(3)))
    assert totals(as_viewer) == [None, None, None, None, 3]
    happened(2, "opened", 2)
    assert totals(as_viewer) == [None, None, 3, 3, 3]
    happened(40, "opened", 1)
    assert totals(as_viewer) == [1, 1, 3, 3, 3]


def test_what_can_not_be_is_not_told(as_viewer):
    """Another program took rows away, so that there were more than the publishes know."""
    insert(row())
    happened(9, "opened", 9)
    happened(2, "opened", 9)
    assert totals(as_viewer) == [None, None, 1, 1, 1]


def test_lists_narrow_the_events_and_the_total(as_viewer):
    insert(row("a"), row("b", rule="R2"), row("c", rule="R2", source="S2"))
    happened(9, "opened")
    happened(1, "opened", 1, rule="R2")
    happened(1, "resolved", 3, rule="R2", source="S2")
    assert totals(as_viewer, "?days=2&timezone=UTC&rule_id=R1") == [1, 1]
    found = days(as_viewer, "?days=2&rule_id=R2&source_id=S2&timezone=UTC")
    assert [(day["resolved"], day["bad_rows"]) for day in found] == [(3, 1), (0, 1)]


def test_days_are_those_of_the_zone(as_viewer):
    zone = ZoneInfo("Pacific/Kiritimati")
    midnight = activity.beginnings(1, zone)[0]
    insert(row())
    happened(0, "changed", at=midnight)
    happened(0, "changed", at=midnight - timedelta(seconds=1))
    found = days(as_viewer, "?days=2&timezone=Pacific/Kiritimati")
    assert [day["changed"] for day in found] == [1, 1]
    assert found[-1]["date"] == timezone.now().astimezone(zone).date().isoformat()


def test_days_begin_at_midnight_across_a_change_of_the_clock(monkeypatch):
    monkeypatch.setattr(activity.sql, "now", lambda: datetime(2026, 3, 30, 12, tzinfo=UTC))
    found = activity.beginnings(3, ZoneInfo("Europe/Berlin"))
    assert [start.astimezone(UTC).hour for start in found] == [23, 23, 22]


def test_changes_are_told_by_rule_and_source(as_viewer):
    happened(40, "opened", 7)
    happened(1, "opened", 3)
    happened(1, "resolved", 1)
    happened(0, "reopened", 2, rule="R2")
    happened(0, "changed", 1, source="S2")
    found = as_viewer.get(f"{PATH}changes?days=7&timezone=UTC").json()
    assert found["since"][:10] == (today() - timedelta(days=6)).isoformat()
    nothing = dict.fromkeys(activity.ACTIONS, 0)
    assert found["rules"] == [
        {"rule_id": "R1", **nothing, "opened": 3, "changed": 1, "resolved": 1, "net": 2},
        {"rule_id": "R2", **nothing, "reopened": 2, "net": 2},
    ]
    assert {one["source_id"]: one["net"] for one in found["sources"]} == {"S1": 4, "S2": 0}


@pytest.mark.parametrize("what", ["activity", "changes"])
def test_what_makes_no_sense_is_refused_by_name(as_viewer, what):
    assert wrong_fields(as_viewer.get(f"{PATH}{what}?days=0&timezone=Mars&q=x")) == {"days", "timezone", "q"}
    assert wrong_fields(as_viewer.get(f"{PATH}{what}?days=367")) == {"days"}


def test_an_index_finds_the_events_of_the_last_days():
    indexes = {
        found["indexdef"] for found in sql.rows("SELECT indexdef FROM pg_indexes WHERE tablename = 'bad_detail_events'")
    }
    assert any("brin (at)" in index for index in indexes)
    assert "brin (at)" in table_statements.index_events_by_time().string


# --- Worst records ----------------------------------------------------------------------------------------------------


def test_the_worst_records_fail_the_most_rules(as_viewer):
    Rule.objects.create(rule_id="R1", rule_name="Customer missing")
    Source.objects.create(source_id="S1", source_name="Bookings")
    insert(*(row("a", rule=f"R{n}") for n in range(1, 4)), *(row("b", rule=f"R{n}") for n in range(1, 3)), row("c"))
    insert(row("a", source="S2"), row("d", source="S2"), row("d", rule="R2", source="S2"))
    found = as_viewer.get(f"{PATH}worst_records").json()
    assert [(one["source_id"], one["source_uid"], one["count"]) for one in found] == [
        ("S1", "a", 3),
        ("S1", "b", 2),
        ("S2", "d", 2),
    ]
    assert (found[0]["name"], found[2]["name"]) == ("Bookings", None)
    assert found[1]["rules"] == [{"rule_id": "R1", "name": "Customer missing"}, {"rule_id": "R2", "name": None}]
    assert len(as_viewer.get(f"{PATH}worst_records?limit=1").json()) == 1


def test_filters_hold_for_the_count_and_the_rules_of_a_record(as_viewer):
    insert(
        *(row("a", rule=f"R{n}", day=f"2024-01-0{n}") for n in range(1, 6)), row("b", rule="R1"), row("b", rule="R2")
    )
    (found,) = as_viewer.get(f"{PATH}worst_records?date_from=2024-01-02&rule_id=R1&rule_id=R2&rule_id=R3").json()
    assert (found["source_uid"], found["count"]) == ("a", 2)
    assert [rule["rule_id"] for rule in found["rules"]] == ["R2", "R3"]
    assert as_viewer.get(f"{PATH}worst_records?q=nothing").json() == []


def test_a_look_that_takes_too_long_says_so(as_viewer, monkeypatch):
    endless = pg.SQL("SELECT count(*) FROM generate_series(1, 100000000000)")
    monkeypatch.setattr(counts, "SECONDS", 0.05)
    monkeypatch.setattr(activity, "SECONDS", 0.05)
    monkeypatch.setattr(counts.statements, "worst_records", lambda filters, most: endless)
    monkeypatch.setattr(activity.statements, "by_day", lambda filters, starts: endless)
    refused(as_viewer.get(f"{PATH}worst_records"), 422, "time_limit")
    refused(as_viewer.get(f"{PATH}activity"), 422, "time_limit")


def test_nobody_in_particular_sees_nothing():
    for look in (
        lambda: activity.by_day(actor=None, filters=Filters(), days=1, zone=ZoneInfo("UTC")),
        lambda: activity.changes(actor=None, filters=Filters(), days=1, zone=ZoneInfo("UTC")),
        lambda: counts.worst_records(actor=None, filters=Filters(), most=1),
    ):
        with pytest.raises(Exception, match="Sign in"):
            look()
