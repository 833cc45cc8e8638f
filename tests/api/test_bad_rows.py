"""The bad rows over HTTP: filters, orders, pages both ways, totals, and what a page costs."""

import itertools
import random
from datetime import date
from urllib.parse import urlencode

import pytest
from django.test import Client
from psycopg2 import sql as pg

from badDetail_app import report_statements as statements
from badDetail_app.report_statements import Filters, Ordering
from dqx import sql
from dqx.keyset import FIRST, Place
from reference_app.models import Rule, Source
from tests.api.conftest import refused, wrong_fields

pytestmark = pytest.mark.django_db
PATH = "/api/bad_detail/"
COLUMNS = ("rule_id", "source_id", "source_uid", "data_value", "txn_date")
KEY = COLUMNS[:3]
ORDERINGS = [sign + column for column in COLUMNS for sign in ("", "-")]


def insert(*rows):
    """Bad rows as another program may write them."""
    values = pg.SQL(", ").join(pg.Literal(tuple(row)) for row in rows)
    sql.execute(pg.SQL("INSERT INTO dq.bad_detail (rule_id, source_id, source_uid, data_value, txn_date) VALUES {}").format(values))


def row(uid="u1", rule="R1", source="S1", value="v", day="2024-01-01"):
    return rule, source, uid, value, day


@pytest.fixture
def many():
    """Rows in which every column has doubles, NULLs and characters of all kinds."""
    dice = random.Random(5)
    values = [None, "", "a", "B", "é", "😀", "%", "_", "\\", "'", "a,b"]
    days = [None, None, "2024-01-01", "2024-01-02", "2023-12-31", "0001-01-01", "9999-12-31"]
    keys = list(itertools.product(["R1", "R2", "Ü"], ["S1", "S/2"], [f"u{n}" for n in range(11)] + ["%", "日本", " "]))
    rows = [(*key, dice.choice(values), dice.choice(days)) for key in keys]
    insert(*rows)
    return [dict(zip(COLUMNS, found, strict=True)) for found in rows]


def in_order(rows, ordering):
    """What a page should hold, by Python's own sort: NULLs last, ties by the rest of the key in the same direction."""
    column, down = ordering.removeprefix("-"), ordering.startswith("-")
    columns = [column, *(name for name in KEY if name != column)]
    there = sorted((row for row in rows if row[column] is not None), key=lambda row: [row[name] for name in columns], reverse=down)
    none = sorted((row for row in rows if row[column] is None), key=lambda row: [row[name] for name in columns[1:]], reverse=down)
    return there + none


def plain(results):
    return [{name: result[name] for name in COLUMNS} for result in results]


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


@pytest.mark.parametrize("size", [1, 7, 84, 1000])
@pytest.mark.parametrize("ordering", ORDERINGS)
def test_pages_lead_through_all_rows_and_back(as_viewer, many, ordering, size):
    expected = in_order(many, ordering)
    page = as_viewer.get(f"{PATH}?ordering={ordering}&page_size={size}").json()
    assert page["previous"] is None
    forward = plain(page["results"])
    while page["next"]:
        page = as_viewer.get(page["next"]).json()
        assert 0 < len(page["results"]) <= size and page["total"] == len(many)
        forward += plain(page["results"])
    assert forward == expected
    backward = plain(page["results"])
    while page["previous"]:
        page = as_viewer.get(page["previous"]).json()
        assert len(page["results"]) == size
        backward = plain(page["results"]) + backward
    assert backward == expected


def test_rows_without_a_date_come_last_both_ways(as_viewer):
    insert(row("a", day=None), row("b", day="2024-01-01"), row("c", day="2024-01-02"))
    for ordering, expected in (("txn_date", "bca"), ("-txn_date", "cba")):
        found = as_viewer.get(f"{PATH}?ordering={ordering}").json()["results"]
        assert "".join(result["source_uid"] for result in found) == expected


def test_a_row_that_is_resolved_between_two_pages_costs_no_other(as_viewer):
    insert(*(row(f"u{n}") for n in range(9)))
    page = as_viewer.get(f"{PATH}?page_size=3").json()
    sql.execute("DELETE FROM dq.bad_detail WHERE source_uid IN ('u1', 'u2', 'u3')")
    page = as_viewer.get(page["next"]).json()
    assert [result["source_uid"] for result in page["results"]] == ["u4", "u5", "u6"]


