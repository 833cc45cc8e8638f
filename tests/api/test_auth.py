"""Signing in, tokens, and one's own profile."""

from datetime import timedelta

import bcrypt
import pytest
from django.conf import settings
from django.test import Client
from rest_framework_simplejwt import tokens

from dqx.users import accounts
from dqx.users.models import User
from tests.api.conftest import Api, refused, wrong_fields

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"


def login(api, username, password=PASSWORD):
    return api.post("/api/auth/login", {"username": username, "password": password})


def test_login_answers_tokens_and_the_user(as_nobody, publisher):
    answer = login(as_nobody, "paula")
    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == {"access", "refresh", "user"}
    assert body["user"]["username"] == "paula"
    assert body["user"]["role"] == "publisher"
    assert "scripts.publish_script" in body["user"]["permissions"]
    assert "users.view_user" not in body["user"]["permissions"]
    assert body["user"]["last_login"] is not None
    assert PASSWORD not in answer.content.decode()
    assert publisher.password not in answer.content.decode()
    assert not answer.cookies  # no session for somebody who asked for tokens


def test_the_access_token_opens_the_api(as_nobody, viewer):
    token = login(as_nobody, "vera").json()["access"]
    answer = Client().get("/api/auth/me", headers={"Authorization": f"Bearer {token}"})
    assert answer.json()["username"] == "vera"


def test_unknown_user_wrong_password_and_inactive_get_the_same_words(as_nobody, viewer, make_user):
    make_user("gone", is_active=False)
    answers = [login(as_nobody, "nobody"), login(as_nobody, "vera", "wrong"), login(as_nobody, "gone")]
    bodies = [refused(answer, 401, "wrong_credentials") for answer in answers]
    assert bodies[0] == bodies[1] == bodies[2]
    assert all(answer["WWW-Authenticate"].startswith("Bearer") for answer in answers)


def test_too_many_failures_are_429_even_with_the_right_password(as_nobody, viewer, settings):
    settings.AXES_FAILURE_LIMIT = 3
    for _ in range(2):
        refused(login(as_nobody, "vera", "wrong"), 401, "wrong_credentials")
    refused(login(as_nobody, "vera", "wrong"), 429, "too_many")
    refused(login(as_nobody, "vera"), 429, "too_many")


def test_the_lock_tells_nothing_of_whether_the_name_is_known(as_nobody, viewer, settings):
    settings.AXES_FAILURE_LIMIT = 2
    known = [login(as_nobody, "vera", "wrong").json() for _ in range(3)]
    unknown = [login(as_nobody, "nobody", "wrong").json() for _ in range(3)]
    assert known == unknown


def test_a_success_forgets_the_failures(as_nobody, viewer, settings):
    settings.AXES_FAILURE_LIMIT = 3
    for _ in range(2):
        login(as_nobody, "vera", "wrong")
    assert login(as_nobody, "vera").status_code == 200
    refused(login(as_nobody, "vera", "wrong"), 401, "wrong_credentials")


def test_a_hash_of_an_older_dqx_is_upgraded_by_signing_in(as_nobody, viewer):
    old = "bcrypt$" + bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()
    User.objects.filter(pk=viewer.pk).update(password=old)
    answer = login(as_nobody, "vera")
    viewer.refresh_from_db()
    assert viewer.password.startswith("pbkdf2_sha256$")
    me = Client().get("/api/auth/me", headers={"Authorization": f"Bearer {answer.json()['access']}"})
    assert me.status_code == 200


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({}, {"username", "password"}),
        ({"username": "vera"}, {"password"}),
        ({"username": ["vera"], "password": 5}, {"username", "password"}),
        ({"username": "ve\x00ra", "password": "x"}, {"username"}),
        ({"username": "\ud800", "password": "x"}, {"username"}),
        ({"username": "v" * 300, "password": "x"}, {"username"}),
        ({"username": "vera", "password": "x", "remember": True}, {"remember"}),
    ],
)
def test_a_malformed_login_is_400_by_field(as_nobody, body, wrong):
    assert wrong_fields(as_nobody.post("/api/auth/login", body)) == wrong


def test_refresh_gives_new_tokens_once(as_nobody, viewer):
    pair = accounts.tokens_for(viewer)
    answer = as_nobody.post("/api/auth/refresh", {"refresh": pair["refresh"]})
    assert answer.status_code == 200
    assert set(answer.json()) == {"access", "refresh"}
    headers = {"Authorization": f"Bearer {answer.json()['access']}"}
    assert Client().get("/api/auth/me", headers=headers).json()["username"] == "vera"
    refused(as_nobody.post("/api/auth/refresh", {"refresh": pair["refresh"]}), 401, "token_not_valid")
    assert as_nobody.post("/api/auth/refresh", {"refresh": answer.json()["refresh"]}).status_code == 200


@pytest.mark.parametrize("token", ["", "nonsense", "a.b.c", "\u00e9\u00e9.\u00e9.\u00e9"])
def test_a_damaged_refresh_token_is_refused(as_nobody, token):
    answer = as_nobody.post("/api/auth/refresh", {"refresh": token})
    if token:
        assert refused(answer, 401, "token_not_valid")
        assert "WWW-Authenticate" in answer
    else:
        assert wrong_fields(answer) == {"refresh"}


