"""contract.md, `/api/tables/` and `/api/query/`."""

import pytest

from tests.api.contract.caller import new_name

pytestmark = pytest.mark.django_db
STRUCTURE = {"column_name", "data_type", "is_nullable", "column_default", "max_length", "is_primary_key"}
DATA = "/api/tables/rule_ref/data"


def rule(name):
    return {"rule_id": name, "rule_name": "x", "description": ""}


def test_the_tables_that_one_may_see(admin, viewer):
    names = admin.gets("/api/tables/")
    assert {"rule_ref", "source_ref", "dq_sql_scripts", "dq_schedules", "bad_detail", "dq_runs"} <= set(names)
    assert not {"users", "dq_connections"} & set(names) and not any("token" in name for name in names)
    assert set(viewer.gets("/api/tables/")) <= set(names)
    for hidden in ("users", "dq_connections", "nothing", "pg_class", 'rule_ref"; --'):
        for tail in ("structure", "data"):
            answer = admin(
                "GET", f"/api/tables/{hidden.replace(' ', '%20').replace(chr(34), '%22').replace(';', '%3B')}/{tail}"
            )
            assert answer.status == 404 and hidden in answer.body["error"]["message"], answer.body


def test_the_structure_of_a_table(viewer):
    columns = viewer.gets("/api/tables/rule_ref/structure")
    assert all(set(column) == STRUCTURE for column in columns)
    (first,) = (column for column in columns if column["column_name"] == "rule_id")
    assert (first["is_primary_key"], first["is_nullable"], first["max_length"]) == (True, False, 20)


def test_the_rows_of_a_table_in_parts(admin, viewer):
    names = [new_name("part") for _ in range(3)]
    for name in names:
        admin.does("POST", DATA, {"data": rule(name)}, 201)
    usual = viewer.gets(DATA)
    assert set(usual) == {"data", "total", "skip", "limit"} and (usual["skip"], usual["limit"]) == (0, 100)
    every = [row["rule_id"] for row in viewer.gets(f"{DATA}?order_by=rule_id")["data"]]
    assert viewer.gets(f"{DATA}?order_by=-rule_id")["data"][0]["rule_id"] == every[-1]
    part = viewer.gets(f"{DATA}?skip=1&limit=1&order_by=rule_id")
    assert [row["rule_id"] for row in part["data"]] == every[1:2] and part["total"] == len(every)
    assert viewer.gets(f"{DATA}?limit=1000")["limit"] == 1000
    for query in ("limit=1001", "limit=0", "skip=-1", "skip=x", "colour=red"):
        viewer.refused(400, "invalid", "GET", f"{DATA}?{query}")
    assert "colour" in viewer.refused(400, "column_unknown", "GET", f"{DATA}?order_by=colour")["message"]


def test_a_row_is_made_changed_and_deleted(admin, author):
    name = new_name("row")
    assert admin.does("POST", DATA, {"data": rule(name)}, 201) == rule(name)
    path = f"{DATA}/{name.replace(' ', '%20')}"
    assert admin.does("PUT", path, {"data": {"rule_name": "y"}})["rule_name"] == "y"
    assert admin.does("PUT", f"{path}?id_column=rule_id", {"data": {"rule_name": "z"}})["rule_name"] == "z"
    assert (
        "rule_name"
        in admin.refused(400, "id_column_not_unique", "PUT", f"{path}?id_column=rule_name", {"data": {}})["message"]
    )
    assert "colour" in admin.refused(400, "column_unknown", "PUT", f"{path}?id_column=colour", {"data": {}})["message"]
    for method, body in (("PUT", {"data": {"rule_name": "a"}}), ("DELETE", None)):
        author.refused(403, "not_allowed", method, path, body)
    assert admin.does("DELETE", path, status=204) is None
    assert admin("PUT", path, {"data": {"rule_name": "a"}}).status == 404 and admin("DELETE", path).status == 404