def test_from_behind_the_last_row_there_is_a_way_back(as_viewer):
    insert(*(row(f"u{n}") for n in range(4)))
    page = as_viewer.get(f"{PATH}?page_size=2").json()
    sql.execute("DELETE FROM dq.bad_detail WHERE source_uid IN ('u2', 'u3')")
    page = as_viewer.get(page["next"]).json()
    assert (page["results"], page["next"]) == ([], None)
    back = as_viewer.get(page["previous"]).json()
    assert [result["source_uid"] for result in back["results"]] == ["u0", "u1"]
    assert (back["previous"], back["next"]) == (None, None)


# --- Filters ----------------------------------------------------------------------------------------------------------


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
    assert found_by(as_viewer, rule_id="", source_id="", source_uid="", q="", date_from="", date_to="", ordering="") == ["a", "c", "b", "d"]


def test_filters_by_date_leave_rows_without_one_out(as_viewer):
    insert(row("a", day=None), row("b", day="2024-01-01"), row("c", day="2024-01-02"), row("d", day="2024-01-03"))
    assert found_by(as_viewer, date_from="2024-01-02") == ["c", "d"]
    assert found_by(as_viewer, date_to="2024-01-02") == ["b", "c"]
    assert found_by(as_viewer, date_from="2024-01-02", date_to="2024-01-02") == ["c"]
    assert found_by(as_viewer, date_from="0001-01-01", date_to="9999-12-31") == ["b", "c", "d"]


@pytest.mark.parametrize(
    ("q", "expected"),
    [("%", "a"), ("_", "b"), ("\\", "c"), ("'", "d"), ("100%", "a"), ("UID-E", "e"), ("größe", "f"), ("😀", "g"), (["100%", "😀"], "ag"), ("zz", "")],
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
    ],
)  # fmt: skip
def test_a_filter_that_is_none_is_400_by_name(as_viewer, query, wrong):
    assert wrong_fields(as_viewer.get(f"{PATH}?{query}")) == {wrong}


def test_the_total_is_counted_by_day_or_really(as_viewer, many):
    sql.execute("UPDATE dq.bad_detail_daily SET n_rows = n_rows + 1000 WHERE rule_id = 'R1' AND source_id = 'S1' AND txn_date IS NULL")
    of_r1 = [found for found in many if found["rule_id"] == "R1"]
    assert as_viewer.get(f"{PATH}?rule_id=R1").json()["total"] == len(of_r1) + 1000
    assert as_viewer.get(f"{PATH}?rule_id=R1&q=u").json()["total"] == sum("u" in found["source_uid"] for found in of_r1)
    assert as_viewer.get(f"{PATH}?rule_id=R1&source_uid=u1").json()["total"] == 2


def test_dates_that_python_can_not_hold_are_text(as_viewer):
    insert(row("a", day="infinity"), row("b", day="0044-03-15 BC"), row("c", day="-infinity"), row("d"))
    page = as_viewer.get(f"{PATH}?ordering=txn_date&page_size=1").json()
    days = []
    while True:
        days += [result["txn_date"] for result in page["results"]]
        if not page["next"]:
            break
        page = as_viewer.get(page["next"]).json()
    assert days == ["-infinity", "0044-03-15 BC", "2024-01-01", "infinity"]


# --- Cursors ----------------------------------------------------------------------------------------------------------


def cursor_of(api, query="page_size=1"):
    return api.get(f"{PATH}?{query}").json()["next"].partition("cursor=")[2]


def test_a_damaged_cursor_is_400(as_viewer):
    insert(row("a"), row("b"), row("c"))
    cursor = cursor_of(as_viewer)
    for place in range(len(cursor)):
        damaged = cursor[:place] + ("A" if cursor[place] != "A" else "B") + cursor[place + 1 :]
        error = refused(as_viewer.get(f"{PATH}?cursor={damaged}"), 400, "cursor_invalid")
        assert set(error["details"]["fields"]) == {"cursor"}


@pytest.mark.parametrize("cursor", ["x", "====", "%00", "%ff", "é", "WzEsMl0", "null", "a" * 8000])
def test_what_is_no_cursor_is_400(as_viewer, cursor):
    assert as_viewer.get(f"{PATH}?cursor={cursor}").status_code == 400