def test_an_access_token_does_not_refresh_and_a_refresh_token_does_not_open(as_nobody, viewer):
    pair = accounts.tokens_for(viewer)
    refused(as_nobody.post("/api/auth/refresh", {"refresh": pair["access"]}), 401, "token_not_valid")
    refused(
        Client().get("/api/auth/me", headers={"Authorization": f"Bearer {pair['refresh']}"}), 401, "token_not_valid"
    )


def ends_with(user, change):
    """What two tokens answer after a change of their owner."""
    pair, api = accounts.tokens_for(user), Api(user)
    assert api.get("/api/auth/me").status_code == 200
    change()
    return api.get("/api/auth/me"), Api().post("/api/auth/refresh", {"refresh": pair["refresh"]})


@pytest.mark.parametrize(("seconds", "status"), [(20, 200), (-20, 200), (60, 401), (-60, 401)])
def test_a_token_of_a_machine_whose_clock_differs_a_little_is_good(viewer, monkeypatch, seconds, status):
    """Ahead, its time has not come yet here; behind, it has just expired."""
    made_at = tokens.aware_utcnow() + timedelta(seconds=seconds)
    if seconds < 0:
        made_at -= settings.SIMPLE_JWT["ACCESS_TOKEN_LIFETIME"]
    with monkeypatch.context() as there:
        there.setattr(tokens, "aware_utcnow", lambda: made_at)
        api = Api(viewer)
    assert api.get("/api/auth/me").status_code == status


def test_tokens_of_somebody_deactivated_stop(viewer):
    for answer in ends_with(viewer, lambda: User.objects.filter(pk=viewer.pk).update(is_active=False)):
        refused(answer, 401, "token_not_valid")


def test_a_new_password_ends_the_tokens(viewer):
    def change():
        viewer.set_password("another horse")
        viewer.save()

    for answer in ends_with(viewer, change):
        refused(answer, 401, "token_not_valid")


def test_tokens_of_somebody_deleted_stop(viewer):
    for answer in ends_with(viewer, lambda: User.objects.filter(pk=viewer.pk).delete()):
        refused(answer, 401, "token_not_valid")


def test_a_role_that_was_taken_away_counts_at_once(author):
    api = Api(author)
    assert api.get("/api/auth/me").json()["role"] == "author"
    User.objects.filter(pk=author.pk).update(role="viewer")
    assert api.get("/api/auth/me").json()["role"] == "viewer"


@pytest.mark.parametrize("header", ["Bearer", "Bearer a b", "Bearer x", "Bearer \xff", "Token abc", "Basic dmVyYTp4"])
def test_an_authorization_that_is_none_is_401(as_nobody, header):
    answer = Client().get("/api/auth/me", headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert set(answer.json()) == {"error"}


def test_me_needs_somebody(as_nobody):
    answer = as_nobody.get("/api/auth/me")
    refused(answer, 401, "not_signed_in")
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_me_shows_the_profile(as_admin, admin):
    body = as_admin.get("/api/auth/me").json()
    assert set(body) == {"id", "username", "email", "role", "permissions", "is_active", "created_at", "last_login"}
    assert (body["id"], body["username"], body["email"], body["role"]) == (admin.pk, "ada", "ada@example.org", "admin")


def test_me_changes_the_address(as_viewer, viewer):
    answer = as_viewer.patch("/api/auth/me", {"email": "new@Example.ORG"})
    assert answer.json()["email"] == "new@example.org"
    viewer.refresh_from_db()
    assert viewer.email == "new@example.org"


def test_an_empty_change_changes_nothing(as_viewer):
    assert as_viewer.patch("/api/auth/me", {}).json()["email"] == "vera@example.org"


def test_an_address_that_is_taken_is_409(as_viewer, author, viewer):
    error = refused(as_viewer.patch("/api/auth/me", {"email": author.email}), 409, "email_taken")
    assert set(error["details"]["fields"]) == {"email"}
    viewer.refresh_from_db()
    assert viewer.email == "vera@example.org"


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({"email": "none"}, {"email"}),
        ({"role": "admin"}, {"role"}),
        ({"is_active": True, "id": 1}, {"is_active", "id"}),
        ([], {"non_field_errors"}),
    ],
)
def test_nobody_promotes_themselves(as_viewer, viewer, body, wrong):
    assert wrong_fields(as_viewer.patch("/api/auth/me", body)) == wrong
    viewer.refresh_from_db()
    assert (viewer.role, viewer.is_superuser) == ("viewer", False)


def test_a_session_opens_the_api_and_needs_its_csrf_token_to_write(viewer):
    client = Client(enforce_csrf_checks=True)
    client.force_login(viewer, "dqx.users.hashers.SameWorkBackend")
    assert client.get("/api/auth/me").json()["username"] == "vera"
    body = {"data": '{"email": "other@example.org"}', "content_type": "application/json"}
    refused(client.patch("/api/auth/me", **body), 403, "not_allowed")
    client.get("/admin/")
    client.get("/admin/password_change/")
    token = client.cookies["csrftoken"].value
    assert client.patch("/api/auth/me", **body, headers={"X-CSRFToken": token}).json()["email"] == "other@example.org"


def test_a_session_of_somebody_deactivated_is_nobody(viewer):
    client = Client()
    client.force_login(viewer, "dqx.users.hashers.SameWorkBackend")
    User.objects.filter(pk=viewer.pk).update(is_active=False)
    refused(client.get("/api/auth/me"), 401, "not_signed_in")
