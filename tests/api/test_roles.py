"""Who may do what through the API. The matrix itself is dqx/users/roles.py; this says what each call needs of it."""

import itertools

import pytest
from django.contrib.auth.models import AnonymousUser

from badDetail_app import reports
from badDetail_app.report_statements import Filters, Ordering
from dqx.errors import NotAllowed, NotSignedIn
from dqx.users import accounts
from dqx.users.models import User
from dqx.users.roles import MATRIX, Role
from reference_app import references
from reference_app.models import Rule, Source
from scripts_app import catalogue
from scripts_app.models import Run, Script
from tests import steps
from tests.api.conftest import Api, refused

pytestmark = pytest.mark.django_db
SCRIPT = {"name": "new", "content": steps.FIVE}
RULE = {"rule_id": "R2", "rule_name": "x"}
SOURCE = {"source_id": "S2", "source_name": "x"}
# Method, address, body, the action of the matrix that the operation asks for.
CALLS = [
    ("GET", "sql_scripts/", None, "scripts.view_script"),
    ("GET", "sql_scripts/{script}", None, "scripts.view_script"),
    ("POST", "sql_scripts/", SCRIPT, "scripts.add_script"),
    ("PUT", "sql_scripts/{script}", SCRIPT, "scripts.change_script"),
    ("PATCH", "sql_scripts/{script}", {"description": "x"}, "scripts.change_script"),
    ("DELETE", "sql_scripts/{idle}", None, "scripts.delete_script"),
    ("POST", "sql_scripts/{idle}/populate_table", None, "scripts.populate_script"),
    ("GET", "sql_scripts/{script}/staging", None, "scripts.review_script"),
    ("GET", "sql_scripts/{script}/review", None, "scripts.review_script"),
    ("POST", "sql_scripts/{script}/publish", None, "scripts.publish_script"),
    ("GET", "runs/", None, "scripts.view_run"),
    ("GET", "runs/{populate}", None, "scripts.view_run"),
    ("POST", "runs/{populate}/cancel", None, "scripts.populate_script"),
    ("POST", "runs/{publish}/cancel", None, "scripts.publish_script"),
    *(
        (method, f"reference_tables/{kind}s/{place}", body, f"reference.{verb}_{kind}")
        for kind, one, body in (("rule", "R1", RULE), ("source", "S1", SOURCE))
        for method, place, body, verb in (
            ("GET", "", None, "view"),
            ("GET", one, None, "view"),
            ("POST", "", body, "add"),
            ("PUT", one, {f"{kind}_name": "x"}, "change"),
            ("PATCH", one, {"description": "x"}, "change"),
            ("DELETE", one, None, "delete"),
        )
    ),
    ("GET", "bad_detail/", None, "bad_detail.view_baddetail"),
    ("GET", "bad_detail/filters", None, "bad_detail.view_baddetail"),
]
# What the issue says of the roles, in the words of the contract.
LOWEST = {
    Role.VIEWER: [
        "scripts.view_script",
        "scripts.view_run",
        "scripts.review_script",
        "reference.view_rule",
        "bad_detail.view_baddetail",
    ],
    Role.AUTHOR: [
        "scripts.add_script",
        "scripts.change_script",
        "scripts.populate_script",
        "reference.add_rule",
        "reference.change_source",
    ],
    Role.PUBLISHER: ["scripts.publish_script"],
    Role.ADMIN: ["reference.delete_rule", "reference.delete_source", "users.view_user"],
}


@pytest.fixture
def world(make_user):
    """Objects of somebody else: two runs under way, a script with staged rows that says so, and one that is idle."""
    owner = make_user("olga", is_superuser=True)
    idle = steps.new_script(owner, name="idle")
    script = steps.new_script(owner)
    staged = _run(script, owner, "populate", "succeeded")
    Script.objects.filter(pk=script.pk).update(staged_run=staged)
    busy = [_run(steps.new_script(owner, name=kind), owner, kind, "queued") for kind in ("populate", "publish")]
    Rule.objects.create(rule_id="R1", rule_name="x")
    Source.objects.create(source_id="S1", source_name="x")
    return {"idle": idle.pk, "script": script.pk, "populate": busy[0].pk, "publish": busy[1].pk}


