"""What a person who writes a script is helped with: names of what can be read, and a tidy layout that says the same."""

import pytest
from psycopg2 import sql as pg

from dqx import sql
from dqx.sql import Reader
from scripts_app import text
from scripts_app.databases import vault
from scripts_app.models import Connection
from scripts_app.queries import readable
from tests import corpus, steps
from tests.api import elsewhere
from tests.api.conftest import refused, wrong_fields
from tests.corpus import harness

pytestmark = pytest.mark.django_db(transaction=True)
CATALOGUE, COLUMNS, FORMAT = (f"/api/sql_scripts/{name}" for name in ("catalogue", "catalogue/columns", "format"))


@pytest.fixture
def far(settings):
    """A connection of that name to another database."""
    settings.ENCRYPTION_KEYS = [elsewhere.KEY]
    with elsewhere.database() as place:
        login = {"username": place.user, "secret": vault.encrypt(place.password)}
        yield Connection.objects.create(name="far", host=place.host, port=place.port, dbname=place.dbname, **login)


# --- Names ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def tables():
    """A table that scripts can read, one of which they can read a column, and one that they can't."""
    steps.make_source_table("orders")
    sql.execute(
        "CREATE TABLE dq_src.half (id int, secret text); CREATE TABLE dq_src.hidden (id int);"
        " REVOKE ALL ON dq_src.half, dq_src.hidden FROM dqx_runner; GRANT SELECT (id) ON dq_src.half TO dqx_runner"
    )
    yield
    for name in ("orders", "half", "hidden"):
        steps.drop_source_table(name)


def names(answer):
    assert answer.status_code == 200, answer.content
    return {(one["schema"], one["name"]) for one in answer.json()["tables"]}


def test_the_catalogue_names_what_scripts_can_read_and_nothing_else(as_author, tables):
    found = names(as_author.get(CATALOGUE))
    assert {("dq_src", "orders"), ("dq_src", "half"), ("dq", "rule_ref"), ("dq", "bad_detail")} <= found
    assert not {schema for schema, _ in found} & {"dqx", "stg", "pg_catalog", "information_schema"}
    assert ("dq_src", "hidden") not in found
    assert ("dq", "users") not in found


def test_the_catalogue_says_where_bare_names_are_looked_up(as_author, settings):
    settings.SOURCE_SCHEMAS = ["dq_src", "public"]
    assert as_author.get(CATALOGUE).json()["search_path"] == ["dq_src", "public"]


def test_columns_come_in_the_order_of_the_table_with_their_types(as_author, tables):
    found = as_author.get(f"{COLUMNS}?schema=dq_src&table=orders").json()
    assert [one["name"] for one in found] == ["rule_id", "source_id", "source_uid", "data_value", "txn_date"]
    assert found[-1] == {"name": "txn_date", "type": "date"}
    assert as_author.get(f"{COLUMNS}?schema=dq_src&table=half").json() == [{"name": "id", "type": "integer"}]


@pytest.mark.parametrize("of_table", ["schema=dq_src&table=hidden", "schema=dq&table=users", "schema=no&table=no"])
def test_a_table_that_cannot_be_read_is_as_if_it_were_not_there(as_author, tables, of_table):
    refused(as_author.get(f"{COLUMNS}?{of_table}"), 404, "table_not_found")


def test_the_question_needs_a_schema_and_a_table(as_author):
    assert wrong_fields(as_author.get(COLUMNS)) == {"schema", "table"}


def test_of_many_tables_there_are_some_and_words_find_the_others(as_author, tables, monkeypatch):
    monkeypatch.setattr(readable, "MOST_TABLES", 2)
    few = as_author.get(CATALOGUE).json()
    assert few["truncated"] and len(few["tables"]) == 2
    assert names(as_author.get(f"{CATALOGUE}?q=SRC.ORD")) == {("dq_src", "orders")}
    assert names(as_author.get(f"{CATALOGUE}?q=%25")) == set()


