"""Pages of bad rows over HTTP: both ways, in every order, by cursors that can't be damaged, at the cost of the first."""

import string
from urllib.parse import urlencode

import pytest
from psycopg2 import sql as pg

from badDetail_app import report_statements as statements
from badDetail_app.report_statements import Filters, Ordering
from dqx import sql
from dqx.keyset import FIRST, Place
from tests.api.bad_rows import ORDERINGS, PATH, in_order, insert, insert_many, plain, row
from tests.api.conftest import refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def many():
    return insert_many()


@pytest.mark.parametrize("size", [5, 84, 1000])
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


@pytest.mark.parametrize("ordering", ["rule_id", "-txn_date", "txn_date", "-data_value"])
def test_pages_of_the_rows_without_a_date_lead_through_them_and_back(as_viewer, many, ordering):
    expected = in_order([found for found in many if found["txn_date"] is None], ordering)
    page = as_viewer.get(f"{PATH}?undated=true&ordering={ordering}&page_size=7").json()
    forward = plain(page["results"])
    while page["next"]:
        page = as_viewer.get(page["next"]).json()
        forward += plain(page["results"])
    assert forward == expected and page["total"] == len(expected) > 14
    backward = plain(page["results"])
    while page["previous"]:
        page = as_viewer.get(page["previous"]).json()
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


@pytest.mark.parametrize("length", [1, 2, 3])
def test_a_damaged_cursor_is_400(as_viewer, length):
    insert(row("a" * length), row("b"), row("c"))
    cursor = cursor_of(as_viewer)
    damaged = {cursor[:place] + letter + cursor[place + 1 :] for place in range(len(cursor)) for letter in "AB"}
    damaged |= {cursor[:-1] + letter for letter in string.ascii_letters + string.digits + "-_="}
    damaged |= {cursor[:-1], cursor + "A", cursor + "=", cursor + " ", f"\n{cursor}"}
    for wrong in damaged - {cursor}:
        error = refused(as_viewer.get(f"{PATH}?{urlencode({'cursor': wrong})}"), 400, "cursor_invalid")
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
    nodes, blocks = cost(
        statements.page(Filters(rule_ids=["R7"]), Ordering(), Place(True, ("R7", "S1", "u025000")), 101)
    )
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
