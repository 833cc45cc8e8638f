"""POST /api/query/ and /api/sql_scripts/execute: any SELECT and nothing else, for authors."""

import json
import logging

import pytest
from django.contrib.auth.models import AnonymousUser

from dqx.errors import NotAllowed, NotSignedIn
from dqx.users.roles import MATRIX
from scripts_app.models import Run, Script
from scripts_app.queries import queries
from tests import steps
from tests.api.conftest import refused, wrong_fields
from tests.api.queries.asking import ask, found

pytestmark = pytest.mark.django_db(transaction=True)


# --- What a query may be ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    [
        "select 1 as a", "  SeLeCt 1 as a;  ", "-- why\nSELECT 1 AS a -- end", "WITH x AS (SELECT 1 AS a) TABLE x", "(SELECT 1 AS a)",
        "/* /* */ */ with recursive t as (select 1 as a) select * from t;;", "\ufeffSELECT 1 AS a", "SELECT 1 AS a ORDER BY 1 LIMIT 5",
    ],
)  # fmt: skip
def test_one_select_in_any_dress(as_author, query):
    assert found(as_author, query)["rows"] == [{"a": 1}]


REFUSED = {
    "": "query_empty",
    "-- nothing": "query_empty",
    "DELETE FROM dq.bad_detail": "query_not_select",
    "VALUES (1)": "query_not_select",
    "EXPLAIN SELECT 1": "query_not_select",
    "SELECT 1; SELECT 2": "query_refused",
    "SELECT 1; DROP TABLE dq.users": "query_refused",
    "SELECT 1) AS q) TO STDOUT; SELECT 2 --": "query_refused",
    "SELECT 1 INTO x": "query_refused",
    "WITH x AS (DELETE FROM dq.bad_detail RETURNING 1) SELECT * FROM x": "query_refused",
    "SELECT * FROM dq.users": "query_refused",
    "SELECT * FROM dq.dq_connections": "query_refused",
    "SELECT pg_sleep(1)": "query_refused",
    "SELECT * FROM nowhere": "query_refused",
    "SELECT $1": "query_refused",
    "SELECT 1/0": "query_refused",
    "SELECT 'a\x00'": "query_malformed",
    "SELECT '" + "x" * 200_001 + "'": "query_too_long",
}


@pytest.mark.parametrize("query", REFUSED, ids=lambda query: query[:40])
def test_anything_else_is_refused(as_author, query):
    answer = ask(as_author, query)
    if "\x00" in query:
        assert wrong_fields(answer) == {"query"}
        return
    error = refused(answer, 422, REFUSED[query])
    assert "COPY" not in json.dumps(error) and "refcursor" not in json.dumps(error)
    assert "script" not in error["message"]


@pytest.mark.parametrize("call", [("query/", "query"), ("sql_scripts/execute", "script_content")])
@pytest.mark.parametrize("text", ["\n  SELECT 1,\n   nothing FROM x", ";\n\n  SELECT\n   nothing"])
def test_a_refusal_says_where(as_author, call, text):
    address, field = call
    details = refused(
        as_author.post(f"/api/{address}", {field: text}), 422, f"{call[0][:5]}_refused".replace("sql_s", "script")
    )["details"]
    line = text.strip().splitlines()[details["line"] - 1]
    assert line[details["column"] - 1 :].startswith(("nothing", "x"))


def test_a_refusal_while_the_rows_come_has_the_shape_too(as_author):
    refused(ask(as_author, "SELECT 1 / (g - 5) FROM generate_series(1, 10) g"), 422, "query_refused")


def test_a_body_that_is_wrong(as_author):
    assert wrong_fields(as_author.post("/api/query/", {})) == {"query"}
    assert wrong_fields(ask(as_author, "SELECT 1", limit=0)) == {"limit"}
    assert wrong_fields(ask(as_author, "SELECT 1", limit=10_001)) == {"limit"}
    assert wrong_fields(ask(as_author, "SELECT 1", connection=7)) == {"connection"}
    assert wrong_fields(ask(as_author, "SELECT 1", connection="")) == {"connection"}
    assert wrong_fields(ask(as_author, 1, colour="red")) == {"query", "colour"}
    assert refused(ask(as_author, "SELECT 1", connection="nowhere"), 400, "connection_unknown")


# --- Who may, and what stays ----------------------------------------------------------------------------------------------


def test_queries_are_for_authors(as_viewer, as_author, as_nobody):
    refused(ask(as_viewer, "SELECT 1"), 403, "not_allowed")
    refused(ask(as_nobody, "SELECT 1"), 401, "not_signed_in")
    refused(as_viewer.post("/api/sql_scripts/execute", {"script_content": steps.FIVE}), 403, "not_allowed")
    assert found(as_author, "SELECT 1")


@pytest.mark.parametrize(
    "operation",
    [lambda **by: queries.run(query="SELECT 1", **by), lambda **by: queries.execute(content=steps.FIVE, **by)],
)
def test_an_operation_asks_by_itself(author, monkeypatch, operation):
    for nobody in (None, AnonymousUser()):
        with pytest.raises(NotSignedIn):
            operation(actor=nobody)
    monkeypatch.delitem(MATRIX, "scripts.run_query")
    with pytest.raises(NotAllowed):
        operation(actor=author)


def test_the_log_holds_neither_text_nor_values(as_author, caplog, monkeypatch):
    # Whatever an earlier test left of the loggers of this process.
    logger = logging.getLogger("dqx.queries")
    monkeypatch.setattr(logger, "disabled", False)
    monkeypatch.setattr(logger, "handlers", [caplog.handler])
    with caplog.at_level("DEBUG"), caplog.at_level("DEBUG", logger="dqx.queries"):
        found(as_author, "SELECT 'S3CRET' AS v")
        ask(as_author, "SELECT 'S3CRET'::int")
    assert "dqx.queries" in caplog.text
    assert "S3CRET" not in caplog.text


def test_execute_gives_the_rows_of_a_script_and_stores_nothing(as_author):
    answer = as_author.post("/api/sql_scripts/execute", {"script_content": steps.FIVE, "limit": 5})
    assert answer.status_code == 200, answer.content
    told = answer.json()
    row = {"rule_id": "R1", "source_id": "S1", "source_uid": "u1", "data_value": "v", "txn_date": "2024-01-01"}
    assert (told["rows"], told["truncated"]) == ([row], False)
    assert told["columns"][-1] == {"name": "txn_date", "type": "date"}
    assert not Script.objects.exists() and not Run.objects.exists()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("SELECT 1 AS rule_id", "script_columns"),
        ("", "script_empty"),
        ("DROP TABLE x", "script_not_select"),
        (steps.FIVE + " FROM x", "script_refused"),
    ],
)
def test_execute_refuses_what_no_script_can_be(as_author, text, code):
    refused(as_author.post("/api/sql_scripts/execute", {"script_content": text}), 422, code)
