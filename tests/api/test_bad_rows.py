"""The bad rows over HTTP: what they carry, filters, searches and totals."""

from datetime import date
from urllib.parse import urlencode

import pytest
from django.test import Client

from dqx import sql
from reference_app.models import Rule, Source
from tests.api.bad_rows import PATH, in_order, insert, insert_many, plain, row
from tests.api.conftest import refused, wrong_fields

pytestmark = pytest.mark.django_db


@pytest.fixture
def many():
    return insert_many()


def test_a_bad_row_carries_the_names_of_its_rule_and_source(as_viewer):
    insert(row())
    assert as_viewer.get(PATH).json() == {
        "results": [
            {
                "rule_id": "R1", "rule_name": None, "source_id": "S1", "source_name": None,
                "source_uid": "u1", "data_value": "v", "txn_date": "2024-01-01",
            }
        ],
        "next": None, "previous": None, "total": 1,
    }  # fmt: skip
    Rule.objects.create(rule_id="R1", rule_name="Customer missing")
    Source.objects.create(source_id="S1", source_name="Billing")
    (found,) = as_viewer.get(PATH).json()["results"]
    assert (found["rule_name"], found["source_name"]) == ("Customer missing", "Billing")


def test_there_may_be_none(as_viewer):
    assert as_viewer.get(PATH).json() == {"results": [], "next": None, "previous": None, "total": 0}


def found_by(api, **filters):
    answer = api.get(f"{PATH}?{urlencode(filters, doseq=True)}").json()
    assert answer["total"] == len(answer["results"])
    return [result["source_uid"] for result in answer["results"]]


def test_filters_by_rule_source_and_record(as_viewer):
    insert(row("a"), row("b", rule="R2"), row("c", source="S2"), row("d", rule="R2", source="S2"))
    assert found_by(as_viewer, rule_id="R1") == ["a", "c"]
    assert found_by(as_viewer, rule_id=["R1", "R2"]) == ["a", "c", "b", "d"]
    assert found_by(as_viewer, rule_id="R2", source_id="S2") == ["d"]
    assert found_by(as_viewer, source_uid=["a", "d", "none"]) == ["a", "d"]
    assert found_by(as_viewer, rule_id="r1") == []
    assert found_by(as_viewer, rule_id="R1' OR 'x'='x") == []
    assert found_by(
        as_viewer, rule_id="", source_id="", source_uid="", q="", date_from="", date_to="", ordering=""
    ) == ["a", "c", "b", "d"]


def test_filters_by_date_leave_rows_without_one_out(as_viewer):
    insert(row("a", day=None), row("b", day="2024-01-01"), row("c", day="2024-01-02"), row("d", day="2024-01-03"))
    assert found_by(as_viewer, date_from="2024-01-02") == ["c", "d"]
    assert found_by(as_viewer, date_to="2024-01-02") == ["b", "c"]
    assert found_by(as_viewer, date_from="2024-01-02", date_to="2024-01-02") == ["c"]
    assert found_by(as_viewer, date_from="0001-01-01", date_to="9999-12-31") == ["b", "c", "d"]


def test_rows_without_a_date_can_be_asked_for_or_left_out(as_viewer):
    insert(row("a", day=None), row("b"), row("c", rule="R2", day=None), row("d", rule="R2", value="w", day="infinity"))
    assert found_by(as_viewer, undated="true") == ["a", "c"]
    assert found_by(as_viewer, undated="true", rule_id="R2") == ["c"]
    assert found_by(as_viewer, undated="true", q="A") == ["a"]
    assert found_by(as_viewer, undated="false") == ["b", "d"]
    assert found_by(as_viewer, undated="false", date_from="2024-01-02") == ["d"]
    assert found_by(as_viewer, undated="") == ["a", "b", "c", "d"]
    error = refused(as_viewer.get(f"{PATH}?undated=true&date_to=2024-01-02"), 400, "invalid")
    assert error["message"] == "undated: Rows without a date are in no span: leave out date_from and date_to."


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("%", "a"),
        ("_", "b"),
        ("\\", "c"),
        ("'", "d"),
        ("100%", "a"),
        ("UID-E", "e"),
        ("größe", "f"),
        ("😀", "g"),
        (["100%", "😀"], "ag"),
        ("zz", ""),
    ],
)
def test_a_search_finds_what_it_says_in_record_and_value(as_viewer, q, expected):
    insert(
        row("a", value="100% sure"), row("b", value="a_b"), row("c", value="C:\\x"), row("d", value="O'Neil"),
        row("e-uid-e", value=None), row("f", value="GRÖSSE GRÖßE"), row("g", value="x😀y"),
    )  # fmt: skip
    assert [uid[0] for uid in found_by(as_viewer, q=q)] == list(expected)


