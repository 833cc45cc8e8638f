"""POST /api/query/: every value arrives in JSON without loss."""

import pytest

from dqx import sql, values
from tests.api.queries.asking import ask, found, value

pytestmark = pytest.mark.django_db(transaction=True)

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
