"""Every door to every action of the matrix: calls of the API, pages, and forms and buttons of the admin, with what each sends."""

from typing import Any, NamedTuple

from scripts_app.models import Channel, Connection, Run, Schedule, Script
from tests import steps

OTHER = steps.FIVE.replace("'u1'", "'u2'")
SCRIPT = {"name": "new", "content": OTHER}
RULE = {"rule_id": "R2", "rule_name": "x"}
SOURCE = {"source_id": "S2", "source_name": "x"}
SCHEDULE = {"job_name": "new", "cron_schedule": "5 2 * * *"}
CONNECTION = {"name": "new", "host": "db.example.org", "dbname": "d", "user": "u"}
CHANNEL = {"name": "new", "kind": "mail", "addresses": ["team@example.org"]}
ALERT_RULE = {"name": "new", "on": ["run_failed"]}
PERSON = {"username": "new", "email": "new@example.org", "password": "correct horse battery"}
ROW = "rule_id=R1&source_id=S1&source_uid=u1"


class Door(NamedTuple):
    """A way to an action.

    Args:
        action: as the matrix names it; "" for what everybody may who is signed in.
        address: with the names of the world's things in braces.
        body: JSON for the API, a form for the admin; ids of the world stand as {"script": "{idle}"}.
        changes: whether something is different afterwards.
    """

    kind: str
    action: str
    method: str
    address: str
    body: Any = None
    changes: bool = False

    def __str__(self) -> str:
        button = self.body.get("action", "") if isinstance(self.body, dict) else ""
        return f"{self.kind} {self.method} {self.address} {button}".strip()

    def address_in(self, world: dict[str, Any]) -> str:
        """Where to send it."""
        return self.address.format(**world)

    def body_in(self, world: dict[str, Any]) -> Any:
        """What to send."""
        if not isinstance(self.body, dict):
            return self.body
        return {name: _filled(value, world) for name, value in self.body.items()}


def _filled(value: Any, world: dict[str, Any]) -> Any:
    return world[value[1:-1]] if isinstance(value, str) and value.startswith("{") else value


def _looks(action: str, *addresses: str) -> list[Door]:
    return [Door("api", action, "GET", f"/api/{address}") for address in addresses]


def _does(action: str, method: str, address: str, body: Any = None, changes: bool = True) -> Door:
    return Door("api", action, method, f"/api/{address}", body, changes)


