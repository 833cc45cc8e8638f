"""Counts for charts: against the rows themselves, by every filter, whichever table they are counted from."""

from collections import Counter
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reference_app.models import Rule
from tests.api.bad_rows import insert, insert_many, row
from tests.api.conftest import wrong_fields

pytestmark = pytest.mark.django_db
PATH = "/api/stats/"
# Filters, and which rows they let through.
FILTERS = [
    ({}, lambda row: True),
    ({"rule_id": ["R1", "Ü"]}, lambda row: row["rule_id"] in ("R1", "Ü")),
    ({"source_id": "S/2"}, lambda row: row["source_id"] == "S/2"),
    ({"source_uid": ["u1", "日本"]}, lambda row: row["source_uid"] in ("u1", "日本")),
    ({"q": "B"}, lambda row: "b" in (row["source_uid"] + (row["data_value"] or "")).lower()),
    ({"date_from": "2024-01-01"}, lambda row: (row["txn_date"] or "") >= "2024-01-01"),
    ({"undated": "true"}, lambda row: row["txn_date"] is None),
    ({"date_to": "2023-12-31", "rule_id": "R2"}, lambda row: row["rule_id"] == "R2" and "" < (row["txn_date"] or "") <= "2023-12-31"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("filters", "fits"), FILTERS, ids=lambda value: urlencode(value) if isinstance(value, dict) else ""
)
def test_the_counts_are_those_of_the_rows(as_viewer, filters, fits):
    rows = [one for one in insert_many() if fits(one)]
    query = "?" + urlencode(filters, doseq=True)
    by_date = as_viewer.get(f"{PATH}by_date{query}").json()
    assert {one["date"]: one["count"] for one in by_date} == Counter(one["txn_date"] for one in rows)
    dates = [one["date"] for one in by_date]
    assert dates == sorted(dates, key=lambda date: (date is None, date))
    for column in ("rule_id", "source_id"):
        found = as_viewer.get(f"{PATH}by_{column.removesuffix('_id')}{query}").json()
        assert {one[column]: one["count"] for one in found} == Counter(one[column] for one in rows)
        assert [one["count"] for one in found] == sorted((one["count"] for one in found), reverse=True)
    summary = as_viewer.get(f"{PATH}summary{query}").json()
    dated = [one["txn_date"] for one in rows if one["txn_date"]]
    assert summary == {
        "bad_rows": len(rows),
        "rules": len({one["rule_id"] for one in rows}),
        "sources": len({one["source_id"] for one in rows}),
        "pairs": len({(one["rule_id"], one["source_id"]) for one in rows}),
        "undated": len(rows) - len(dated),
        "first_date": min(dated, default=None),
        "last_date": max(dated, default=None),
    }


def test_names_stand_where_there_is_a_reference(as_viewer):
    insert(row(), row(rule="R2"))
    Rule.objects.create(rule_id="R1", rule_name="Customer missing")
    found = as_viewer.get(f"{PATH}by_rule").json()
    assert found == [
        {"rule_id": "R1", "name": "Customer missing", "count": 1},
        {"rule_id": "R2", "name": None, "count": 1},
    ]


def test_only_the_worst_are_given_where_so_many_are_asked_for(as_viewer):
    insert(row("a"), row("b"), row("a", rule="R2"))
    assert as_viewer.get(f"{PATH}by_rule?limit=1").json() == [{"rule_id": "R1", "name": None, "count": 2}]
    assert wrong_fields(as_viewer.get(f"{PATH}by_rule?limit=0")) == {"limit"}
    assert wrong_fields(as_viewer.get(f"{PATH}by_date?limit=1")) == {"limit"}


@pytest.mark.parametrize("what", ["by_date", "by_rule", "by_source", "summary"])
def test_what_is_no_filter_is_not_ignored(as_viewer, what):
    assert wrong_fields(as_viewer.get(f"{PATH}{what}?rule=R1&date_from=yesterday")) == {"rule", "date_from"}
    assert as_viewer.get(f"{PATH}{what}/").status_code == 200


@pytest.mark.parametrize(
    "what", ["stats/by_date", "stats/by_rule", "stats/summary", "bad_detail/", "bad_detail/filters"]
)
def test_the_number_of_statements_does_not_grow_with_the_rows(as_viewer, what):
    def statements():
        with CaptureQueriesContext(connection) as found:
            assert as_viewer.get(f"/api/{what}").status_code == 200
        return len(found)

    insert(row("first"))
    few = statements()
    insert_many()
    assert statements() == few <= 4


def test_dates_that_no_calendar_here_knows_are_counted(as_viewer):
    insert(row("a", day="infinity"), row("b", day="0044-03-15 BC"))
    found = as_viewer.get(f"{PATH}by_date").json()
    assert [one["date"] for one in found] == ["0044-03-15 BC", "infinity"]
