"""Operations ask by themselves who may, whichever door was taken."""

import pytest
from django.contrib.auth.models import AnonymousUser

from badDetail_app import reports
from badDetail_app.report_statements import Filters, Ordering
from dqx.errors import NotAllowed, NotSignedIn
from dqx.users import accounts
from dqx.users.models import User
from dqx.users.roles import MATRIX
from reference_app import references
from reference_app.models import Rule, Source
from scripts_app import catalogue, scripts
from scripts_app.models import Schedule
from scripts_app.scheduling import schedule_catalogue, schedules
from scripts_app.versions import versions
from tests.roles.state import state

pytestmark = pytest.mark.django_db
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