API = [
    *_looks("", "auth/me"),
    _does("", "PATCH", "auth/me", {"email": "other@example.org"}),
    _does(
        "",
        "POST",
        "auth/me/password",
        {"old_password": "correct horse battery", "new_password": "battery horse correct"},
    ),
    *_looks("users.view_user", "auth/users", "auth/users/{person}"),
    _does("users.add_user", "POST", "auth/users", PERSON),
    _does("users.change_user", "PUT", "auth/users/{person}", PERSON),
    _does("users.change_user", "PATCH", "auth/users/{person}", {"role": "author"}),
    _does("users.delete_user", "DELETE", "auth/users/{person}"),
    *(
        door
        for kind, one, body in (("rule", "R1", RULE), ("source", "S1", SOURCE))
        for door in (
            *_looks(f"reference.view_{kind}", f"reference_tables/{kind}s/", f"reference_tables/{kind}s/{one}"),
            _does(f"reference.add_{kind}", "POST", f"reference_tables/{kind}s/", body),
            _does(f"reference.change_{kind}", "PUT", f"reference_tables/{kind}s/{one}", {f"{kind}_name": "other"}),
            _does(f"reference.change_{kind}", "PATCH", f"reference_tables/{kind}s/{one}", {"description": "other"}),
            _does(f"reference.delete_{kind}", "DELETE", f"reference_tables/{kind}s/{one}"),
            *_looks(f"reference.view_{kind}", f"reference_tables/export?kind={kind}s"),
            *_looks(f"reference.view_{kind}", f"reference_tables/missing?kind={kind}s"),
            *_looks(f"reference.view_{kind}", f"reference_tables/uses?kind={kind}s&id={one}"),
            _does(
                f"reference.add_{kind}",
                "POST",
                f"reference_tables/import?kind={kind}s",
                {"csv": f"{kind}_id,{kind}_name\nX2,x\n{one},other\n"},
            ),
        )
    ),
    *_looks("bad_detail.view_baddetail", "bad_detail/", "bad_detail/filters", "bad_detail/export?format=csv"),
    *_looks("bad_detail.view_event", f"bad_detail/history?{ROW}", "stats/activity", "stats/changes"),
    *_looks("bad_detail.view_baddetail", "stats/by_date", "stats/by_rule", "stats/by_source", "stats/summary"),
    *_looks("bad_detail.view_baddetail", "stats/worst_records"),
    *_looks("scripts.view_script", "sql_scripts/", "sql_scripts/names", "sql_scripts/{script}"),
    *_looks("scripts.review_script", "sql_scripts/{script}/staging", "sql_scripts/{script}/review"),
    *_looks("scripts.view_version", "sql_scripts/{script}/versions", "sql_scripts/{script}/versions/1"),
    _does("scripts.add_script", "POST", "sql_scripts/", SCRIPT),
    _does("scripts.change_script", "PUT", "sql_scripts/{script}", SCRIPT),
    _does("scripts.change_script", "PATCH", "sql_scripts/{script}", {"description": "other"}),
    _does("scripts.change_script", "POST", "sql_scripts/{changed}/versions/1/restore"),
    _does("scripts.delete_script", "DELETE", "sql_scripts/{idle}"),
    _does("scripts.populate_script", "POST", "sql_scripts/{idle}/populate_table"),
    _does("scripts.use_connection", "POST", "sql_scripts/{idle}/populate_table", {"connection": "far"}),
    _does("scripts.publish_script", "POST", "sql_scripts/{script}/publish"),
    _does("scripts.run_query", "POST", "sql_scripts/execute", {"script_content": steps.FIVE}, changes=False),
    _does("scripts.format_script", "POST", "sql_scripts/format", {"content": steps.FIVE}, changes=False),
    *_looks(
        "scripts.view_catalogue", "sql_scripts/catalogue", "sql_scripts/catalogue/columns?schema=dq&table=rule_ref"
    ),
    _does("scripts.run_query", "POST", "query", {"query": "SELECT 1"}, changes=False),
    _does("scripts.run_query", "POST", "query/stop", {"tag": "mine"}, changes=False),
    *_looks("scripts.view_connection", "connections", "connections/{connection}"),
    _does("scripts.add_connection", "POST", "connections", CONNECTION),
    _does("scripts.change_connection", "PUT", "connections/{connection}", CONNECTION),
    _does("scripts.change_connection", "PATCH", "connections/{connection}", {"name": "other"}),
    _does("scripts.delete_connection", "DELETE", "connections/{connection}"),
    _does("scripts.test_connection", "POST", "connections/{connection}/test", changes=False),
    *_looks(
        "scripts.view_schedule",
        "scheduler/",
        "scheduler/{schedule}",
        "scheduler/{schedule}/next_runs",
        "scheduler/{schedule}/due_times",
    ),
    _does("scripts.view_schedule", "POST", "scheduler/preview", {"cron_schedule": "5 2 * * *"}, changes=False),
    _does("scripts.add_schedule", "POST", "scheduler/", {**SCHEDULE, "script_id": "{idle}"}),
    _does("scripts.change_schedule", "PUT", "scheduler/{schedule}", {**SCHEDULE, "script_id": "{idle}"}),
    _does("scripts.change_schedule", "PATCH", "scheduler/{schedule}", {"job_name": "other"}),
    _does("scripts.change_schedule", "POST", "scheduler/{schedule}/toggle"),
    _does("scripts.run_schedule", "POST", "scheduler/{schedule}/run_now"),
    _does("scripts.delete_schedule", "DELETE", "scheduler/{schedule}"),
    *_looks("scripts.view_channel", "alerts/channels", "alerts/channels/{channel}"),
    _does("scripts.add_channel", "POST", "alerts/channels", CHANNEL),
    _does("scripts.change_channel", "PUT", "alerts/channels/{channel}", CHANNEL),
    _does("scripts.change_channel", "PATCH", "alerts/channels/{channel}", {"name": "other"}),
    _does("scripts.delete_channel", "DELETE", "alerts/channels/{channel}"),
    _does("scripts.test_channel", "POST", "alerts/channels/{channel}/test", changes=False),
    *_looks("scripts.view_alertrule", "alerts/channels/names", "alerts/rules", "alerts/rules/{alert_rule}"),
    _does("scripts.add_alertrule", "POST", "alerts/rules", ALERT_RULE),
    _does("scripts.change_alertrule", "PUT", "alerts/rules/{alert_rule}", ALERT_RULE),
    _does("scripts.change_alertrule", "PATCH", "alerts/rules/{alert_rule}", {"is_active": False}),
    _does("scripts.delete_alertrule", "DELETE", "alerts/rules/{alert_rule}"),
    *_looks("scripts.view_incident", "alerts/incidents"),
    *_looks("scripts.view_message", "alerts/messages"),
    *_looks("scripts.view_run", "runs/", "runs/{populate}"),
    _does("scripts.populate_script", "POST", "runs/{populate}/cancel"),
    _does("scripts.publish_script", "POST", "runs/{publish}/cancel"),
    *_looks("tables.view_table", "tables/", "tables/rule_ref/structure", "tables/rule_ref/data"),
    _does("tables.add_row", "POST", "tables/rule_ref/data", {"data": {**RULE, "description": ""}}),
    _does("tables.change_row", "PUT", "tables/rule_ref/data/R1", {"data": {"rule_name": "other"}}),
    _does("tables.delete_row", "DELETE", "tables/rule_ref/data/R1"),
    *_looks("audit.view_entry", "audit"),
]

