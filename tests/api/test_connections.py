"""/api/connections/: kept, changed, tested and deleted; the password goes in and never comes out."""

import json
import os
import socket
import threading

import pytest
from cryptography.fernet import Fernet
from django.conf import settings as configured
from django.contrib.auth.models import AnonymousUser
from django.core.management import CommandError, call_command
from django.db import connection as database
from django.urls import reverse
from psycopg2.extensions import parse_dsn

from dqx import sql
from dqx.errors import NotAllowed, NotSignedIn
from dqx.users.roles import MATRIX
from scripts_app import scripts
from scripts_app.databases import connections, probe, reading, vault
from scripts_app.databases.details import Details
from scripts_app.models import Connection
from tests.api import elsewhere
from tests.api.conftest import refused, wrong_fields

pytestmark = pytest.mark.django_db(transaction=True)
FIELDS = {
    "id", "name", "host", "port", "dbname", "user", "sslmode", "runs_at_once", "has_password", "used_by", "script_names", "created_at",
    "updated_at",
}  # fmt: skip
GIVEN = {
    "name": "wh",
    "host": "127.0.0.1",
    "port": 5432,
    "dbname": "d",
    "user": "u",
    "password": "S3CRET",
    "sslmode": "prefer",
    "runs_at_once": 4,
}
ADDRESS = "/api/connections/"


@pytest.fixture(autouse=True)
def key(settings):
    settings.ENCRYPTION_KEYS = [elsewhere.KEY]


@pytest.fixture(scope="module")
def there(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), elsewhere.database() as found:
        yield found


def new(api, **changes):
    answer = api.post(ADDRESS, {**GIVEN, **changes})
    assert answer.status_code == 201, answer.content
    return answer.json()


def kept_password(pk):
    return vault.decrypt(bytes(Connection.objects.get(pk=pk).secret))


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


# --- Who may ------------------------------------------------------------------------------------------------------------


def test_connections_are_for_admins(as_admin, as_publisher, as_nobody):
    pk = new(as_admin)["id"]
    calls = [
        ("GET", "", None),
        ("POST", "", GIVEN),
        *((m, pk, {} if m != "GET" else None) for m in ("GET", "PUT", "PATCH", "DELETE")),
        ("POST", f"{pk}/test", {}),
    ]
    for method, place, body in calls:
        refused(as_publisher.send(method, f"{ADDRESS}{place}", body if method != "PUT" else GIVEN), 403, "not_allowed")
        refused(as_nobody.send(method, f"{ADDRESS}{place}", body), 401, "not_signed_in")
    assert Connection.objects.count() == 1


OPERATIONS = {
    "scripts.view_connection": lambda actor, pk: (connections.listed(actor=actor), connections.get(pk, actor=actor)),
    "scripts.add_connection": lambda actor, pk: connections.create(actor=actor, name="n", host="127.0.0.1", dbname="d", username="u"),
    "scripts.change_connection": lambda actor, pk: connections.update(pk, actor=actor, name="n"),
    "scripts.delete_connection": lambda actor, pk: connections.delete(pk, actor=actor),
    "scripts.test_connection": lambda actor, pk: probe.test_connection(pk, actor=actor),
    "scripts.use_connection": lambda actor, pk: reading.choose("wh", actor=actor),
    "scripts.enter_connection": lambda actor, pk: reading.choose(Details("127.0.0.1", 1, "d", "u", ""), actor=actor),
}  # fmt: skip


@pytest.mark.parametrize("action", OPERATIONS)
def test_an_operation_asks_by_itself(as_admin, admin, monkeypatch, action):
    pk = new(as_admin)["id"]
    before = list(Connection.objects.values())
    for nobody in (None, AnonymousUser()):
        with pytest.raises(NotSignedIn):
            OPERATIONS[action](nobody, pk)
    monkeypatch.delitem(MATRIX, action)
    with pytest.raises(NotAllowed):
        OPERATIONS[action](admin, pk)
    assert list(Connection.objects.values()) == before


# --- The test of a connection ---------------------------------------------------------------------------------------------


def tried(api, **given):
    one = new(api, **given)
    answer = api.post(f"{ADDRESS}{one['id']}/test")
    assert answer.status_code == 200, answer.content
    assert b"S3CRET" not in answer.content
    return answer.json()


def test_a_connection_that_works(as_admin, there):
    told = tried(as_admin, **there.details)
    assert told["ok"] and told["code"] is None and told["message"] is None, told
    assert (told["database"], told["user"]) == (there.dbname, there.user)
    assert (told["is_superuser"], told["can_write"]) == (False, True)  # it owns the database
    assert told["server_version"][0].isdigit() and told["latency_ms"] > 0


def test_the_runner_can_not_write(as_admin):
    runner = configured.RUNNER_DATABASE
    told = tried(
        as_admin, host=runner["HOST"], port=int(runner["PORT"]), dbname=database.settings_dict["NAME"],
        user=runner["USER"], password=runner["PASSWORD"],
    )  # fmt: skip
    assert (told["ok"], told["can_write"], told["is_superuser"]) == (True, False, False)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"password": "S3CRET-wrong"}, "login_refused"),
        ({"user": "nobody"}, "login_refused"),
        ({"password": ""}, "login_refused"),
        ({"dbname": "nowhere"}, "database_unknown"),
        ({"port": 1}, "refused"),
        ({"host": "nothing.invalid"}, "name_unknown"),
        ({"sslmode": "require"}, "tls_failed"),
        ({"sslmode": "verify-full"}, "tls_failed"),
    ],
)
def test_a_connection_that_does_not_work_says_why(as_admin, there, changes, code):
    told = tried(as_admin, **{**there.details, **changes})
    assert (told["ok"], told["code"]) == (False, code), told
    assert len(told["message"]) > 20 and told["server_version"] is None


