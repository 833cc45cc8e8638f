"""contract.md, `/api/bad_detail/`, `/api/stats/` and `/api/reference_tables/`."""

import csv
import io
import zipfile

import pytest

from tests.api.contract.caller import new_name, select

pytestmark = pytest.mark.django_db
BAD, STATS, REFERENCES = "/api/bad_detail", "/api/stats", "/api/reference_tables"
ROW = {"rule_id", "rule_name", "source_id", "source_name", "source_uid", "data_value", "txn_date"}


@pytest.fixture(scope="module")
def rows(world):
    """Eight bad rows of two rules and two sources, one of them without a date."""
    parts = [
        select("B1", "u1", "u2", "u3", value="red"),
        select("B1", "u1", "u2", source="S2", value="blue", day="2024-02-01"),
        select("B2", "u1", "u9", value="=1+1", day="2024-03-01"),
        select("B2", "u8", value="Red", day=None),
    ]
    pk = world.publisher.published(" UNION ALL ".join(parts))
    world.author.does("POST", f"{REFERENCES}/rules", {"rule_id": "B1", "rule_name": "Customer missing"}, 201)
    world.author.does("POST", f"{REFERENCES}/sources", {"source_id": "S2", "source_name": "Billing"}, 201)
    return pk


def total(caller, query):
    page = caller.gets(f"{BAD}?rule_id=B1&rule_id=B2&{query}")
    assert page["total"] == len(page["results"])
    return page["total"]


def test_a_page_of_bad_rows(viewer, rows):
    page = viewer.gets(f"{BAD}?rule_id=B1&rule_id=B2")
    assert set(page) == {"results", "next", "previous", "total"} and page["total"] == 8
    assert all(set(row) == ROW for row in page["results"])
    named = page["results"][-4]
    assert (named["rule_name"], named["source_name"]) == ("Customer missing", "Billing")
    assert (page["results"][-1]["rule_name"], page["next"], page["previous"]) == (None, None, None)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("source_id=S1", 6), ("source_id=S2", 2), ("source_id=S1&source_id=S2", 8),
        ("source_uid=u1", 3), ("source_uid=u8&source_uid=u9", 2),
        ("q=red", 4), ("q=RED&q=blue", 6), ("q=%25", 0), ("q=u9", 1), ("date_from=2024-02-01", 4), ("date_to=2024-01-31", 3),
        ("date_from=2024-02-01&date_to=2024-02-01", 2), ("source_id=", 8), ("q=red&date_to=2024-01-01&source_uid=u2", 1),
        ("source_id=none", 0),
    ],
)  # fmt: skip
def test_each_filter_alone_repeated_and_together(viewer, rows, query, found):
    assert total(viewer, query) == found


@pytest.mark.parametrize(
    "query",
    ["colour=red", "date_from=yesterday", "date_from=2024-02-02&date_to=2024-02-01", "ordering=colour", "page_size=0", "page_size=1001",
     "page_size=x", "date_from=2024-01-01&date_from=2024-01-02"],
)  # fmt: skip
def test_what_is_no_filter_is_400_and_not_ignored(viewer, rows, query):
    error = viewer.refused(400, "invalid", "GET", f"{BAD}?{query}")
    assert query.partition("=")[0] in error["details"]["fields"]


@pytest.mark.parametrize("column", ["rule_id", "source_id", "source_uid", "data_value", "txn_date"])
def test_keyset_pages_forth_and_back_in_any_order(viewer, rows, column):
    for ordering in (column, f"-{column}"):
        query = f"{BAD}?rule_id=B1&rule_id=B2&ordering={ordering}"
        whole = viewer.gets(query)["results"]
        page = viewer.gets(f"{query}&page_size=3")
        pages = [page["results"]]
        while page["next"]:
            page = viewer.gets(page["next"])
            pages.append(page["results"])
        assert [row for part in pages for row in part] == whole and [len(part) for part in pages] == [3, 3, 2]
        back = viewer.gets(page["previous"])
        assert back["results"] == pages[1] and viewer.gets(back["previous"])["results"] == pages[0]
    other = page["previous"].replace(
        f"ordering=-{column}", "ordering=source_id" if column == "rule_id" else "ordering=rule_id"
    )
    viewer.refused(400, "cursor_invalid", "GET", other)
    viewer.refused(400, "cursor_invalid", "GET", f"{BAD}?cursor=nonsense")


def test_what_to_filter_by(viewer, rows):
    choices = viewer.gets(f"{BAD}/filters")
    assert {"id": "B1", "name": "Customer missing", "label": "B1 – Customer missing"} in choices["rules"]
    assert {"id": "B2", "name": None, "label": "B2"} in choices["rules"]
    assert {"id": "S2", "name": "Billing", "label": "S2 – Billing"} in choices["sources"]


def download(caller, query):
    status, headers, body = caller.raw("GET", f"{BAD}/export?{query}", Authorization=f"Bearer {caller.token}")
    assert status == 200, body
    return headers, body


