"""POST /api/connections/{id}/test: whether a connection works, and why it does not."""

import os
import socket
import threading

import pytest
from cryptography.fernet import Fernet
from django.conf import settings as configured
from django.db import connection as database
from psycopg2.extensions import parse_dsn

from tests.api.conftest import refused
from tests.api.connections.kept import ADDRESS, new

pytestmark = pytest.mark.django_db(transaction=True)


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
