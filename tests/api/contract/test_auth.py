"""contract.md, `/api/auth/`: signing up, in and out, tokens, one's own profile, and people for admins."""

import time

import pytest

from tests.api.contract.caller import Caller, new_name
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db
USER = {"id", "username", "email", "role", "permissions", "is_active", "created_at", "last_login"}


@pytest.fixture
def person(admin, nobody):
    """A new Viewer, signed in."""
    name = new_name("person").replace(" ", "-")
    given = {"username": name, "email": f"{name}@example.org", "password": PASSWORD}
    pk = admin.does("POST", "/api/auth/users", given, 201)["id"]
    caller = Caller(nobody.address)
    signed = caller.does("POST", "/api/auth/login", {"username": name, "password": PASSWORD})
    assert set(signed) == {"access", "refresh", "user"} and set(signed["user"]) == USER
    caller.token, caller.refresh, caller.username, caller.pk = signed["access"], signed["refresh"], name, pk
    return caller


def sign_in(nobody, username, password):
    return nobody("POST", "/api/auth/login", {"username": username, "password": password})


def test_who_signs_up_is_a_viewer(nobody):
    given = {"username": "new", "email": "new@example.org", "password": PASSWORD}
    made = nobody.does("POST", "/api/auth/register", given, 201)
    assert set(made) == USER and (made["username"], made["role"]) == ("new", "viewer")
    assert sign_in(nobody, "new", PASSWORD).status == 200
    nobody.refused(409, "username_taken", "POST", "/api/auth/register", {**given, "email": "other@example.org"})
    nobody.refused(
        409, "email_taken", "POST", "/api/auth/register", {**given, "username": "other", "email": "NEW@example.org"}
    )
    nobody.refused(
        400, "password_too_weak", "POST", "/api/auth/register", {**given, "username": "o", "password": "12345678"}
    )
    wrong = nobody.refused(
        400, "invalid", "POST", "/api/auth/register", {"username": "x", "role": "admin", "email": "no"}
    )
    assert set(wrong["details"]["fields"]) == {"email", "password", "role"}


def test_sign_up_is_closed_where_nothing_opens_it(lonely):
    given = {"username": "late", "email": "late@example.org", "password": PASSWORD}
    Caller(lonely).refused(403, "registration_closed", "POST", "/api/auth/register", given)


def test_an_unknown_user_and_a_wrong_password_get_the_same_words(nobody, person):
    unknown, wrong = (sign_in(nobody, name, "wrong") for name in (new_name(), person.username))
    assert unknown.status == wrong.status == 401
    assert unknown.body == wrong.body and unknown.body["error"]["code"] == "wrong_credentials"


def test_and_the_same_time(nobody, admin):
    def seconds(name):
        start = time.perf_counter()
        assert sign_in(nobody, name, "wrong").status == 401
        return time.perf_counter() - start

    known = [new_name("known").replace(" ", "-") for _ in range(3)]
    for name in known:
        given = {"username": name, "email": f"{name}@example.org", "password": PASSWORD}
        admin.does("POST", "/api/auth/users", given, 201)
    there = min(seconds(name) for name in known)
    absent = min(seconds(new_name()) for _ in known)
    assert 0.4 < there / absent < 2.5  # a hash that is not computed makes it ten times


def test_sign_in_is_throttled(nobody):
    name = new_name("forgetful")
    statuses = [sign_in(nobody, name, "wrong").status for _ in range(5)]
    assert statuses[0] == 401 and statuses[-1] == 429
    answer = sign_in(nobody, name, "wrong")
    assert answer.body["error"]["code"] == "too_many" and int(answer.headers["Retry-After"]) > 60


