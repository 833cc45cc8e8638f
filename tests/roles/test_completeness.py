"""Nothing is left out: every call of the API, page, model and button of the admin is a door, and every action has one."""

import pytest
from django.contrib import admin
from django.urls import URLPattern, resolve

import dqx.api
import dqx.urls
from dqx.users import api as users
from dqx.users.roles import MATRIX
from tests.doors import ADMIN, API, DOORS, PAGES

pytestmark = pytest.mark.django_db
# What needs nobody to be signed in.
OPEN = {(users.Login, "post"), (users.Register, "post"), (users.RefreshTokens, "post"), (users.Logout, "post")}
OPEN_PAGES = {"healthz", "readyz", "metrics", "login", "logout", "register"}


def example(door):
    return door.address.format_map(Anything()).partition("?")[0]


class Anything(dict):
    def __missing__(self, key):
        return "1"


def test_every_call_of_the_api_is_a_door():
    there = {
        (pattern.callback.view_class, method)
        for pattern in dqx.api.urlpatterns
        if hasattr(pattern.callback, "view_class") and pattern.callback.view_class.authentication_classes
        for method in ("get", "post", "put", "patch", "delete")
        if hasattr(pattern.callback.view_class, method)
    }
    known = {(resolve(example(door)).func.view_class, door.method.lower()) for door in API}
    assert there - known - OPEN == set()


def test_what_is_open_is_open_on_purpose():
    found = {
        pattern.callback.view_class.__name__
        for pattern in dqx.api.urlpatterns
        if hasattr(pattern.callback, "view_class") and not pattern.callback.view_class.authentication_classes
    }
    assert found == {view.__name__ for view, _ in OPEN} | {"Description"}


def test_every_page_is_a_door():
    there = {pattern.name for pattern in dqx.urls.urlpatterns if isinstance(pattern, URLPattern)}
    assert there - {resolve(example(door)).url_name for door in PAGES} - OPEN_PAGES == set()


def test_every_model_and_button_of_the_admin_is_a_door():
    # The models of libraries are nobody's: the matrix does not know them.
    ours = {
        f"/admin/{model._meta.app_label}/{model._meta.model_name}/": one
        for model, one in admin.site._registry.items()
        if f"{model._meta.app_label}.view_{model._meta.model_name}" in MATRIX
    }
    assert ours.keys() == {door.address for door in ADMIN if door.method == "GET"}
    buttons = {name for one in ours.values() for name in one.actions or ()}
    assert buttons - {(door.body or {}).get("action") for door in ADMIN} == set()


def test_every_action_of_the_matrix_has_a_door():
    # These two are asked on the way, beside the action of a door; the tests of tables and connections have them.
    beside = {"tables.view_readable_table", "tables.view_any_table", "scripts.enter_connection"}
    assert MATRIX.keys() - {door.action for door in DOORS} - beside == set()
