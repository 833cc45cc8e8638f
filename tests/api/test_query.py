"""POST /api/query/ and /api/sql_scripts/execute: any SELECT, its rows in JSON without loss, and nothing that it could harm."""

import concurrent.futures
import json
import logging
import threading
import time
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connections as databases

from dqx import sql, values
from dqx.errors import NotAllowed, NotSignedIn, TooMany
from dqx.users.roles import MATRIX
from scripts_app.models import Run, Script
from scripts_app.queries import queries
from tests import corpus, steps
from tests.api.conftest import Api, refused, wrong_fields
from tests.corpus import harness

pytestmark = pytest.mark.django_db(transaction=True)


def ask(api, query, **more):
    return api.post("/api/query/", {"query": query, **more})


def found(api, query, **more):
    """The answer, which has to be strict JSON that says what it holds."""
    answer = ask(api, query, **more)
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"] == "application/json"
    body = json.loads(answer.content, parse_constant=pytest.fail)
    assert set(body) == {"columns", "rows", "row_count", "truncated", "duration_ms"}
    assert body["row_count"] == len(body["rows"])
    assert all([column["name"] for column in body["columns"]] == list(row) for row in body["rows"])
    return body


def value(api, expression):
    return found(api, f"SELECT {expression} AS v")["rows"][0]["v"]


# --- Values -------------------------------------------------------------------------------------------------------------

VALUES = {
    "7::smallint": 7,
    "-2147483648": -2147483648,
    "9223372036854775807": 9223372036854775807,
    "1.5::float4": 1.5,
    "0.1::float8": 0.1,
    "1e300::float8": 1e300,
    "1e-7::float8": 1e-7,
    "'-0'::float8": -0.0,
    "'NaN'::float8": "NaN",
    "'Infinity'::float4": "Infinity",
    "'-Infinity'::float8": "-Infinity",
    "1.10": "1.10",
    "'NaN'::numeric": "NaN",
    "123456789012345678901234567890.123456789": "123456789012345678901234567890.123456789",
    "true": True,
    "false": False,
    "NULL": None,
    "NULL::int": None,
    "''": "",
    "'NULL'": "NULL",
    r"'\N'": r"\N",
    r"'\.'": r"\.",
    """E'a\\tb\\nc\\rd\\\\e"f,(g)\\u2028😀\\x08\\x0c\\x0b'""": 'a\tb\nc\rd\\e"f,(g)\u2028😀\x08\x0c\x0b',
    "'abc  '::char(5)": "abc  ",
    r"'\xdeadbeef'::bytea": r"\xdeadbeef",
    "''::bytea": r"\x",
    "DATE '2024-02-29'": "2024-02-29",
    "DATE '0044-03-15 BC'": "0044-03-15 BC",
    "'infinity'::date": "infinity",
    "TIMESTAMP '2024-02-29 10:00:00.123456'": "2024-02-29T10:00:00.123456",
    "'-infinity'::timestamp": "-infinity",
    "TIMESTAMPTZ '2024-02-29 10:00+05:30'": "2024-02-29T04:30:00+00:00",
    "TIMESTAMP '20240-01-01 00:00'": "20240-01-01T00:00:00",
    "TIME '10:00'": "10:00:00",
    "TIMETZ '10:00+02'": "10:00:00+02:00",
    "interval '1 day 2 hours'": "1 day 02:00:00",
    "'2001:db8::1'::inet": "2001:db8::1",
    "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid": "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
    "daterange('2024-01-01', NULL)": "[2024-01-01,)",
    "ROW(1, NULL, 'x \"y\"')": '(1,,"x ""y""")',
    "point(1, 2)": "(1,2)",
    "B'101'": "101",
    "'$1.50'::money": "$1.50",
    "ARRAY[1, NULL, 3]": [1, None, 3],
    "ARRAY[]::int[]": [],
    "ARRAY[[1, 2], [3, 4]]": [[1, 2], [3, 4]],
    "'[2:3]={1,2}'::int[]": [1, 2],
    """ARRAY['a', 'b c', NULL, 'NULL', '', 'x,y', '{z}', E'q"\\\\r']""": [
        "a",
        "b c",
        None,
        "NULL",
        "",
        "x,y",
        "{z}",
        'q"\\r',
    ],
    "ARRAY[1.10, 2]": ["1.10", "2"],
    "ARRAY[true, false]": [True, False],
    "ARRAY['2024-01-01 10:00'::timestamp]": ["2024-01-01T10:00:00"],
    """ARRAY['{"a": 1}'::jsonb, NULL]""": [{"a": 1}, None],
    "ARRAY[box '(1,2),(3,4)', box '(5,6),(7,8)']": ["(3,4),(1,2)", "(7,8),(5,6)"],
    "'1 2 3'::int2vector": "1 2 3",
    "'12'::oid": 12,
    """'{"b": 1, "a": [null, true, "x"]}'::jsonb""": {"a": [None, True, "x"], "b": 1},
    "'null'::json": None,
    "'\"text\"'::json": "text",
}


