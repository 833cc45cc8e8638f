"""/api/connections/: made, listed, changed and deleted; the password goes in and never comes out."""

import json

import pytest

from dqx import sql
from scripts_app import scripts
from scripts_app.databases import vault
from scripts_app.models import Connection
from tests.api import elsewhere
from tests.api.conftest import refused, wrong_fields
from tests.api.connections.kept import ADDRESS, GIVEN, kept_password, new

pytestmark = pytest.mark.django_db(transaction=True)
FIELDS = {
    "id", "name", "host", "port", "dbname", "user", "sslmode", "runs_at_once", "has_password", "used_by", "script_names", "created_at",
    "updated_at",
}  # fmt: skip


def test_a_connection_is_made_and_told_without_its_password(as_admin):
    answer = as_admin.post(ADDRESS, GIVEN)
    assert answer.status_code == 201
    body = answer.json()
    assert set(body) == FIELDS
    assert answer["Location"] == f"{ADDRESS}{body['id']}/"
    told = {name: body[name] for name in (*GIVEN, "has_password", "used_by") if name != "password"}
    assert told == {**{k: v for k, v in GIVEN.items() if k != "password"}, "has_password": True, "used_by": 0}
    assert as_admin.get(answer["Location"]).json() == body
    assert as_admin.get(ADDRESS).json() == [body]
    secret = bytes(Connection.objects.get().secret)
    assert b"S3CRET" not in secret and vault.decrypt(secret) == "S3CRET"
    for told in (answer, as_admin.get(ADDRESS), as_admin.get(answer["Location"])):
        assert b"S3CRET" not in told.content and secret not in told.content


def test_defaults(as_admin):
    answer = as_admin.post(ADDRESS, {"name": "wh", "host": "127.0.0.1", "dbname": "d", "user": "u"})
    assert (answer.json()["port"], answer.json()["sslmode"], answer.json()["has_password"]) == (5432, "prefer", False)


def test_the_list_is_by_name_and_in_pages(as_admin):
    for name in ("c", "a", "b"):
        new(as_admin, name=name)
    assert [one["name"] for one in as_admin.get(ADDRESS).json()] == ["a", "b", "c"]
    page = as_admin.get(f"{ADDRESS}?page_size=2")
    assert [one["name"] for one in page.json()] == ["a", "b"] and 'rel="next"' in page["Link"]


def test_what_is_wrong_is_told_by_field(as_admin):
    assert wrong_fields(as_admin.post(ADDRESS, {})) == {"name", "host", "dbname", "user"}
    wrong = {"port": 70000, "sslmode": "sometimes", "username": "x", "secret": "x"}
    assert wrong_fields(as_admin.post(ADDRESS, {**GIVEN, **wrong})) == set(wrong)
    for field, value in (("name", " "), ("dbname", "a\nb"), ("user", "\x01")):
        answer = as_admin.post(ADDRESS, {**GIVEN, field: value})
        assert set(answer.json()["error"]["details"]["fields"]) == {field}, answer.content
    refused(as_admin.post(ADDRESS, {**GIVEN, "host": "/run/postgresql"}), 400, "host_malformed")
    error = refused(as_admin.post(ADDRESS, {**GIVEN, "host": "169.254.169.254"}), 400, "host_refused")
    assert set(error["details"]["fields"]) == {"host"}
    assert not Connection.objects.exists()


def test_a_taken_name_is_a_conflict(as_admin):
    new(as_admin)
    other = new(as_admin, name="other")
    refused(as_admin.post(ADDRESS, GIVEN), 409, "connection_name_taken")
    refused(as_admin.patch(f"{ADDRESS}{other['id']}", {"name": " wh "}), 409, "connection_name_taken")
    assert sorted(Connection.objects.values_list("name", flat=True)) == ["other", "wh"]


def test_without_a_key_no_password_is_kept(as_admin, settings):
    settings.ENCRYPTION_KEYS = []
    refused(as_admin.post(ADDRESS, GIVEN), 400, "encryption_key_missing")
    assert not new(as_admin, password="")["has_password"]