def test_what_is_wrong_with_a_row_is_told_by_its_column(admin):
    wrong = (
        ({"rule_id": "x" * 21, "rule_name": "x", "description": ""}, "value_misfit", "rule_id"),
        ({"rule_id": new_name(), "description": ""}, "column_missing", "rule_name"),
        ({**rule(new_name()), "colour": "red"}, "column_unknown", "colour"),
    )
    for data, code, column in wrong:
        error = admin.refused(400, code, "POST", DATA, {"data": data})
        assert error["details"]["column"] == column and column in error["message"]
    admin.refused(400, "invalid", "POST", DATA, {})
    name = new_name("twice")
    admin.does("POST", DATA, {"data": rule(name)}, 201)
    admin.refused(409, "row_taken", "POST", DATA, {"data": rule(name)})


def test_bad_rows_change_only_by_a_publish(admin):
    data = {"rule_id": "R", "source_id": "S", "source_uid": "u"}
    admin.refused(409, "bad_rows_are_published", "POST", "/api/tables/bad_detail/data", {"data": data})
    assert admin.gets("/api/tables/bad_detail/data?limit=1")["limit"] == 1


# --- query ------------------------------------------------------------------------------------------------------------


def query(caller, text, **more):
    return caller.does("POST", "/api/query/", {"query": text, **more})


def test_a_query_answers_columns_and_rows(author):
    answer = query(
        author,
        "SELECT 1 AS a, 1.50::numeric(10,2) AS b, NULL AS c, true AS d, DATE '2024-01-31' AS e, 'NaN'::float8 AS f",
    )
    assert set(answer) == {"columns", "rows", "row_count", "truncated", "duration_ms"}
    assert [column["name"] for column in answer["columns"]] == list("abcdef")
    assert answer["columns"][1]["type"] == "numeric(10,2)"
    assert answer["rows"] == [{"a": 1, "b": "1.50", "c": None, "d": True, "e": "2024-01-31", "f": "NaN"}]
    assert (answer["row_count"], answer["truncated"]) == (1, False)
    assert len(query(author, "SELECT 1 AS id, 2 AS id")["rows"][0]) == 2


def test_a_query_has_a_limit(author):
    answer = query(author, "SELECT * FROM generate_series(1, 100) g", limit=3)
    assert (answer["row_count"], answer["truncated"], len(answer["rows"])) == (3, True, 3)
    author.refused(400, "invalid", "POST", "/api/query", {"query": "SELECT 1", "limit": 0})


@pytest.mark.parametrize(
    "text", ["select 1 as a", "  SeLeCt 1 AS a ", "WITH x AS (SELECT 1 AS a) SELECT * FROM x", "-- why\nSELECT 1 AS a;"]
)
def test_any_case_will_do(author, text):
    assert query(author, text)["rows"] == [{"a": 1}]


@pytest.mark.parametrize(
    "text",
    [
        "", "nonsense", "SELECT 1; SELECT 2", "DELETE FROM dq.bad_detail", "INSERT INTO dq.rule_ref VALUES ('a', 'b', 'c')",
        "WITH x AS (DELETE FROM dq.bad_detail RETURNING 1) SELECT * FROM x", "SELECT * FROM dq.users", "SELECT * FROM dq.dq_connections",
        "SHOW ALL", "EXPLAIN SELECT 1", "COPY dq.rule_ref TO '/tmp/x'", "SET ROLE dqx_owner", "SELECT pg_read_file('/etc/passwd')",
    ],
)  # fmt: skip
def test_everything_else_is_refused(author, text):
    answer = author("POST", "/api/query", {"query": text})
    assert answer.status == 422 and set(answer.body) == {"error"}, answer.body


def test_a_refusal_tells_line_and_column(author):
    error = author.refused(422, "query_refused", "POST", "/api/query", {"query": "SELECT 1,\n  nonsense"})
    assert (error["details"]["line"], error["details"]["column"]) == (2, 3) and "nonsense" in error["message"]


def test_a_connection_that_is_none_is_told(author):
    answer = author("POST", "/api/query", {"query": "SELECT 1", "connection": "none"})
    assert answer.status in (400, 404) and "none" in answer.body["error"]["message"]
