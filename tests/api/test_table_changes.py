"""Rows of the tables of schema dq, changed by hand: by admins, through PostgreSQL's own judgement, and recorded."""

from urllib.parse import quote

import pytest

from dqx import sql
from dqx.audit.models import Entry
from reference_app.models import Rule
from tests.api.bad_rows import insert, row
from tests.api.conftest import refused

pytestmark = pytest.mark.django_db
PATH = "/api/tables/"
RULES = f"{PATH}rule_ref/data"


@pytest.fixture(autouse=True)
def things():
    """Tables of somebody's own, the second of which needs rows of the first."""
    sql.execute(
        "CREATE TABLE dq.things (id serial PRIMARY KEY, code varchar(5) UNIQUE, amount numeric(5, 2), born date, ok boolean NOT NULL,"
        " n int CHECK (n > 0), tags text[], more jsonb, k int, up text GENERATED ALWAYS AS (upper(code)) STORED);"
        " CREATE UNIQUE INDEX ON dq.things (k) WHERE ok; CREATE TABLE dq.parts (thing int REFERENCES dq.things, name text)"
    )


def add(api, **data):
    return api.post(f"{PATH}things/data", {"data": data})


def things_there():
    return sql.value("SELECT count(*) FROM dq.things")


def test_a_row_is_added_changed_and_deleted_and_all_of_it_is_on_record(as_admin):
    made = add(as_admin, code="a", amount=12.5, ok=True, tags=["x", 'q"\\,{', None], more={"a": [1, {}]})
    assert made.status_code == 201, made.content
    pk = made.json()["id"]
    assert made.json()["tags"] == ["x", 'q"\\,{', None]
    assert (made.json()["amount"], made.json()["up"], made.json()["more"]) == ("12.50", "A", {"a": [1, {}]})
    changed = as_admin.put(f"{PATH}things/data/{pk}?id_column=id", {"data": {"amount": None, "ok": False}})
    assert changed.status_code == 200, changed.content
    assert changed.json() == {**made.json(), "amount": None, "ok": False}
    assert as_admin.delete(f"{PATH}things/data/{pk}?id_column=id").status_code == 204
    assert things_there() == 0
    add_, change, delete = Entry.objects.order_by("id")
    assert [one.action for one in (add_, change, delete)] == [
        "tables.add_row",
        "tables.change_row",
        "tables.delete_row",
    ]
    assert {(one.actor_name, one.thing, one.key) for one in (add_, change, delete)} == {("ada", "dq.things", str(pk))}
    assert (change.before, change.after) == ({"amount": "12.50", "ok": True}, {"amount": None, "ok": False})
    assert (add_.before, delete.after) == (None, None)
    assert delete.before["code"] == "a"


@pytest.mark.parametrize(
    ("data", "column", "code"),
    [
        ({"code": "toolong", "ok": True}, "code", "value_misfit"),
        ({"amount": "1000.00", "ok": True}, "amount", "value_misfit"),
        ({"amount": "twelve", "ok": True}, "amount", "value_misfit"),
        ({"born": "2024-02-30", "ok": True}, "born", "value_misfit"),
        ({"ok": "perhaps"}, "ok", "value_misfit"),
        ({"ok": True, "n": 1.5}, "n", "value_misfit"),
        ({"ok": True, "n": 2**31}, "n", "value_misfit"),
        ({"ok": True, "n": [1]}, "n", "value_misfit"),
        ({"ok": True, "n": {}}, "n", "value_misfit"),
        ({"ok": True, "code": "a\0"}, "code", "value_misfit"),
        ({"ok": True, "code": "\ud800"}, "code", "value_misfit"),
        ({"ok": True, "more": {"a": "\0"}}, "more", "value_misfit"),
        ({"ok": True, "tags": [["a"], ["b", "c"]]}, "tags", "value_misfit"),
        ({"code": "a"}, "ok", "column_missing"),
        ({"ok": None}, "ok", "column_missing"),
        ({"ok": True, "colour": "red"}, "colour", "column_unknown"),
        ({"ok": True, "up": "A"}, "up", "column_generated"),
    ],
    ids=str,
)  # fmt: skip
def test_what_does_not_fit_is_a_400_that_names_the_column(as_admin, data, column, code):
    error = refused(add(as_admin, **data), 400, code)
    assert error["details"]["column"] == column
    assert column in error["message"]
    assert f"data.{column}" in error["details"]["fields"]
    assert things_there() == 0 and not Entry.objects.exists()


def test_a_rule_of_the_table_is_named(as_admin):
    assert "things_n_check" in refused(add(as_admin, ok=True, n=0), 400, "check_failed")["message"]


def test_a_key_that_is_taken_and_a_row_that_is_needed_are_conflicts(as_admin):
    pk = add(as_admin, code="a", ok=True).json()["id"]
    refused(add(as_admin, code="a", ok=True), 409, "row_taken")
    sql.execute(f"INSERT INTO dq.parts VALUES ({pk}, 'wheel')")
    refused(as_admin.delete(f"{PATH}things/data/{pk}"), 409, "row_tied")
    refused(as_admin.post(f"{PATH}parts/data", {"data": {"thing": 4711}}), 409, "row_tied")
    assert things_there() == 1


