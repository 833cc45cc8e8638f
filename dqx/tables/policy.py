"""Who sees which table of schema dq, and which tables change only through an operation of their own."""

import re
from collections.abc import Mapping
from typing import Any

from dqx.users.permissions import Actor, may

# Hold secrets, and are not for browsing.
HIDDEN = {"users", "dq_connections", "dq_alert_channels"}
SECRET_COLUMN = re.compile(r"(^|_)(password|passwd|pwd|secret|token|api_?key|private_key)$", re.IGNORECASE)
# DQX's own tables, by the action that lets somebody see them.
OWN = {
    "bad_detail": "bad_detail.view_baddetail",
    "bad_detail_daily": "bad_detail.view_baddetail",
    "bad_detail_events": "bad_detail.view_event",
    "rule_ref": "reference.view_rule",
    "source_ref": "reference.view_source",
    "dq_sql_scripts": "scripts.view_script",
    "dq_script_versions": "scripts.view_version",
    "dq_script_scope": "scripts.view_scope",
    "dq_runs": "scripts.view_run",
    "dq_run_counts": "scripts.view_run",
    "dq_schedules": "scripts.view_schedule",
    "dq_due_times": "scripts.view_schedule",
    "dq_alert_rules": "scripts.view_alertrule",
    "dq_alert_rule_channels": "scripts.view_alertrule",
    "dq_alert_incidents": "scripts.view_incident",
    "dq_alert_messages": "scripts.view_message",
    "dq_alert_tellings": "scripts.view_message",
}
BY_PUBLISH = ("bad_rows_are_published", "Bad rows change only by publishing a script.")
# Whose rows are tied to other things, so that they change only through what is named here.
KEPT = {
    **dict.fromkeys(("bad_detail", "bad_detail_daily", "bad_detail_events", "dq_script_scope"), BY_PUBLISH),
    **dict.fromkeys(("dq_runs", "dq_run_counts"), ("table_is_kept", "Runs are written by DQX as they happen.")),
    "dq_due_times": ("table_is_kept", "Due times are written by DQX as they come."),
    **dict.fromkeys(
        ("dq_alert_incidents", "dq_alert_messages", "dq_alert_tellings"),
        ("table_is_kept", "What was told of what went wrong is written by DQX as it happens."),
    ),
    **dict.fromkeys(
        ("dq_alert_rules", "dq_alert_rule_channels"),
        (
            "table_is_kept",
            "What is open has to be thought of when a rule changes; change it on its page, or through /api/alerts/rules/.",
        ),
    ),
    "dq_sql_scripts": (
        "table_is_kept",
        "A script has a staging table and versions; change it in the editor, or through /api/sql_scripts/.",
    ),
    "dq_script_versions": ("table_is_kept", "Versions are kept by saving a script, through /api/sql_scripts/."),
    "dq_schedules": (
        "table_is_kept",
        "A schedule has to be told to its timer; change it on its page, or through /api/scheduler/.",
    ),
}


def visible(actor: Actor, table: Mapping[str, Any]) -> bool:
    """Whether an actor may see a table: {name, is_readable}, the latter whether scripts may read it."""
    name = table["name"]
    if name in HIDDEN:
        return False
    if name in OWN:
        return may(actor, OWN[name])
    return may(actor, "tables.view_any_table") or (
        bool(table["is_readable"]) and may(actor, "tables.view_readable_table")
    )


def is_secret(column: str) -> bool:
    """Whether a column's name says that it holds a secret."""
    return bool(SECRET_COLUMN.search(column))
