"""Who may do what, through every door: the API, the pages and the admin. The matrix itself is dqx/users/roles.py."""

import contextlib

import pytest
from django.apps import apps
from django.conf import settings as configured
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, resolve

import dqx.api
import dqx.urls
from badDetail_app import reports
from badDetail_app.report_statements import Filters, Ordering
from dqx.audit.models import Entry
from dqx.errors import NotAllowed, NotSignedIn
from dqx.users import accounts
from dqx.users import api as users
from dqx.users.models import User
from dqx.users.roles import MATRIX, Role
from reference_app import references
from reference_app.models import Rule, Source
from scripts_app import catalogue, scripts
from scripts_app.models import AlertRule, Channel, Connection, QueryStop, Run, Schedule, Script
from scripts_app.scheduling import schedule_catalogue, schedules
from scripts_app.versions import versions
from tests import steps
from tests.api import bad_rows
from tests.api.conftest import Api, refused
from tests.doors import ADMIN, API, DOORS, OTHER, PAGES

pytestmark = pytest.mark.django_db
# What needs nobody to be signed in.
OPEN = {(users.Login, "post"), (users.Register, "post"), (users.RefreshTokens, "post"), (users.Logout, "post")}
OPEN_PAGES = {"healthz", "readyz", "metrics", "login", "logout", "register"}
# What the contract and the issue say of the roles.
LOWEST = {
    Role.VIEWER: [
        "scripts.view_script", "scripts.view_run", "scripts.view_version", "scripts.review_script", "scripts.view_schedule",
        "scripts.view_alertrule", "scripts.view_incident", "scripts.view_message",
        "reference.view_rule", "reference.view_source", "bad_detail.view_baddetail", "bad_detail.view_event",
    ],
    Role.AUTHOR: [
        "scripts.add_script", "scripts.change_script", "scripts.populate_script", "scripts.run_query", "scripts.use_connection",
        "reference.add_rule", "reference.change_source",
    ],
    Role.PUBLISHER: [
        "scripts.add_alertrule", "scripts.change_alertrule", "scripts.delete_alertrule",
        "scripts.publish_script", "scripts.add_schedule", "scripts.change_schedule", "scripts.delete_schedule", "scripts.run_schedule",
    ],
    Role.ADMIN: [
        "reference.delete_rule", "reference.delete_source", "users.view_user", "users.add_user", "users.delete_user",
        "scripts.view_connection", "scripts.add_connection", "scripts.enter_connection", "scripts.test_connection",
        "scripts.view_channel", "scripts.add_channel", "scripts.test_channel",
        "tables.add_row", "tables.change_row", "tables.delete_row", "audit.view_entry",
    ],
}  # fmt: skip


@pytest.fixture
def world(make_user):
    """Things of somebody else: two runs under way, a script with staged rows that says so, one that is idle, one with a history, …"""
    owner = make_user("olga", is_superuser=True)
    idle = steps.new_script(owner, name="idle")
    script = steps.new_script(owner)
    staged = _run(script, owner, "populate", "succeeded")
    Script.objects.filter(pk=script.pk).update(staged_run=staged)
    busy = [_run(steps.new_script(owner, name=kind), owner, kind, "queued") for kind in ("populate", "publish")]
    changed = scripts.update(busy[0].script_id, actor=owner, content=OTHER)
    schedule = schedules.create(actor=owner, job_name="nightly", script_id=idle.pk, cron_schedule="0 3 * * *")
    bad_rows.insert(bad_rows.row())
    Rule.objects.create(rule_id="R1", rule_name="x")
    Source.objects.create(source_id="S1", source_name="x")
    return {
        "idle": idle.pk,
        "script": script.pk,
        "changed": changed.pk,
        "populate": busy[0].pk,
        "publish": busy[1].pk,
        "schedule": schedule.pk,
        "connection": Connection.objects.create(name="far", host="127.0.0.1", port=1, dbname="d", username="u").pk,
        "channel": Channel.objects.create(name="team", kind="mail", addresses=["x@example.org"]).pk,
        "alert_rule": AlertRule.objects.create(name="failures", on=["run_failed"]).pk,
        "person": make_user("peter").pk,
    }