PAGES = [
    Door("page", "bad_detail.view_baddetail", "GET", "/"),
    Door("page", "bad_detail.view_baddetail", "GET", "/bad-detail"),
    Door("page", "scripts.view_script", "GET", "/editor"),
    Door("page", "scripts.add_script", "GET", "/editor/new"),
    Door("page", "scripts.view_script", "GET", "/editor/{script}"),
    Door("page", "scripts.review_script", "GET", "/editor/{script}/review"),
    Door("page", "scripts.review_script", "GET", "/editor/{script}/staging"),
    Door("page", "scripts.view_version", "GET", "/editor/{script}/versions"),
    Door("page", "bad_detail.view_baddetail", "GET", "/visualization"),
    Door("page", "scripts.view_run", "GET", "/runs"),
    Door("page", "scripts.view_run", "GET", "/runs/{populate}"),
    Door("page", "", "GET", "/profile"),
    Door("page", "scripts.view_connection", "GET", "/connections"),
    Door("page", "tables.view_table", "GET", "/tables"),
    Door("page", "tables.view_table", "GET", "/tables/rule_ref"),
    Door("page", "scripts.view_schedule", "GET", "/scheduler"),
    Door("page", "scripts.view_alertrule", "GET", "/alerts"),
    Door("page", "reference.view_rule", "GET", "/references"),
    Door("page", "reference.view_source", "GET", "/references?kind=sources"),
]


def _lists(*models: str) -> list[Door]:
    doors = []
    for model in models:
        app, name = model.split(".")
        doors.append(Door("admin", f"{app}.view_{name}", "GET", f"/admin/{app}/{name}/"))
    return doors


