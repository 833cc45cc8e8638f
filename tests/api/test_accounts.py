"""Signing up and out, one's own password, and what a failed sign-in tells by the work it makes."""

import threading

import bcrypt
import pytest
from django.contrib.auth.hashers import BCryptPasswordHasher, PBKDF2PasswordHasher
from django.db import connections
from django.test import Client

from dqx.audit.models import Entry
from dqx.errors import NotSignedIn
from dqx.users import accounts, hashers
from dqx.users.models import User
from tests.api.conftest import Api, refused, wrong_fields
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db
NEW = {"username": "nora", "email": "nora@example.org", "password": "a quiet lighthouse"}
BACKEND = "dqx.users.hashers.SameWorkBackend"


@pytest.fixture
def open_to_all(settings):
    settings.REGISTRATION_OPEN = True


def register(api, **changes):
    return api.post("/api/auth/register", {**NEW, **changes})


def login(api, username, password=PASSWORD):
    return api.post("/api/auth/login", {"username": username, "password": password})


# --- Signing up -----------------------------------------------------------------------------------------------------------


def test_one_who_signs_up_is_a_viewer(as_nobody, open_to_all):
    answer = register(as_nobody)
    assert answer.status_code == 201, answer.content
    assert (answer.json()["username"], answer.json()["role"]) == ("nora", "viewer")
    assert NEW["password"] not in answer.content.decode()
    assert login(as_nobody, "nora", NEW["password"]).status_code == 200
    assert User.objects.get().password.startswith("pbkdf2_sha256$")
    assert Entry.objects.get().after == {
        "username": "nora", "email": "nora@example.org", "role": "viewer", "is_superuser": False, "is_active": True
    }  # fmt: skip


def test_where_it_is_closed_nobody_signs_up(as_nobody, settings):
    settings.REGISTRATION_OPEN = False
    refused(register(as_nobody), 403, "registration_closed")
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("changes", "status", "code", "field"),
    [
        ({"username": "vera"}, 409, "username_taken", "username"),
        ({"email": "Vera@example.org"}, 409, "email_taken", "email"),
        ({"username": "a b"}, 400, "username_invalid", "username"),
        ({"password": "password"}, 400, "password_too_weak", "password"),
        ({"password": "12345678901"}, 400, "password_too_weak", "password"),
        ({"password": "nora@example"}, 400, "password_too_weak", "password"),
        ({"email": "nowhere"}, 400, "invalid", "email"),
        ({"role": "admin"}, 400, "invalid", "role"),
        ({"username": "v\ufeffera\0"}, 400, "invalid", "username"),
        ({"password": "x" * 5000}, 400, "invalid", "password"),
    ],
)
def test_what_will_not_do_is_told_by_field(as_nobody, viewer, open_to_all, changes, status, code, field):
    assert field in refused(register(as_nobody, **changes), status, code)["details"]["fields"]
    assert User.objects.count() == 1


def test_names_are_kept_in_one_form(as_nobody, open_to_all):
    assert register(as_nobody, username="ﬁona").json()["username"] == "fiona"
    refused(register(as_nobody, username="fiona", email="f@example.org"), 409, "username_taken")
    assert login(as_nobody, "ﬁona", NEW["password"]).status_code == 200


def test_sign_ups_from_one_address_are_limited(as_nobody, open_to_all, settings):
    settings.SIGN_UPS_AN_HOUR = 2
    for _ in range(2):
        register(as_nobody, password="short")
    answer = register(as_nobody)
    refused(answer, 429, "too_many")
    assert int(answer["Retry-After"]) > 0
    assert not User.objects.exists()


# --- Signing out ----------------------------------------------------------------------------------------------------------


def test_one_who_signed_out_gets_no_more_tokens(as_nobody, viewer):
    pair = accounts.tokens_for(viewer)
    for _ in range(2):
        assert as_nobody.post("/api/auth/logout", {"refresh": pair["refresh"]}).status_code == 204
    refused(as_nobody.post("/api/auth/refresh", {"refresh": pair["refresh"]}), 401, "token_not_valid")
    other = accounts.tokens_for(viewer)
    assert as_nobody.post("/api/auth/refresh", {"refresh": other["refresh"]}).status_code == 200


@pytest.mark.parametrize("token", ["x", "a.b.c"])
def test_what_is_no_token_signs_nobody_out(as_nobody, token):
    refused(as_nobody.post("/api/auth/logout", {"refresh": token}), 401, "token_not_valid")


def test_an_access_token_can_not_be_ended_as_if_it_were_the_other(as_nobody, viewer):
    refused(
        as_nobody.post("/api/auth/logout", {"refresh": accounts.tokens_for(viewer)["access"]}), 401, "token_not_valid"
    )