def _run(script, actor, kind, status):
    return Run.objects.create(
        script=script, script_name=script.name, content=script.content, content_hash=script.content_hash,
        kind=kind, status=status, trigger="api", actor=actor,
    )  # fmt: skip


def state():
    """All that could be changed through a door."""
    ours = {model for label in ("scripts", "reference", "users") for model in apps.get_app_config(label).get_models()}
    # A stop is a message to one's own query, and gone when it is heard.
    return {model: list(model.objects.order_by("pk").values()) for model in ours - {QueryStop}}


class Somebody:
    """A person with a token and a session, as they were handed out to an admin; since then the person has become less."""

    def __init__(self, user):
        self.api = Api(user)
        self.browser = Client(raise_request_exception=False)
        self.browser.force_login(user, backend=configured.AUTHENTICATION_BACKENDS[-1])

    def go(self, door, world):
        """Through a door."""
        address, body = door.address_in(world), door.body_in(world)
        if door.kind == "api":
            return self.api.send(door.method, address, body)
        return self.browser.get(address) if door.method == "GET" else self.browser.post(address, body)


class Nobody(Somebody):
    """Without either."""

    def __init__(self):
        self.api, self.browser = Api(), Client(raise_request_exception=False)


@contextlib.contextmanager
def undone():
    """Whatever happens inside is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def let_in(door, answer, before):
    if door.method == "GET":
        return answer.status_code == 200
    ok = (302,) if door.kind == "admin" else (200, 201, 202, 204)
    return answer.status_code in ok and (state() != before) == door.changes


def on_record(door, user):
    """Whether the audit log has it with who did it."""
    noted = Entry.objects.filter(actor=user).values_list("action", flat=True)
    return door.action in noted if door.action else bool(noted)


def opened_a_run(user):
    """The ledger says whose each run is."""
    return Run.objects.filter(actor=user).exists()


def sent_away(door, answer, before):
    """Without having changed anything. A button of the admin that is not offered leads back to the list."""
    if door.kind == "api":
        refused(answer, 403, "not_allowed")
    button = door.kind == "admin" and "action" in (door.body or {})
    return answer.status_code in ((403, 302, 200) if button else (403,)) and state() == before


def closed(door, answer, before, code):
    """To those who are not signed in."""
    if door.kind == "api":
        refused(answer, 401, code)
        return state() == before
    return answer.status_code == 302 and "login" in answer["Location"] and state() == before


@pytest.mark.parametrize("door", DOORS, ids=str)
def test_a_door_is_open_to_those_whose_role_the_matrix_names(world, make_user, settings, door):
    settings.ENCRYPTION_KEYS = ["8" * 43 + "="]
    user = make_user("somebody", is_superuser=True)
    somebody, found = Somebody(user), User.objects.filter(pk=user.pk)
    for role in Role:
        with undone():
            found.update(is_superuser=role == Role.ADMIN, role="viewer" if role == Role.ADMIN else role.name.lower())
            before = state()
            answer = somebody.go(door, world)
            allowed = not door.action or role >= MATRIX[door.action]
            told = (role.name, answer.status_code, getattr(answer, "content", b"")[:2000])
            assert (let_in if allowed else sent_away)(door, answer, before), told
            assert not (allowed and door.changes) or on_record(door, user) or opened_a_run(user), told
    found.update(is_active=False)
    before = state()
    assert closed(door, somebody.go(door, world), before, "token_not_valid"), "to one who left"
    assert closed(door, Nobody().go(door, world), before, "not_signed_in"), "to nobody"


# --- Nothing is left out ------------------------------------------------------------------------------------------------------


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


# --- The matrix -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("role", "action"), [(role, action) for role, actions in LOWEST.items() for action in actions])
def test_the_matrix_says_what_the_contract_says(role, action):
    assert MATRIX[action] == role


def test_one_who_may_not_does_not_learn_what_there_is(viewer):
    as_viewer = Api(viewer)
    for address in ("sql_scripts/4711", "reference_tables/rules/nothing", "scheduler/4711", "connections/4711"):
        refused(as_viewer.delete(f"/api/{address}"), 403, "not_allowed")
    refused(as_viewer.post("/api/sql_scripts/4711/versions/1/restore"), 403, "not_allowed")
    refused(as_viewer.post("/api/scheduler/4711/run_now"), 403, "not_allowed")


# --- Operations by themselves -----------------------------------------------------------------------------------------------------

# Some operations behind the doors, and the action that each has to ask for by itself.
OPERATIONS = [
    (lambda actor: catalogue.scripts(actor=actor), "scripts.view_script"),
    (lambda actor: catalogue.script(1, actor=actor), "scripts.view_script"),
    (lambda actor: catalogue.runs(actor=actor), "scripts.view_run"),
    (lambda actor: scripts.restore(1, 1, actor=actor), "scripts.change_script"),
    (lambda actor: versions.listed(1, actor=actor), "scripts.view_version"),
    (lambda actor: versions.get(1, 1, actor=actor), "scripts.view_version"),
    (lambda actor: versions.compared(1, 1, actor=actor), "scripts.view_version"),
    (lambda actor: schedule_catalogue.listed(actor=actor), "scripts.view_schedule"),
    (lambda actor: schedule_catalogue.get(1, actor=actor), "scripts.view_schedule"),
    (lambda actor: schedule_catalogue.next_runs(1, actor=actor, n=1), "scripts.view_schedule"),
    (lambda actor: schedule_catalogue.preview(actor=actor, n=1), "scripts.view_schedule"),
    (lambda actor: schedules.create(actor=actor, job_name="x", script_id=1), "scripts.add_schedule"),
    (lambda actor: schedules.update(1, actor=actor), "scripts.change_schedule"),
    (lambda actor: schedules.toggle(1, actor=actor), "scripts.change_schedule"),
    (lambda actor: schedules.run_now(1, actor=actor, trigger="api"), "scripts.run_schedule"),
    (lambda actor: schedules.delete(1, actor=actor), "scripts.delete_schedule"),
    (lambda actor: reports.rows(actor=actor, filters=Filters(), ordering=Ordering()), "bad_detail.view_baddetail"),
    (lambda actor: reports.total(actor=actor, filters=Filters()), "bad_detail.view_baddetail"),
    (lambda actor: reports.choices(actor=actor), "bad_detail.view_baddetail"),
    (lambda actor: references.listed(Rule, actor=actor), "reference.view_rule"),
    (lambda actor: references.get(Source, "S1", actor=actor), "reference.view_source"),
    (lambda actor: references.create(Rule, actor=actor, rule_id="R2"), "reference.add_rule"),
    (lambda actor: references.update(Rule, "R1", actor=actor, rule_name="x"), "reference.change_rule"),
    (lambda actor: references.delete(Source, "S1", actor=actor), "reference.delete_source"),
]


@pytest.mark.parametrize(("operation", "action"), OPERATIONS)
def test_an_operation_asks_by_itself(monkeypatch, make_user, operation, action):
    before = state()
    for nobody in (None, AnonymousUser(), User(username="gone", is_superuser=True, is_active=False)):
        with pytest.raises(NotSignedIn):
            operation(nobody)
    assert state() == before
    monkeypatch.delitem(MATRIX, action)
    with pytest.raises(NotAllowed):
        operation(make_user("somebody", is_superuser=True))
    assert not Schedule.objects.exists()


@pytest.mark.parametrize("nobody", [None, AnonymousUser()])
def test_a_profile_is_somebodys(nobody):
    with pytest.raises(NotSignedIn):
        accounts.update_profile(actor=nobody, email="x@example.org")