def _run(script, actor, kind, status):
    return Run.objects.create(
        script=script, script_name=script.name, content=script.content, content_hash=script.content_hash,
        kind=kind, status=status, trigger="api", actor=actor,
    )  # fmt: skip


def state():
    """All that a call could change."""
    rules, sources = list(Rule.objects.values()), list(Source.objects.values())
    return list(Script.objects.order_by("id").values()), list(Run.objects.order_by("id").values()), rules, sources


@pytest.mark.parametrize(
    ("role", "call"),
    list(itertools.product(Role, CALLS)),
    ids=lambda value: getattr(value, "name", None) or " ".join(value[:2]),
)
def test_a_call_is_for_those_whose_role_the_matrix_names(world, make_user, role, call):
    method, address, body, action = call
    api = Api(
        make_user(
            "somebody", role=role.name.lower() if role < Role.ADMIN else "viewer", is_superuser=role == Role.ADMIN
        )
    )
    before = state()
    answer = api.send(method, "/api/" + address.format(**world), body)
    if role >= MATRIX[action]:
        assert answer.status_code in (200, 201, 202, 204), answer.content
        assert method == "GET" or state() != before or method in ("PUT", "PATCH")
    else:
        refused(answer, 403, "not_allowed")
        assert state() == before


@pytest.mark.parametrize("call", CALLS, ids=lambda call: " ".join(call[:2]))
def test_nobody_may_do_anything(world, as_nobody, call):
    method, address, body, _ = call
    before = state()
    answer = as_nobody.send(method, "/api/" + address.format(**world), body)
    refused(answer, 401, "not_signed_in")
    assert state() == before


@pytest.mark.parametrize("call", [call for call in CALLS if call[0] != "GET"], ids=lambda call: " ".join(call[:2]))
def test_a_role_that_is_taken_away_counts_at_once(world, make_user, call):
    method, address, body, _ = call
    somebody = make_user("somebody", is_superuser=True)
    api = Api(somebody)
    User.objects.filter(pk=somebody.pk).update(is_superuser=False)
    before = state()
    refused(api.send(method, "/api/" + address.format(**world), body), 403, "not_allowed")
    assert state() == before


@pytest.mark.parametrize(("role", "action"), [(role, action) for role, actions in LOWEST.items() for action in actions])
def test_the_matrix_says_what_the_contract_says(role, action):
    assert MATRIX[action] == role


def test_one_who_may_not_does_not_learn_what_there_is(as_viewer):
    refused(as_viewer.delete("/api/sql_scripts/4711"), 403, "not_allowed")
    refused(as_viewer.delete("/api/reference_tables/rules/nothing"), 403, "not_allowed")


# The operations behind the doors that are new here, and the action that each has to ask for by itself.
OPERATIONS = [
    (lambda actor: catalogue.scripts(actor=actor), "scripts.view_script"),
    (lambda actor: catalogue.script(1, actor=actor), "scripts.view_script"),
    (lambda actor: catalogue.runs(actor=actor), "scripts.view_run"),
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
def test_an_operation_asks_by_itself(world, monkeypatch, make_user, operation, action):
    before = state()
    for nobody in (None, AnonymousUser(), make_user("gone", is_superuser=True, is_active=False)):
        with pytest.raises(NotSignedIn):
            operation(nobody)
    monkeypatch.delitem(MATRIX, action)
    with pytest.raises(NotAllowed):
        operation(make_user("somebody", is_superuser=True))
    assert state() == before


@pytest.mark.parametrize("nobody", [None, AnonymousUser()])
def test_a_profile_is_somebodys(nobody):
    with pytest.raises(NotSignedIn):
        accounts.update_profile(actor=nobody, email="x@example.org")