def test_a_cursor_of_another_ordering_or_list_is_400(as_viewer):
    insert(row("a"), row("b"))
    cursor = cursor_of(as_viewer)
    assert as_viewer.get(f"{PATH}?ordering=rule_id&cursor={cursor}").status_code == 200
    for ordering in set(ORDERINGS) - {"rule_id"}:
        refused(as_viewer.get(f"{PATH}?ordering={ordering}&cursor={cursor}"), 400, "cursor_invalid")
    refused(as_viewer.get(f"/api/runs/?cursor={cursor}"), 400, "cursor_invalid")


def test_next_is_an_address_and_may_as_well_be_given_as_the_cursor(as_viewer):
    insert(row("a"), row("b"))
    address = as_viewer.get(f"{PATH}?page_size=1").json()["next"]
    assert address.startswith("http://testserver/api/bad_detail/?page_size=1&cursor=")
    by_address = as_viewer.get(address).json()["results"]
    by_cursor = as_viewer.get(f"{PATH}?{urlencode({'page_size': 1, 'cursor': address})}").json()["results"]
    assert by_address == by_cursor
    assert by_address[0]["source_uid"] == "b"


def test_the_longest_key_fits_into_an_address(as_viewer):
    insert(row("😀" * 500), row("😀" * 499 + "😁"))
    address = as_viewer.get(f"{PATH}?page_size=1").json()["next"]
    assert len(address) < 4_000  # what gunicorn takes as a request line
    assert len(as_viewer.get(address).json()["results"]) == 1


# --- What it costs ----------------------------------------------------------------------------------------------------


@pytest.fixture
def fifty_thousand():
    sql.execute(
        "INSERT INTO dq.bad_detail SELECT 'R' || g % 10, 'S' || g % 3, 'u' || lpad(g::text, 6, '0'), 'v', DATE '2024-01-01' + g % 300"
        "  FROM generate_series(1, 50000) g"
    )
    sql.execute("ANALYZE dq.bad_detail")


def cost(statement):
    """The nodes of the plan, and how many pages of the table and its index it reads."""
    plan = sql.value(pg.SQL("EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) ") + statement)[0]["Plan"]
    nodes, left = [], [plan]
    while left:
        node = left.pop()
        nodes.append(node)
        left += node.get("Plans", [])
    return nodes, plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]


@pytest.mark.parametrize("descending", [False, True])
def test_by_key_a_deep_page_costs_what_the_first_costs(fifty_thousand, descending):
    ordering = Ordering("rule_id", descending)
    deep = Place(True, ("R5", "S1", "u025000"))
    back = Place(False, ("R5", "S1", "u025000"))
    first_nodes, first = cost(statements.page(Filters(), ordering, FIRST, 101))
    assert any(node["Node Type"] == "Index Scan" and node.get("Relation Name") == "bad_detail" for node in first_nodes)
    for place in (deep, back):
        nodes, blocks = cost(statements.page(Filters(), ordering, place, 101))
        (scan,) = [node for node in nodes if node.get("Relation Name") == "bad_detail"]
        assert scan["Node Type"] == "Index Scan"
        assert "ROW(" in scan["Index Cond"]
        assert scan["Actual Rows"] == 101
        assert not any("Sort" in node["Node Type"] and node["Actual Rows"] > 101 for node in nodes)
        assert blocks <= first * 1.5 + 10


def test_a_page_of_one_rule_reads_only_that_rule(fifty_thousand):
    nodes, blocks = cost(statements.page(Filters(rule_ids=["R7"]), Ordering(), Place(True, ("R7", "S1", "u025000")), 101))
    (scan,) = [node for node in nodes if node.get("Relation Name") == "bad_detail"]
    assert "Index" in scan["Node Type"] and scan.get("Rows Removed by Filter", 0) == 0
    assert blocks < 500


def test_the_number_of_statements_does_not_grow(as_viewer, django_assert_num_queries):
    for first in (0, 50):
        insert(*(row(f"u{n}") for n in range(first, first + 50)))
        with django_assert_num_queries(3):  # who asks, the rows, how many
            assert len(as_viewer.get(PATH).json()["results"]) == first + 50
        with django_assert_num_queries(3):  # who asks, the rules, the sources
            as_viewer.get(f"{PATH}filters")


# --- What to filter by ------------------------------------------------------------------------------------------------


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
        "sources": [{"id": "S1", "name": None, "label": "S1"}, {"id": "S2", "name": "Billing", "label": "S2 – Billing"}],
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