@pytest.mark.parametrize("pk", ["a/b c", "%", "é😀", "..", "a'b", "'; DROP TABLE dq.rule_ref; --", "1"])
def test_ids_are_of_any_type_and_characters(as_admin, pk):
    Rule.objects.create(rule_id=pk[:20], rule_name="x")
    address = f"{RULES}/{quote(pk[:20], safe='')}?id_column=rule_id"
    assert as_admin.put(address, {"data": {"rule_name": "y"}}).json()["rule_name"] == "y"
    assert as_admin.delete(address).status_code == 204
    assert not Rule.objects.exists()


def test_a_row_is_named_by_any_unique_column_and_by_no_other(as_admin):
    add(as_admin, code="a", ok=True, k=1)
    assert as_admin.put(f"{PATH}things/data/a?id_column=code", {"data": {"n": 5}}).json()["n"] == 5
    for column in ("k", "n", "up"):  # unique among some, not unique, not unique by itself
        error = refused(as_admin.delete(f"{PATH}things/data/1?id_column={column}"), 400, "id_column_not_unique")
        assert "id, code" in error["message"]
    refused(as_admin.delete(f"{PATH}things/data/1?id_column=nothing"), 400, "column_unknown")
    refused(as_admin.delete(f"{PATH}parts/data/1"), 400, "id_column_not_unique")
    assert things_there() == 1


@pytest.mark.parametrize("pk", ["4711", "abc", "99999999999999999999", "%00", ""])
def test_a_row_that_is_not_there_is_not_found(as_admin, pk):
    answer = as_admin.put(f"{PATH}things/data/{pk}?id_column=id", {"data": {"n": 1}})
    refused(answer, 404 if pk else 405, "row_not_found" if pk else "method_not_allowed")


def test_there_has_to_be_something_to_change(as_admin):
    pk = add(as_admin, ok=True).json()["id"]
    refused(as_admin.put(f"{PATH}things/data/{pk}", {"data": {}}), 400, "data_empty")
    assert set(refused(as_admin.put(f"{PATH}things/data/{pk}", {"row": {}}), 400, "invalid")["details"]["fields"]) == {
        "row",
        "data",
    }
    refused(as_admin.put(f"{PATH}things/data/{pk}", {"data": [1]}), 400, "invalid")


@pytest.mark.parametrize(
    "table",
    [
        "bad_detail",
        "bad_detail_events",
        "bad_detail_daily",
        "dq_runs",
        "dq_sql_scripts",
        "dq_schedules",
        "dq_script_scope",
    ],
)
def test_what_is_kept_by_operations_is_not_changed_by_hand(as_admin, table):
    insert(row())
    code = "bad_rows_are_published" if table.startswith("bad") or table.endswith("scope") else "table_is_kept"
    refused(as_admin.post(f"{PATH}{table}/data", {"data": {}}), 409, code)
    refused(as_admin.put(f"{PATH}{table}/data/1?id_column=id", {"data": {"id": 2}}), 409, code)
    refused(as_admin.delete(f"{PATH}{table}/data/u1?id_column=source_uid"), 409, code)
    assert sql.value("SELECT count(*) FROM dq.bad_detail") == 1


def test_no_secret_is_written_or_read(as_admin):
    refused(as_admin.post(f"{PATH}users/data", {"data": {}}), 404, "table_not_found")
    refused(as_admin.delete(f"{PATH}users/data/1"), 404, "table_not_found")


def test_numbers_lose_no_digit_on_their_way_in(as_admin):
    sql.execute("CREATE TABLE dq.exact (id int PRIMARY KEY, n numeric)")
    body = '{"data": {"id": 1, "n": 0.12345678901234567890123}}'
    made = as_admin.client.generic(
        "POST", f"{PATH}exact/data", body, content_type="application/json", headers=as_admin.headers
    )
    assert made.json()["n"] == "0.12345678901234567890123"


def test_others_may_not(as_publisher):
    for method, address in (("POST", RULES), ("PUT", f"{RULES}/R1"), ("DELETE", f"{RULES}/R1")):
        refused(as_publisher.send(method, address, {"data": {}} if method != "DELETE" else None), 403, "not_allowed")


def test_the_log_is_read_by_admins_in_pages(as_admin, as_publisher):
    for n in range(3):
        add(as_admin, ok=True, n=n + 1)
    as_admin.post(RULES, {"data": {"rule_id": "R9", "rule_name": "x", "description": ""}})
    page = as_admin.get("/api/audit/?page_size=2").json()
    assert [one["thing"] for one in page["results"]] == ["dq.rule_ref", "dq.things"]
    assert page["results"][0]["after"]["rule_name"] == "x"
    rest = as_admin.get(page["next"].partition("testserver")[2]).json()
    assert (len(rest["results"]), rest["next"]) == (2, None)
    assert len(as_admin.get("/api/audit/?thing=dq.rule_ref&key=R9").json()["results"]) == 1
    refused(as_publisher.get("/api/audit"), 403, "not_allowed")
    refused(as_admin.delete("/api/audit"), 405, "method_not_allowed")