def test_export(viewer, rows):
    headers, body = download(viewer, "format=csv&rule_id=B1&rule_id=B2&ordering=rule_id")
    assert headers.get_content_type() == "text/csv" and headers.get_filename().endswith(".csv")
    found = list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))
    assert len(found) == 8 and found[0]["rule_name"] == "Customer missing"
    assert not any(row["data_value"].startswith("=") for row in found)
    assert len(list(csv.reader(io.StringIO(download(viewer, "format=csv&rule_id=B2&q=red")[1].decode())))) == 2
    headers, body = download(viewer, "format=xlsx&rule_id=B1")
    assert (
        headers.get_filename().endswith(".xlsx")
        and "xl/worksheets/sheet1.xml" in zipfile.ZipFile(io.BytesIO(body)).namelist()
    )
    headers, body = download(viewer, "format=parquet&rule_id=B1")
    assert headers.get_filename().endswith(".parquet") and body[:4] == body[-4:] == b"PAR1"
    for query in ("format=pdf", "format=csv&colour=red"):
        viewer.refused(400, "invalid", "GET", f"{BAD}/export?{query}")


def test_the_life_of_one_bad_row(author, publisher, viewer):
    pk = publisher.published(select("LIVE", "u1"))
    for content in (select("LIVE", "u1", value="w"), select("LIVE", "u2")):
        author.does("PATCH", f"/api/sql_scripts/{pk}", {"content": content})
        for step in ("populate_table", "publish"):
            publisher.does("POST", f"/api/sql_scripts/{pk}/{step}?wait=60")
    life = viewer.gets(f"{BAD}/history?rule_id=LIVE&source_id=S1&source_uid=u1")
    assert [event["action"] for event in life["events"]] == ["opened", "changed", "resolved"]
    assert (life["events"][1]["old_value"], life["events"][1]["new_value"], life["is_bad"]) == ("v", "w", False)
    assert viewer("GET", f"{BAD}/history?rule_id=LIVE&source_id=S1&source_uid=none").status == 404
    wrong = viewer.refused(400, "invalid", "GET", f"{BAD}/history?rule_id=LIVE")
    assert set(wrong["details"]["fields"]) == {"source_id", "source_uid"}


# --- charts -----------------------------------------------------------------------------------------------------------


def test_charts(viewer, rows):
    both = "rule_id=B1&rule_id=B2"
    by_date = viewer.gets(f"{STATS}/by_date?{both}")
    assert all(set(count) == {"date", "name", "count"} for count in by_date)
    assert {count["date"]: count["count"] for count in by_date} == {
        "2024-01-01": 3,
        "2024-02-01": 2,
        "2024-03-01": 2,
        None: 1,
    }
    assert viewer.gets(f"{STATS}/by_rule?{both}") == [
        {"rule_id": "B1", "name": "Customer missing", "count": 5}, {"rule_id": "B2", "name": None, "count": 3}
    ]  # fmt: skip
    assert [count["count"] for count in viewer.gets(f"{STATS}/by_source?{both}")] == [6, 2]
    summary = viewer.gets(f"{STATS}/summary?{both}")
    assert (summary["bad_rows"], summary["rules"], summary["sources"], summary["undated"]) == (8, 2, 2, 1)


@pytest.mark.parametrize(
    "query",
    [
        "source_id=S2",
        "q=red",
        "source_uid=u1&source_uid=u9",
        "date_from=2024-02-01",
        "source_id=S1&q=red&date_to=2024-12-31",
    ],
)
def test_charts_have_the_same_filters(viewer, rows, query):
    found = total(viewer, query)
    for chart in ("by_date", "by_rule", "by_source"):
        assert sum(count["count"] for count in viewer.gets(f"{STATS}/{chart}?rule_id=B1&rule_id=B2&{query}")) == found
    assert viewer.gets(f"{STATS}/summary?rule_id=B1&rule_id=B2&{query}")["bad_rows"] == found
    for chart in ("by_date", "by_rule", "by_source", "summary"):
        viewer.refused(400, "invalid", "GET", f"{STATS}/{chart}?colour=red")


# --- references -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("many", "one"), [("rules", "rule"), ("sources", "source")])
def test_references(admin, author, viewer, many, one):
    pk, address = new_name("a/b"), f"{REFERENCES}/{many}"
    given = {f"{one}_id": pk, f"{one}_name": "x", "description": "why"}
    made = author("POST", address, given)
    assert (made.status, made.body) == (201, given)
    path = made.headers["Location"]
    assert viewer.gets(path) == given and given in viewer.gets(address)
    author.refused(409, f"{one}_taken", "POST", address, given)
    wrong = author.refused(400, "invalid", "POST", address, {f"{one}_id": "x" * 21, "colour": "red"})
    assert set(wrong["details"]["fields"]) == {f"{one}_id", f"{one}_name", "colour"}
    assert author.does("PATCH", path, {"description": ""}) == {**given, "description": ""}
    assert author.does("PUT", path, {f"{one}_name": "y", "description": "z"})[f"{one}_name"] == "y"
    viewer.refused(403, "not_allowed", "PATCH", path, {"description": ""})
    author.refused(403, "not_allowed", "DELETE", path)
    assert admin.does("DELETE", path, status=204) is None
    admin.refused(404, f"{one}_not_found", "GET", path)
