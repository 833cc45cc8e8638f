"""The browser of schema dq: what each role sees, and rows whose types are kept."""

from urllib.parse import urlencode

import pytest
from psycopg2 import sql as pg

from dqx import sql
from dqx.tables import browsing
from tests import steps
from tests.api.bad_rows import insert, row
from tests.api.conftest import refused, wrong_fields

pytestmark = pytest.mark.django_db
PATH = "/api/tables/"
ODD = 'o"dd %s ;--'


@pytest.fixture
def odd():
    """A table of somebody's own, whose names are quoted everywhere or nowhere."""
    sql.execute(
        pg.SQL(
            "CREATE TABLE dq.{0} (id int PRIMARY KEY, {1} numeric(6, 2), j jsonb, a int[], b bytea, f float8, t timestamptz, d date,"
            " w boolean, big bigint, api_token text, c char(3), v varchar(5) DEFAULT 'x' NOT NULL,"
            " double int GENERATED ALWAYS AS (id * 2) STORED)"
        ).format(pg.Identifier(ODD), pg.Identifier("per%s cent"))
    )
    return f"{PATH}o%22dd%20%25s%20%3B--/"


def names(api):
    return api.get(PATH).json()


def test_each_role_sees_the_tables_of_what_it_may_see(as_viewer, as_author, as_admin, odd):
    assert {"bad_detail", "rule_ref", "dq_runs", "dq_sql_scripts"} <= set(names(as_viewer))
    for api in (as_viewer, as_author, as_admin):
        assert not {"users", "dq_connections"} & set(names(api))
    assert ODD not in names(as_viewer) and ODD not in names(as_author)
    assert ODD in names(as_admin)
    sql.execute(pg.SQL("GRANT SELECT ON dq.{} TO dqx_runner").format(pg.Identifier(ODD)))
    assert ODD in names(as_author) and ODD not in names(as_viewer)


@pytest.mark.parametrize(
    "table", ["users", "dq_connections", "nothing", "pg_class", "django_session", "dq.rule_ref", "RULE_REF"]
)
@pytest.mark.parametrize("what", ["structure", "data"])
def test_a_table_that_is_not_for_somebody_is_not_found(as_admin, table, what):
    refused(as_admin.get(f"{PATH}{table}/{what}"), 404, "table_not_found")


def test_the_structure_says_what_a_column_is(as_viewer):
    rule_id, rule_name, description = as_viewer.get(f"{PATH}rule_ref/structure").json()
    assert rule_id == {
        "column_name": "rule_id", "data_type": "character varying", "is_nullable": False, "column_default": None,
        "max_length": 20, "is_primary_key": True,
    }  # fmt: skip
    assert (rule_name["max_length"], rule_name["is_primary_key"]) == (100, False)
    assert (description["data_type"], description["max_length"]) == ("text", None)


def test_types_are_kept(as_admin, odd):
    data = {
        "id": 1, "per%s cent": "1234.50", "j": {"b": [1, None], "a": "é"}, "a": [1, None, 3], "b": "\\x00ff", "f": "NaN",
        "t": "2024-01-01T00:00:00Z", "d": "infinity", "w": True, "big": 9007199254740993, "c": "ab",
    }  # fmt: skip
    made = as_admin.post(odd + "data", {"data": data})
    assert made.status_code == 201, made.content
    told = made.json()
    assert told == {
        **data, "t": "2024-01-01T00:00:00+00:00", "c": "ab", "v": "x", "double": 2
    }  # fmt: skip
    assert b"9007199254740993" in made.content
    assert as_admin.get(odd + "data").json() == {"data": [told], "total": 1, "skip": 0, "limit": 100}
    assert "api_token" not in told
    assert "api_token" not in [column["column_name"] for column in as_admin.get(odd + "structure").json()]