def test_a_refresh_token_is_good_once(nobody, person):
    pair = nobody.does("POST", "/api/auth/refresh", {"refresh": person.refresh})
    assert set(pair) == {"access", "refresh"} and pair["refresh"] != person.refresh
    nobody.refused(401, "token_not_valid", "POST", "/api/auth/refresh", {"refresh": person.refresh})
    person.token = pair["access"]
    assert person.gets("/api/auth/me")["username"] == person.username
    person.token = pair["refresh"]  # which opens nothing by itself
    person.refused(401, "token_not_valid", "GET", "/api/auth/me")


def test_after_a_sign_out_the_refresh_token_is_dead(nobody, person):
    assert nobody.does("POST", "/api/auth/logout", {"refresh": person.refresh}, 204) is None
    nobody.refused(401, "token_not_valid", "POST", "/api/auth/refresh", {"refresh": person.refresh})
    nobody.does("POST", "/api/auth/logout", {"refresh": person.refresh}, 204)
    nobody.refused(401, "token_not_valid", "POST", "/api/auth/logout", {"refresh": "nonsense"})


def test_the_profile(person):
    assert set(person.gets("/api/auth/me")) == USER
    changed = person.does("PATCH", "/api/auth/me", {"email": f"{person.username}@new.example.org"})
    assert changed["email"] == f"{person.username}@new.example.org" == person.gets("/api/auth/me")["email"]
    person.refused(409, "email_taken", "PATCH", "/api/auth/me", {"email": "vera@example.org"})
    wrong = person.refused(400, "invalid", "PATCH", "/api/auth/me", {"role": "admin", "email": "nonsense"})
    assert set(wrong["details"]["fields"]) == {"role", "email"}


def test_a_changed_password_ends_the_other_tokens(nobody, person):
    other = sign_in(nobody, person.username, PASSWORD).body
    given = {"old_password": "wrong", "new_password": "battery horse correct"}
    person.refused(400, "wrong_password", "POST", "/api/auth/me/password", given)
    person.refused(
        400, "password_too_weak", "POST", "/api/auth/me/password", {"old_password": PASSWORD, "new_password": "a"}
    )
    pair = person.does("POST", "/api/auth/me/password", {**given, "old_password": PASSWORD})
    person.refused(401, "token_not_valid", "GET", "/api/auth/me")
    for refresh in (other["refresh"], person.refresh):
        nobody.refused(401, "token_not_valid", "POST", "/api/auth/refresh", {"refresh": refresh})
    person.token = pair["access"]
    assert person.gets("/api/auth/me")["username"] == person.username
    assert sign_in(nobody, person.username, PASSWORD).status == 401
    assert sign_in(nobody, person.username, "battery horse correct").status == 200


def test_people_are_for_admins(admin, publisher, person):
    path = f"/api/auth/users/{person.pk}"
    for method, address in (("GET", "/api/auth/users"), ("GET", path), ("DELETE", path)):
        publisher.refused(403, "not_allowed", method, address)
    assert person.username in [one["username"] for one in admin.gets("/api/auth/users")]
    assert admin.gets(path)["username"] == person.username
    assert admin.does("PATCH", path, {"role": "author"})["role"] == "author"
    assert "scripts.add_script" in person.gets("/api/auth/me")["permissions"]  # at the next request already
    whole = {
        "username": person.username,
        "email": f"{person.username}@example.org",
        "role": "publisher",
        "is_active": True,
    }
    assert admin.does("PUT", path, whole)["role"] == "publisher"
    admin.refused(409, "username_taken", "PATCH", path, {"username": "vera"})
    admin.does("PATCH", path, {"is_active": False})
    person.refused(401, "token_not_valid", "GET", "/api/auth/me")
    admin.does("DELETE", path, status=204)
    assert admin("GET", path).status == 404
    own = f"/api/auth/users/{admin.gets('/api/auth/me')['id']}"
    admin.refused(409, "own_account", "DELETE", own)


def test_no_answer_holds_a_hash(admin):
    for path in ("/api/auth/users", "/api/auth/me"):
        assert not any(word in str(admin.gets(path)) for word in ("pbkdf2", "hashed_password", "token"))