@pytest.mark.parametrize(("expression", "arrived"), VALUES.items(), ids=list(VALUES))
def test_a_value_keeps_its_type_and_every_digit(as_author, expression, arrived):
    told = value(as_author, expression)
    assert told == arrived and type(told) is type(arrived)
    assert value(as_author, f"(SELECT {expression} WHERE false)") is None


JSON_TEXTS = [
    '{"a":1,"a":2}',
    "[1e400, -0, 123456789012345678901234567890]",
    '{ "spaces" :\n [ ] }',
    r'"\ud83d\ude00"',
    r'"\u0000"',
]


@pytest.mark.parametrize("text", JSON_TEXTS)
def test_json_arrives_as_it_was_written(as_author, text):
    """What Python would change on the way: doubled keys, numbers beyond a double, blanks."""
    answer = ask(as_author, f"SELECT '{text}'::json AS v")
    assert f'"v": {text}' in answer.content.decode()


def test_names_of_types_are_postgresqls(as_author):
    sql.execute("CREATE TYPE dq_src.mood AS ENUM ('sad', 'ok'); CREATE DOMAIN dq_src.size AS int CHECK (VALUE > 0)")
    try:
        told = found(
            as_author,
            "SELECT 1::numeric(10,2) AS a, 1::numeric AS b, 'x'::varchar(20) AS c, 'x'::char(3) AS d, now() AS e, 'ok'::dq_src.mood AS f,"
            " ARRAY[1::dq_src.size] AS g, ARRAY['ok'::dq_src.mood] AS h, 'x' AS i, 1 AS j, ARRAY['x'::varchar(3)] AS k, B'1'::bit(1) AS l",
        )
    finally:
        sql.execute("DROP TYPE dq_src.mood; DROP DOMAIN dq_src.size")
    assert [column["type"] for column in told["columns"]] == [
        "numeric(10,2)", "numeric", "character varying(20)", "character(3)", "timestamp with time zone", "dq_src.mood",
        "dq_src.size[]", "dq_src.mood[]", "text", "integer", "character varying(3)[]", "bit(1)",
    ]  # fmt: skip
    assert (told["rows"][0]["f"], told["rows"][0]["g"], told["rows"][0]["h"]) == ("ok", [1], ["ok"])


def test_doubled_names_survive(as_author):
    told = found(as_author, 'SELECT 1 AS id, 2 AS id, 3 AS id_2, 4 AS id, 5, 6, 7 AS "a""b", 8 AS "{x}"')
    assert told["rows"] == [
        {"id": 1, "id_3": 2, "id_2": 3, "id_4": 4, "?column?": 5, "?column?_2": 6, 'a"b': 7, "{x}": 8}
    ]


@pytest.mark.parametrize("names", [["a", "a", "a_2", "a_2"], ["a_2", "a", "a"], ["", "", "_2"], []])
def test_unique_names_are_unique_and_keep_those_that_were(names):
    told = values.unique(names)
    assert len(told) == len(names) == len(set(told))
    assert all(new == old for new, old in zip(told, names, strict=True) if names.count(old) == 1)


def test_rows_without_columns_and_columns_without_rows(as_author):
    assert found(as_author, "SELECT FROM generate_series(1, 3)")["rows"] == [{}, {}, {}]
    none = found(as_author, "SELECT 1 AS a WHERE false")
    assert (none["columns"], none["rows"], none["truncated"]) == ([{"name": "a", "type": "integer"}], [], False)
    assert found(as_author, "SELECT NULL AS a UNION ALL SELECT ''")["rows"] == [{"a": None}, {"a": ""}]


def test_a_thousand_columns(as_author):
    told = found(as_author, "SELECT " + ", ".join(f"{number} AS c{number}" for number in range(1600)))
    assert told["rows"][0]["c1599"] == 1599


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


# --- Limits -------------------------------------------------------------------------------------------------------------


def test_rows_are_limited(as_author):
    query = "SELECT g FROM generate_series(1, 1000) g"
    assert (lambda told: (told["row_count"], told["truncated"]))(found(as_author, query)) == (100, True)
    told = found(as_author, query, limit=3)
    assert (told["rows"], told["truncated"]) == ([{"g": 1}, {"g": 2}, {"g": 3}], True)
    assert not found(as_author, query, limit=1000)["truncated"]
    assert found(as_author, "SELECT generate_series(1, 100000000000)", limit=1)["row_count"] == 1