# --- Changes ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes", [{"name": "x"}, {"dbname": "x"}, {"password": ""}, {"sslmode": "verify-full"}, {"host": "127.0.0.1"}, {}]
)
def test_a_password_that_is_not_given_is_kept(as_admin, changes):
    pk = new(as_admin)["id"]
    answer = as_admin.patch(f"{ADDRESS}{pk}", changes)
    assert answer.status_code == 200, answer.content
    assert answer.json()["has_password"] and kept_password(pk) == "S3CRET"
    assert {name: answer.json()[name] for name in changes if name != "password"} == {
        name: value for name, value in changes.items() if name != "password"
    }


def test_how_many_runs_read_it_at_once_is_a_number_from_1_to_100(as_admin):
    one = new(as_admin, runs_at_once=7)
    assert one["runs_at_once"] == 7
    for wrong in (0, 101, "x", None):
        answer = as_admin.patch(f"/api/connections/{one['id']}/", {"runs_at_once": wrong})
        assert (answer.status_code, list(answer.json()["error"]["details"]["fields"])) == (400, ["runs_at_once"]), wrong
    assert as_admin.get(f"/api/connections/{one['id']}/").json()["runs_at_once"] == 7


@pytest.mark.parametrize("changes", [{"host": "127.0.0.2"}, {"port": 5433}, {"user": "x"}, {"sslmode": "disable"}])
@pytest.mark.parametrize("password", [{}, {"password": ""}])
def test_a_kept_password_does_not_go_to_another_server(as_admin, changes, password):
    one = new(as_admin)
    path = f"{ADDRESS}{one['id']}"
    refused(as_admin.patch(path, {**changes, **password}), 400, "password_needed")
    whole = {name: value for name, value in GIVEN.items() if name != "password"} | changes | password
    refused(as_admin.put(path, whole), 400, "password_needed")
    assert as_admin.get(path).json() == one
    answer = as_admin.patch(path, {**changes, "password": "NEW"})
    assert answer.status_code == 200 and kept_password(one["id"]) == "NEW"


def test_a_password_is_forgotten_by_null(as_admin):
    one = new(as_admin)
    answer = as_admin.patch(f"{ADDRESS}{one['id']}", {"host": "127.0.0.2", "password": None})
    assert (answer.status_code, answer.json()["has_password"]) == (200, False)
    assert as_admin.patch(f"{ADDRESS}{one['id']}", {"host": "127.0.0.3"}).status_code == 200


def test_put_replaces_everything_but_the_password(as_admin):
    one = new(as_admin, sslmode="disable")
    answer = as_admin.put(f"{ADDRESS}{one['id']}", {"name": "n", "host": "127.0.0.1", "dbname": "e", "user": "u"})
    assert answer.status_code == 200, answer.content
    assert (answer.json()["sslmode"], answer.json()["has_password"]) == ("prefer", True)
    assert wrong_fields(as_admin.put(f"{ADDRESS}{one['id']}", {"name": "n"})) == {"host", "dbname", "user"}


def test_what_is_not_there(as_admin):
    for method, more in (("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/test")):
        refused(
            as_admin.send(method, f"{ADDRESS}4711{more}", {} if method != "GET" else None), 404, "connection_not_found"
        )


def test_a_connection_that_scripts_read_stays(as_admin, admin, there):
    one = new(as_admin, **there.details)
    script = scripts.create(actor=admin, name="far", content=elsewhere.SCRIPT, connection=Connection.objects.get())
    assert as_admin.get(f"{ADDRESS}{one['id']}").json()["used_by"] == 1
    error = refused(as_admin.delete(f"{ADDRESS}{one['id']}"), 409, "connection_in_use")
    assert (error["details"]["scripts"], "'far'" in error["message"]) == (["far"], True)
    scripts.delete(script.pk, actor=admin)
    assert as_admin.delete(f"{ADDRESS}{one['id']}").status_code == 204
    refused(as_admin.delete(f"{ADDRESS}{one['id']}"), 404, "connection_not_found")


def test_the_tables_hold_no_password(as_admin):
    new(as_admin)
    dumped = json.dumps(sql.rows("SELECT * FROM dq.dq_connections"), default=bytes_or_text)
    assert "S3CRET" not in dumped


def bytes_or_text(value):
    return bytes(value).decode("latin-1") if isinstance(value, memoryview) else str(value)
