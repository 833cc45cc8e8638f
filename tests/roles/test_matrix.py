"""The matrix says what the contract and the issue say of the roles."""

import pytest

from dqx.users.roles import MATRIX, Role
from tests.api.conftest import Api, refused

pytestmark = pytest.mark.django_db
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


@pytest.mark.parametrize(("role", "action"), [(role, action) for role, actions in LOWEST.items() for action in actions])
def test_the_matrix_says_what_the_contract_says(role, action):
    assert MATRIX[action] == role


def test_one_who_may_not_does_not_learn_what_there_is(viewer):
    as_viewer = Api(viewer)
    for address in ("sql_scripts/4711", "reference_tables/rules/nothing", "scheduler/4711", "connections/4711"):
        refused(as_viewer.delete(f"/api/{address}"), 403, "not_allowed")
    refused(as_viewer.post("/api/sql_scripts/4711/versions/1/restore"), 403, "not_allowed")
    refused(as_viewer.post("/api/scheduler/4711/run_now"), 403, "not_allowed")