def _forms(model: str, one: str, add: dict[str, Any], change: dict[str, Any]) -> list[Door]:
    app, name = model.split(".")
    path = f"/admin/{app}/{name}/"
    return [
        Door("admin", f"{app}.add_{name}", "POST", f"{path}add/", add, True),
        Door("admin", f"{app}.change_{name}", "POST", f"{path}{one}/change/", change, True),
        Door("admin", f"{app}.delete_{name}", "POST", f"{path}{one}/delete/", {"post": "yes"}, True),
    ]


def _button(action: str, model: type[Any], button: str, one: str, **more: str) -> Door:
    path = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
    return Door("admin", action, "POST", path, {"action": button, "_selected_action": one, **more}, True)


_SCHEDULE = {
    **SCHEDULE,
    "script": "{idle}",
    "timezone": "UTC",
    "operation": "populate",
    "catch_up": "skip",
    "is_active": "on",
}
_SCRIPT = {**SCRIPT, "description": ""}
_CONNECTION = {
    "name": "new",
    "host": "db.example.org",
    "port": 5432,
    "dbname": "d",
    "username": "u",
    "sslmode": "prefer",
    "runs_at_once": 4,
}
_CHANNEL = {**CHANNEL, "addresses": "team@example.org", "pause_minutes": 480}
_ALERT_RULE = {**ALERT_RULE, "threshold": 0, "is_active": "on"}
_PERSON = {
    "username": "new", "email": "new@example.org", "role": "author", "usable_password": "true",
    "password1": "correct horse battery", "password2": "correct horse battery",
}  # fmt: skip

ADMIN = [
    *_lists(
        "scripts.script",
        "scripts.version",
        "scripts.run",
        "scripts.runcount",
        "scripts.duetime",
        "scripts.scope",
        "scripts.schedule",
        "scripts.connection",
        "scripts.channel",
        "scripts.alertrule",
        "scripts.incident",
        "scripts.message",
    ),
    *_lists("reference.rule", "reference.source", "bad_detail.badrow", "bad_detail.event", "users.user", "audit.entry"),
    *_forms("scripts.script", "{idle}", _SCRIPT, _SCRIPT),
    *_forms("scripts.schedule", "{schedule}", _SCHEDULE, _SCHEDULE),
    *_forms("scripts.connection", "{connection}", _CONNECTION, _CONNECTION),
    *_forms("scripts.channel", "{channel}", _CHANNEL, _CHANNEL),
    *_forms("scripts.alertrule", "{alert_rule}", _ALERT_RULE, _ALERT_RULE),
    *_forms("reference.rule", "R1", {**RULE, "description": ""}, {"rule_name": "other", "description": ""}),
    *_forms("reference.source", "S1", {**SOURCE, "description": ""}, {"source_name": "other", "description": ""}),
    *_forms("users.user", "{person}", _PERSON, {"username": "new", "email": "new@example.org", "role": "viewer"}),
    _button("scripts.populate_script", Script, "populate_selected", "{idle}"),
    _button("scripts.publish_script", Script, "publish_selected", "{script}"),
    Door("admin", "scripts.populate_script", "POST", "/admin/scripts/script/{idle}/populate/", {}, True),
    Door("admin", "scripts.publish_script", "POST", "/admin/scripts/script/{script}/publish/", {}, True),
    _button("scripts.delete_script", Script, "delete_selected", "{idle}", post="yes"),
    _button("scripts.populate_script", Run, "cancel_selected", "{populate}"),
    _button("scripts.publish_script", Run, "cancel_selected", "{publish}"),
    _button("scripts.run_schedule", Schedule, "run_selected", "{schedule}"),
    _button("scripts.change_schedule", Schedule, "toggle_selected", "{schedule}"),
    _button("scripts.test_connection", Connection, "test_selected", "{connection}")._replace(changes=False),
    _button("scripts.test_channel", Channel, "test_selected", "{channel}")._replace(changes=False),
]

DOORS = [*API, *PAGES, *ADMIN]