def test_the_order_of_a_query_stays(as_author):
    told = found(as_author, "SELECT g FROM generate_series(1, 1000) g ORDER BY -g", limit=3)
    assert [row["g"] for row in told["rows"]] == [1000, 999, 998]


def test_bytes_are_limited(as_author, settings):
    settings.QUERY_BYTES = 10_000
    told = found(as_author, "SELECT repeat('x', 3000) AS v FROM generate_series(1, 100)")
    assert (told["row_count"], told["truncated"]) == (3, True)
    told = found(as_author, "SELECT repeat('x', CASE g WHEN 3 THEN 20000 ELSE 1 END) AS v FROM generate_series(1, 9) g")
    assert (told["row_count"], told["truncated"]) == (2, True)
    refused(ask(as_author, "SELECT repeat('x', 20000)"), 422, "row_too_large")
    # What is short for PostgreSQL is long in JSON.
    refused(
        ask(as_author, "SELECT " + ", ".join(f'true AS "{"x" * 50}{number}"' for number in range(200))),
        422,
        "row_too_large",
    )


def test_a_value_of_half_a_gigabyte_does_not_come_here(as_author):
    before = peak_mb()
    assert ask(as_author, "SELECT repeat('x', 500000000)").status_code == 422
    assert peak_mb() - before < 50


def peak_mb():
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


@pytest.mark.parametrize(
    "query",
    [
        "SELECT count(*) FROM generate_series(1, 100000000000)",
        # This one never looks whether it shall stop.
        "SELECT strpos(repeat('a', 160000 + i), 'b' || repeat('a', 80000)) FROM generate_series(1, 1) i",
    ],
)
def test_time_is_limited(as_author, settings, query):
    settings.QUERY_SECONDS = 1
    started = time.monotonic()
    refused(ask(as_author, query), 422, "time_limit")
    assert time.monotonic() - started < 5


def test_no_more_queries_run_at_once_than_may(author, settings, transactional_db):
    settings.QUERIES_AT_ONCE, settings.QUERY_SECONDS = 2, 3
    slow = "SELECT count(*) FROM generate_series(1, 100000000000)"
    started = threading.Barrier(3)

    def wait_for_it():
        try:
            started.wait()
            return ask(Api(author), slow).status_code
        finally:
            databases.close_all()

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(wait_for_it) for _ in range(2)]
        started.wait()
        assert steps.eventually(lambda: running(slow) == 2)
        answer = ask(Api(author), "SELECT 1")
        refused(answer, 429, "too_many_queries")
        assert int(answer["Retry-After"]) > 0
        assert [each.result() for each in waiting] == [422, 422]
    found(Api(author), "SELECT 1")


def running(query):
    with steps.superuser() as cursor:
        cursor.execute(
            "SELECT FROM pg_stat_activity WHERE application_name = 'dqx script' AND datname = current_database()"
            " AND state = 'active' AND query LIKE 'COPY%%'"
        )
        return cursor.rowcount


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


# --- Attacks ------------------------------------------------------------------------------------------------------------

UNSTOPPABLE = {
    "085_repeat_1gb",
    "087_json_agg_bomb",
    "089_strpos_no_interrupt",
    "128_strpos_at_run_time",
    "109_function_source",
}
ATTACKS = [case for case in corpus.cases("attack") if case.name not in UNSTOPPABLE]


@pytest.fixture(scope="module")
def lacking(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        yield harness.make_objects()
        harness.drop_objects()


@pytest.mark.parametrize("case", ATTACKS[::3], ids=[case.name for case in ATTACKS[::3]])
def test_an_attack_does_no_harm(case, lacking, author, settings):
    if case.fields.get("needs") in lacking:
        pytest.skip(f"this PostgreSQL has no {case.fields['needs']}")
    settings.SOURCE_SCHEMAS, settings.QUERY_SECONDS = ["public", "dq_src"], 2
    attack = harness.Attack()
    with attack.going_on():
        sql.value("SELECT pg_advisory_lock(777)")
        before = harness.picture()
        answer = ask(Api(author), case.text)
        assert answer.status_code in (200, 422), answer.content
        told = answer.content.decode() if answer.status_code == 422 else ""
        assert not attack.harm(case.fields["check"], harness.REFUSED, told)
        assert steps.eventually(harness.no_script_runs)
        assert attack.stays_within_its_memory()
        assert harness.picture() == before
        assert sql.value("SELECT pg_advisory_unlock(777)")


def test_too_many_is_an_error_of_ours():
    assert TooMany("too_many_queries", "x").http_status == 429