def test_filters_and_orders_and_pages_go_together(as_viewer, many):
    path = f"{PATH}?rule_id=R1&rule_id=%C3%9C&q=u&date_from=2000-01-01&ordering=-txn_date&page_size=2"
    expected = [
        found for found in in_order(many, "-txn_date")
        if found["rule_id"] in ("R1", "Ü") and "u" in found["source_uid"] and found["txn_date"] and found["txn_date"] >= "2000"
    ]  # fmt: skip
    found = []
    while path:
        page = as_viewer.get(path).json()
        found, path = found + plain(page["results"]), page["next"]
    assert found == expected and len(expected) > 4
    assert page["total"] == len(expected)


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ("rule=R1", "rule"), ("date_from=yesterday", "date_from"), ("date_to=2024-02-30", "date_to"), ("rule_id=%00", "rule_id"),
        ("q=a%00", "q"), ("ordering=colour", "ordering"), ("ordering=--txn_date", "ordering"), ("ordering=rule_id,txn_date", "ordering"),
        ("ordering=rule_id&ordering=txn_date", "ordering"), ("date_from=2024-01-02&date_to=2024-01-01", "date_from"),
        ("date_from=2024-01-01&date_from=2024-01-02", "date_from"), ("cursor=a&cursor=b", "cursor"),
        ("undated=maybe", "undated"), ("undated=true&date_from=2024-01-01", "undated"),
    ],
)  # fmt: skip
def test_a_filter_that_is_none_is_400_by_name(as_viewer, query, wrong):
    assert wrong_fields(as_viewer.get(f"{PATH}?{query}")) == {wrong}


def test_the_total_is_counted_by_day_or_really(as_viewer, many):
    sql.execute(
        "UPDATE dq.bad_detail_daily SET n_rows = n_rows + 1000 WHERE rule_id = 'R1' AND source_id = 'S1' AND txn_date IS NULL"
    )
    of_r1 = [found for found in many if found["rule_id"] == "R1"]
    assert as_viewer.get(f"{PATH}?rule_id=R1").json()["total"] == len(of_r1) + 1000
    assert as_viewer.get(f"{PATH}?rule_id=R1&q=u").json()["total"] == sum("u" in found["source_uid"] for found in of_r1)
    assert as_viewer.get(f"{PATH}?rule_id=R1&source_uid=u1").json()["total"] == 2


def test_the_filters_have_what_has_bad_rows_or_a_reference(as_viewer):
    insert(row(), row(rule="R0"), row(rule="R2", source="S2"))
    Rule.objects.create(rule_id="R1", rule_name="Customer missing")
    Rule.objects.create(rule_id="R9", rule_name="Not yet broken")
    Source.objects.create(source_id="S2", source_name="Billing")
    found = as_viewer.get(f"{PATH}filters").json()
    assert found == {
        "rules": [
            {"id": "R0", "name": None, "label": "R0"},
            {"id": "R1", "name": "Customer missing", "label": "R1 – Customer missing"},
            {"id": "R2", "name": None, "label": "R2"},
            {"id": "R9", "name": "Not yet broken", "label": "R9 – Not yet broken"},
        ],
        "sources": [
            {"id": "S1", "name": None, "label": "S1"},
            {"id": "S2", "name": "Billing", "label": "S2 – Billing"},
        ],
    }
    sql.execute("DELETE FROM dq.bad_detail WHERE rule_id = 'R0'")
    assert [rule["id"] for rule in as_viewer.get(f"{PATH}filters").json()["rules"]] == ["R1", "R2", "R9"]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_bad_rows_change_only_by_a_publish(as_admin, method):
    refused(as_admin.send(method, PATH, {}), 405, "method_not_allowed")


def test_days_are_iso(as_viewer):
    insert(row(day=date(2024, 2, 9)))
    assert as_viewer.get(PATH).json()["results"][0]["txn_date"] == "2024-02-09"
    assert Client().get(PATH).status_code == 401
