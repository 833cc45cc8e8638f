"""People, kept by admins: there is always one of them, and nobody takes their own power away."""

import threading

import pytest
from django.db import connections
from django.test import Client

from dqx.audit.models import Entry
from dqx.errors import Conflict
from dqx.users import people
from dqx.users.models import User
from tests.api.conftest import Api, refused, wrong_fields
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db
PATH = "/api/auth/users/"
NEW = {"username": "nora", "email": "nora@example.org", "password": "a quiet lighthouse", "role": "author"}


def test_an_admin_keeps_people(as_admin):
    made = as_admin.post(PATH, NEW)
    assert made.status_code == 201, made.content
    told = made.json()
    assert (told["username"], told["role"], told["is_active"]) == ("nora", "author", True)
    address = made["Location"]
    assert as_admin.get(address).json() == told
    changed = as_admin.patch(address, {"role": "admin", "email": "n@example.org"})
    assert (changed.json()["role"], changed.json()["email"], changed.json()["username"]) == (
        "admin",
        "n@example.org",
        "nora",
    )
    whole = {"username": "nora", "email": "n@example.org", "role": "publisher", "is_active": False}
    assert as_admin.put(address, whole).json()["role"] == "publisher"
    assert as_admin.delete(address).status_code == 204
    refused(as_admin.get(address), 404, "user_not_found")
    actions = list(Entry.objects.order_by("id").values_list("action", flat=True))
    assert actions == ["users.add_user", "users.change_user", "users.change_user", "users.delete_user"]
    assert "lighthouse" not in str(list(Entry.objects.values())) and "pbkdf2" not in str(list(Entry.objects.values()))


def test_the_list_is_by_name_and_comes_in_pages(as_admin, make_user):
    for name in ("zoe", "bob"):
        make_user(name)
    assert [one["username"] for one in as_admin.get(PATH).json()] == ["ada", "bob", "zoe"]
    page = as_admin.get(PATH + "?page_size=2")
    assert [one["username"] for one in page.json()] == ["ada", "bob"]
    assert 'rel="next"' in page["Link"]


def test_a_password_that_an_admin_sets_ends_the_persons_tokens_and_sessions(as_admin, viewer):
    client, api = Client(), Api(viewer)
    client.force_login(viewer, "dqx.users.hashers.SameWorkBackend")
    assert as_admin.patch(f"{PATH}{viewer.pk}", {"password": NEW["password"]}).status_code == 200
    refused(api.get("/api/auth/me"), 401, "token_not_valid")
    refused(client.get("/api/auth/me"), 401, "not_signed_in")
    assert Entry.objects.get().after == {"new_password": True}


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"username": "vera"}, 409, "username_taken"),
        ({"email": "VERA@example.org"}, 409, "email_taken"),
        ({"role": "king"}, 400, "invalid"),
        ({"password": "nora"}, 400, "password_too_weak"),
        ({"is_superuser": True}, 400, "invalid"),
        ({"username": "a/b c"}, 400, "username_invalid"),
    ],
)
def test_what_will_not_do_changes_nothing(as_admin, viewer, changes, status, code):
    refused(as_admin.post(PATH, {**NEW, **changes}), status, code)
    assert User.objects.count() == 2 and not Entry.objects.exists()


@pytest.mark.parametrize("changes", [{"role": "viewer"}, {"is_active": False}])
def test_nobody_takes_their_own_power_away(as_admin, admin, make_user, changes):
    make_user("other", is_superuser=True)
    refused(as_admin.patch(f"{PATH}{admin.pk}", changes), 409, "own_account")
    refused(as_admin.delete(f"{PATH}{admin.pk}"), 409, "own_account")
    assert as_admin.patch(f"{PATH}{admin.pk}", {"email": "me@example.org"}).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_two_admins_who_demote_each_other_at_once_leave_one(admin, make_user):
    other, gate, refusals = make_user("other", is_superuser=True), threading.Barrier(2), []

    def demote(victim, actor):
        gate.wait()
        try:
            people.update(victim.pk, actor=actor, role="viewer")
        except Conflict as exc:
            refusals.append(exc.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=demote, args=pair) for pair in ((admin, other), (other, admin))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert refusals == ["last_admin"]
    assert User.objects.filter(is_superuser=True).count() == 1


def test_an_inactive_admin_is_none(as_admin, admin, make_user):
    gone = make_user("gone", is_superuser=True, is_active=False)
    assert as_admin.delete(f"{PATH}{gone.pk}").status_code == 204


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "PUT", "DELETE"])
def test_others_do_not_see_people(as_publisher, viewer, method):
    address = PATH if method == "POST" else f"{PATH}{viewer.pk}"
    refused(
        as_publisher.send(method, address, NEW if method != "GET" and method != "DELETE" else None), 403, "not_allowed"
    )
    refused(as_publisher.get(PATH), 403, "not_allowed")


def test_unknown_fields_are_named(as_admin):
    assert wrong_fields(as_admin.post(PATH, {**NEW, "hashed_password": "x", "id": 5})) == {"hashed_password", "id"}


def test_the_admin_pages_obey_the_same_rules(client, admin, viewer):
    client.force_login(admin, "dqx.users.hashers.SameWorkBackend")
    page = f"/admin/users/user/{admin.pk}/change/"
    form = {"username": "ada", "email": "ada@example.org", "role": "viewer", "is_active": "on"}
    client.post(page, form)
    admin.refresh_from_db()
    assert admin.is_superuser
    client.post(
        f"/admin/users/user/{viewer.pk}/change/",
        {**form, "username": "vera", "email": "v@example.org", "role": "author"},
    )
    viewer.refresh_from_db()
    assert (viewer.role, viewer.check_password(PASSWORD)) == ("author", True)
    assert Entry.objects.get().after == {"email": "v@example.org", "role": "author"}