def test_rows_come_ordered_and_in_parts(as_viewer):
    insert(row("a", value="2"), row("b", value="1"), row("c", value=None), row("d", value="1"))
    address = f"{PATH}bad_detail/data"

    def uids(query):
        return [one["source_uid"] for one in as_viewer.get(f"{address}?{query}").json()["data"]]

    assert uids("") == ["a", "b", "c", "d"]
    assert uids("order_by=data_value") == ["b", "d", "a", "c"]
    assert uids("order_by=-data_value") == ["a", "b", "d", "c"]
    assert uids("skip=1&limit=2") == ["b", "c"]
    assert as_viewer.get(f"{address}?skip=3&limit=1").json()["total"] == 4


@pytest.mark.parametrize(
    ("query", "field"),
    [("limit=1001", "limit"), ("limit=0", "limit"), ("skip=-1", "skip"), ("skip=x", "skip"), ("page=2", "page")],
)
def test_a_malformed_question_is_400(as_viewer, query, field):
    assert wrong_fields(as_viewer.get(f"{PATH}rule_ref/data?{query}")) == {field}


@pytest.mark.parametrize("order", ["nothing", "rule_id;DROP TABLE dq.rule_ref", "-", "--rule_id", "hashed_password"])
def test_an_unknown_column_is_named(as_viewer, order):
    error = refused(as_viewer.get(f"{PATH}rule_ref/data?order_by={order}"), 400, "column_unknown")
    assert error["details"]["column"] == order.removeprefix("-")


def test_scripts_and_runs_can_be_browsed(as_viewer, author):
    script = steps.new_script(author)
    [told] = as_viewer.get(f"{PATH}dq_sql_scripts/data").json()["data"]
    assert (told["id"], told["name"]) == (script.pk, "a script")
    assert as_viewer.get(f"{PATH}dq_runs/data/").json()["total"] == 0


# --- Searching -----------------------------------------------------------------------------------------------------------------


def test_a_text_is_found_in_any_column_and_every_character_means_itself(as_admin, odd):
    for pk, data in enumerate(
        (
            {"v": "aB%", "per%s cent": "1234.50"},
            {"v": "a_b", "j": {"k": "Größe"}, "t": "2024-02-29T10:00:00Z"},
            {"v": "c\\d'", "a": [77], "d": "2024-03-01", "w": True},
        )
    ):
        assert as_admin.post(odd + "data", {"data": {"id": pk, **data}}).status_code == 201
    sql.execute(pg.SQL("UPDATE dq.{} SET api_token = 'hidden'").format(pg.Identifier(ODD)))
    wanted = {
        "AB%": [0], "%": [0], "_": [1], "1234.5": [0], "größe": [1], "2024-02-29t10:00": [1], "2024-02-29 10": [1], "77": [2],
        "\\d'": [2], "2024-03": [2], "TRUE": [2], "a": [0, 1], "hidden": [], "nothing": [],
    }  # fmt: skip
    for q, found in wanted.items():
        answer = as_admin.get(f"{odd}data?{urlencode({'q': q, 'order_by': 'id'})}").json()
        assert ([one["id"] for one in answer["data"]], answer["total"]) == (found, len(found)), q


def test_what_is_found_comes_ordered_and_in_parts(as_viewer):
    insert(*(row(f"u{n}", value=f"{9 - n} red") for n in range(6)), row("none", value="blue"))
    answer = as_viewer.get(f"{PATH}bad_detail/data?q=RED&order_by=data_value&skip=1&limit=2").json()
    assert [one["source_uid"] for one in answer["data"]] == ["u4", "u3"] and answer["total"] == 6
    assert as_viewer.get(f"{PATH}bad_detail/data?q=&limit=1").json()["total"] == 7


def test_a_search_that_takes_too_long_says_what_to_do(as_viewer, monkeypatch):
    monkeypatch.setattr(browsing, "SEARCH_SECONDS", 0.001)
    sql.execute(
        "INSERT INTO dq.rule_ref SELECT 'R' || g, repeat('é', 100), repeat('é', 5000) FROM generate_series(1, 300) g"
    )
    error = refused(as_viewer.get(f"{PATH}rule_ref/data?q=z"), 422, "time_limit")
    assert error["message"].startswith("Table 'rule_ref' is too large to be searched") and "query" in error["message"]