def test_a_browser_that_has_the_names_is_told_so(as_author, tables):
    first = as_author.get(CATALOGUE)
    assert first["Cache-Control"] == "private, no-cache"
    again = as_author.send("GET", CATALOGUE, HTTP_IF_NONE_MATCH=first["ETag"])
    assert again.status_code == 304
    assert not again.content
    steps.make_source_table("late")
    try:
        assert as_author.send("GET", CATALOGUE, HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 200
    finally:
        steps.drop_source_table("late")


def test_the_names_of_another_database_are_asked_there(as_author, far):
    assert names(as_author.get(f"{CATALOGUE}?connection=far")) == {("public", "rows")}
    found = as_author.get(f"{COLUMNS}?connection=far&schema=public&table=rows").json()
    assert [one["name"] for one in found][:2] == ["rule_id", "source_id"]
    refused(as_author.get(f"{CATALOGUE}?connection=nowhere"), 400, "connection_unknown")


# --- The layout -------------------------------------------------------------------------------------------------------

WRITTEN = """-- Orders without a customer
-- and those of nobody
select 'R1' rule_id, 'CRM' as source_id, o.id::text source_uid, o."Mail" as data_value, -- as it stands
 date '2024-01-01' + interval '1 day' as txn_date from sales.orders o left join c using (id)
where o.mail is null and o.state not in ('a', 'b') /* old ones */
"""
TIDY = """-- Orders without a customer
-- and those of nobody
SELECT
  'R1' AS rule_id,
  'CRM' AS source_id,
  o.id::text AS source_uid,
  o."Mail" AS data_value, -- as it stands
  date '2024-01-01' + interval '1 day' AS txn_date
FROM sales.orders AS o
LEFT JOIN c
  USING (id)
WHERE
  o.mail IS NULL AND o.state NOT IN ('a', 'b') /* old ones */"""
ALL = [case for kind in ("accept", "either") for case in corpus.cases(kind)]


def laid_out(api, content):
    return api.post(FORMAT, {"content": content})


def test_a_text_is_laid_out_with_its_comments_and_stays_so(as_author):
    assert laid_out(as_author, WRITTEN).json() == {"content": TIDY}
    assert laid_out(as_author, TIDY).json() == {"content": TIDY}


@pytest.mark.parametrize(
    "content",
    [
        "SELECT a FROM b WHERE (x = 1",
        "SELECT 'a",
        'SELECT U&"d\\0061t" FROM t',  # it would lose the U&, by which \\0061 is a letter
        "TABLE t",
        "SELECT " + "(" * 70 + "1" + ")" * 70,
        "SELECT " + ", ".join(f"a{n}" for n in range(10_000)),
    ],
)
def test_what_is_not_understood_stays_as_it_is(as_author, content):
    refused(laid_out(as_author, content), 422, "format_refused")


def test_it_says_where_it_stops_to_understand(as_author):
    error = refused(laid_out(as_author, "SELECT a\n  FROM b WHERE x = 1 AND FROM"), 422, "format_refused")
    assert error["details"]["line"] == 2


def test_an_empty_text_is_refused_by_name(as_author):
    refused(laid_out(as_author, " \n"), 422, "script_empty")


@pytest.fixture(scope="module")
def objects(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        lacking = harness.make_objects()
        yield lacking
        harness.drop_objects()


@pytest.mark.parametrize("case", ALL, ids=[case.name for case in ALL])
def test_postgresql_plans_the_same_before_and_after(as_author, objects, settings, case):
    settings.SOURCE_SCHEMAS = ["public", "dq_src"]
    answer = laid_out(as_author, case.text)
    if answer.status_code == 422:
        refused(answer, 422, "format_refused")
        return
    if case.fields.get("answer") != "reject" and case.fields.get("needs") not in objects:
        assert _plan(answer.json()["content"]) == _plan(case.text)


def _plan(content):
    statement, _ = text.statement(text.clean(content))
    with Reader(10) as reader:
        return reader.rows(pg.Composed([pg.SQL("EXPLAIN (VERBOSE, COSTS OFF) "), pg.SQL(statement)]))


def test_most_of_what_people_write_is_understood(as_author):
    refusals = [case.name for case in ALL if laid_out(as_author, case.text).status_code == 422]
    assert len(refusals) <= 10, refusals


# --- Which database a script reads ------------------------------------------------------------------------------------


def test_an_admin_gives_a_script_a_connection_and_an_author_keeps_it(as_admin, as_author, far):
    made = as_admin.post("/api/sql_scripts/", {"name": "x", "content": elsewhere.SCRIPT, "connection": "far"})
    assert made.status_code == 201, made.content
    assert made.json()["connection"] == "far"
    path = f"/api/sql_scripts/{made.json()['id']}/"
    assert as_author.patch(path, {"description": "other", "connection": "far"}).json()["connection"] == "far"
    refused(as_author.patch(path, {"connection": None}), 403, "not_allowed")
    back = as_admin.patch(path, {"connection": None, "content": steps.FIVE})
    assert back.json()["connection"] is None


def test_an_author_can_give_a_script_no_connection(as_author):
    new = {"name": "x", "content": steps.FIVE, "connection": "far"}
    refused(as_author.post("/api/sql_scripts/", new), 403, "not_allowed")


def test_an_unknown_connection_is_said_at_its_field(as_admin):
    new = {"name": "x", "content": steps.FIVE, "connection": "nowhere"}
    error = refused(as_admin.post("/api/sql_scripts/", new), 400, "connection_unknown")
    assert set(error["details"]["fields"]) == {"connection"}