def test_what_answers_is_no_postgresql(as_admin):
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=lambda: server.accept()[0].sendall(b"SSH-2.0-OpenSSH\r\n"), daemon=True).start()
        told = tried(as_admin, port=server.getsockname()[1], sslmode="disable")
    assert (told["ok"], told["code"]) == (False, "not_postgresql"), told


def test_a_host_that_is_no_longer_allowed_and_a_key_that_is_gone(as_admin, settings):
    one = new(as_admin)
    settings.ALLOWED_DATABASE_HOSTS = ["db.example.org"]
    assert as_admin.post(f"{ADDRESS}{one['id']}/test").json()["code"] == "host_not_allowed"
    settings.ALLOWED_DATABASE_HOSTS, settings.ENCRYPTION_KEYS = [], [Fernet.generate_key().decode()]
    assert as_admin.post(f"{ADDRESS}{one['id']}/test").json()["code"] == "secret_unreadable"


@pytest.mark.parametrize("login", ["owner", "superuser"])
def test_a_login_that_reads_our_passwords_is_not_used(as_admin, login):
    """Not of this DQX and of no other: authors could look around with it."""
    owner = database.settings_dict
    given = {"host": owner["HOST"], "port": int(owner["PORT"]), "dbname": owner["NAME"]}
    if login == "owner":
        given |= {"user": owner["USER"], "password": owner["PASSWORD"]}
    else:
        admin = parse_dsn(os.environ["DQX_TEST_ADMIN_URL"])
        given |= {"user": admin["user"], "password": admin["password"]}
    told = tried(as_admin, **given)
    assert (told["ok"], told["code"]) == (False, "login_reads_secrets"), told
    refused(as_admin.post("/api/query/", {"query": "SELECT 1", "connection": "wh"}), 409, "login_reads_secrets")


# --- Keys ---------------------------------------------------------------------------------------------------------------


def test_keys_are_rotated(as_admin, admin, settings, capsys):
    old, new_key = elsewhere.KEY, Fernet.generate_key().decode()
    pks = [new(as_admin, name=name, password=f"S3CRET-{name}")["id"] for name in ("a", "b")]
    new(as_admin, name="none", password="")
    settings.ENCRYPTION_KEYS = [new_key, old]
    call_command("rotate_connection_secrets")
    assert "2 encrypted" in capsys.readouterr().out
    settings.ENCRYPTION_KEYS = [new_key]
    assert [kept_password(pk) for pk in pks] == ["S3CRET-a", "S3CRET-b"]


def test_a_password_that_no_key_opens_is_named_and_the_others_are_rotated(as_admin, settings):
    new(as_admin, name="lost")
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    kept = new(as_admin, name="kept")["id"]
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode(), *settings.ENCRYPTION_KEYS]
    with pytest.raises(CommandError, match="lost"):
        call_command("rotate_connection_secrets")
    settings.ENCRYPTION_KEYS = settings.ENCRYPTION_KEYS[:1]
    assert kept_password(kept) == "S3CRET"


# --- The admin ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def browse(client, admin):
    client.force_login(admin, backend="dqx.users.hashers.SameWorkBackend")
    return client


def form(**changes):
    given = {**GIVEN, "password": "", **changes}
    return {"username" if name == "user" else name: value for name, value in given.items()}


def test_the_admin_keeps_the_password_where_it_belongs(as_admin, browse):
    pk = new(as_admin)["id"]
    page = reverse("admin:scripts_connection_change", args=[pk])
    answer = browse.post(page, form(host="127.0.0.2"))
    assert answer.status_code == 200 and "Enter it again" in answer.content.decode()
    assert Connection.objects.get().host == "127.0.0.1"
    assert browse.post(page, form(name="renamed")).status_code == 302
    assert (Connection.objects.get().name, kept_password(pk)) == ("renamed", "S3CRET")
    assert browse.post(page, form(host="127.0.0.2", password="NEW")).status_code == 302
    assert kept_password(pk) == "NEW"


def test_the_admin_refuses_a_host(browse):
    answer = browse.post(reverse("admin:scripts_connection_add"), form(host="169.254.169.254"))
    assert answer.status_code == 200 and "link-local" in answer.content.decode()
    assert not Connection.objects.exists()


def test_the_admin_tests_and_deletes(as_admin, admin, browse, there):
    new(as_admin, **there.details)
    bad = new(as_admin, name="bad", port=1)["id"]
    page = reverse("admin:scripts_connection_changelist")
    every = [one.pk for one in Connection.objects.all()]
    answer = browse.post(page, {"action": "test_selected", "_selected_action": every}, follow=True).content.decode()
    assert "PostgreSQL " in answer and "nothing listens" in answer and "S3CRET" not in answer
    scripts.create(actor=admin, name="far", content=elsewhere.SCRIPT, connection=Connection.objects.get(name="wh"))
    browse.post(reverse("admin:scripts_connection_delete", args=[bad]), {"post": "yes"})
    assert [one.name for one in Connection.objects.all()] == ["wh"]


def test_the_tables_hold_no_password(as_admin):
    new(as_admin)
    dumped = json.dumps(sql.rows("SELECT * FROM dq.dq_connections"), default=bytes_or_text)
    assert "S3CRET" not in dumped


def bytes_or_text(value):
    return bytes(value).decode("latin-1") if isinstance(value, memoryview) else str(value)