@pytest.mark.django_db(transaction=True)
def test_of_two_who_use_a_refresh_token_at_once_one_gets_tokens(viewer):
    refresh, gate, ended = accounts.tokens_for(viewer)["refresh"], threading.Barrier(4), []

    def renew():
        gate.wait()
        try:
            ended.append(accounts.renew(refresh))
        except NotSignedIn:
            ended.append(None)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=renew) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(ended) == 4 and len([pair for pair in ended if pair]) == 1


# --- One's own password ---------------------------------------------------------------------------------------------------


def test_a_new_password_ends_everything_else(viewer):
    here, there = Client(), Client()
    for client in (here, there):
        client.force_login(viewer, BACKEND)
    pair, api = accounts.tokens_for(viewer), Api(viewer)
    body = {"data": {"old_password": PASSWORD, "new_password": NEW["password"]}, "content_type": "application/json"}
    answer = here.post("/api/auth/me/password", **body)
    assert answer.status_code == 200 and set(answer.json()) == {"access", "refresh"}
    assert here.get("/api/auth/me").status_code == 200
    refused(there.get("/api/auth/me"), 401, "not_signed_in")
    refused(api.get("/api/auth/me"), 401, "token_not_valid")
    refused(Api().post("/api/auth/refresh", {"refresh": pair["refresh"]}), 401, "token_not_valid")
    headers = {"Authorization": f"Bearer {answer.json()['access']}"}
    assert Client().get("/api/auth/me", headers=headers).status_code == 200
    refused(login(Api(), "vera"), 401, "wrong_credentials")
    assert login(Api(), "vera", NEW["password"]).status_code == 200


def change(api, old=PASSWORD, new=NEW["password"]):
    return api.post("/api/auth/me/password", {"old_password": old, "new_password": new})


def test_the_old_password_is_needed_and_not_guessed(as_viewer, viewer, settings):
    settings.AXES_FAILURE_LIMIT = 2
    error = refused(change(as_viewer, old="wrong"), 400, "wrong_password")
    assert set(error["details"]["fields"]) == {"old_password"}
    refused(change(as_viewer, old="wrong"), 429, "too_many")
    refused(change(as_viewer), 429, "too_many")
    viewer.refresh_from_db()
    assert viewer.check_password(PASSWORD)


def test_a_new_password_that_is_weak_is_refused(as_viewer):
    assert set(refused(change(as_viewer, new="vera"), 400, "password_too_weak")["details"]["fields"]) == {
        "new_password"
    }


def test_nobody_has_no_password(as_nobody):
    refused(change(as_nobody), 401, "not_signed_in")
    assert wrong_fields(as_nobody.post("/api/auth/refresh", {})) == {"refresh"}


# --- Passwords of an older DQX --------------------------------------------------------------------------------------------


def give_old_hash(user, password, prefix=b"2b"):
    hashed = bcrypt.hashpw(password.encode()[:72], bcrypt.gensalt(4)).replace(b"$2b$", b"$" + prefix + b"$", 1)
    User.objects.filter(pk=user.pk).update(password=f"bcrypt${hashed.decode()}")


@pytest.mark.parametrize("prefix", [b"2b", b"2a", b"2y"])
@pytest.mark.parametrize("password", [PASSWORD, "é" * 60])
def test_an_old_hash_verifies_and_is_upgraded(as_nobody, viewer, password, prefix):
    give_old_hash(viewer, password, prefix)
    refused(login(as_nobody, "vera", "wrong"), 401, "wrong_credentials")
    refused(login(as_nobody, "vera", "x" * 100), 401, "wrong_credentials")
    assert login(as_nobody, "vera", password).status_code == 200
    viewer.refresh_from_db()
    assert viewer.password.startswith("pbkdf2_sha256$")


@pytest.fixture
def work(monkeypatch):
    """What is hashed, and how often: counted where it happens, and done."""
    done = []

    def counted(name, original):
        def count(self, *given, **more):
            done.append(name)
            return original(self, *given, **more)

        return count

    monkeypatch.setattr(PBKDF2PasswordHasher, "encode", counted("pbkdf2", PBKDF2PasswordHasher.encode))
    real = bcrypt.hashpw
    monkeypatch.setattr(hashers.bcrypt, "hashpw", lambda *given: (done.append("bcrypt"), real(*given))[1])
    monkeypatch.setattr(BCryptPasswordHasher, "harden_runtime", lambda *_: None)
    return done


def test_a_failure_makes_the_same_work_whoever_is_meant(as_nobody, viewer, make_user, work):
    def failed(name):
        work.clear()
        refused(login(as_nobody, name, "wrong"), 401, "wrong_credentials")
        return sorted(work)

    make_user("gone", is_active=False)
    assert failed("vera") == failed("gone") == failed("nobody") == ["pbkdf2"]
    give_old_hash(make_user("old"), PASSWORD)
    assert failed("vera") == failed("gone") == failed("nobody") == failed("old") == ["bcrypt", "pbkdf2"]
