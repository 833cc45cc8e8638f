"""Who may do what, through every door: the API, the pages and the admin. The matrix itself is dqx/users/roles.py."""

import contextlib

import pytest
from django.conf import settings as configured
from django.db import transaction
from django.test import Client

from dqx.audit.models import Entry
from dqx.users.models import User
from dqx.users.roles import MATRIX, Role
from reference_app.models import Rule, Source
from scripts_app import scripts
from scripts_app.models import AlertRule, Channel, Connection, Run, Script
from scripts_app.scheduling import schedules
from tests import steps
from tests.api import bad_rows
from tests.api.conftest import Api, refused
from tests.doors import DOORS, OTHER
from tests.roles.state import state

pytestmark = pytest.mark.django_db


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
