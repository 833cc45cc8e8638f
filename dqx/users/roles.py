"""The one matrix action × role. Actions are named as Django names permissions, so the admin asks the same table."""

from enum import IntEnum


class Role(IntEnum):
    """A role may do what is its own and what those below it may."""

    VIEWER = 1
    AUTHOR = 2
    PUBLISHER = 3
    ADMIN = 4


def _crud(model: str, view: Role, write: Role, delete: Role | None = None) -> dict[str, Role]:
    app, name = model.split(".")
    lowest = {"view": view, "add": write, "change": write, "delete": delete or write}
    return {f"{app}.{verb}_{name}": role for verb, role in lowest.items()}


# The lowest role that may do it. What is not here nobody may do: bad rows and their history change only by a publish.
MATRIX: dict[str, Role] = {
    **_crud("scripts.script", Role.VIEWER, Role.AUTHOR),
    "scripts.view_version": Role.VIEWER,
    "scripts.populate_script": Role.AUTHOR,
    "scripts.review_script": Role.VIEWER,
    "scripts.publish_script": Role.PUBLISHER,
    **_crud("scripts.schedule", Role.VIEWER, Role.PUBLISHER),
    "scripts.run_schedule": Role.PUBLISHER,
    **_crud("scripts.connection", Role.ADMIN, Role.ADMIN),
    "scripts.test_connection": Role.ADMIN,
    "scripts.use_connection": Role.AUTHOR,  # by its name
    "scripts.enter_connection": Role.ADMIN,  # details that are used once
    "scripts.run_query": Role.AUTHOR,
    "scripts.format_script": Role.AUTHOR,
    "scripts.view_catalogue": Role.AUTHOR,  # names of the schemas, tables and columns that scripts can read
    "scripts.view_run": Role.VIEWER,
    "scripts.view_runcount": Role.VIEWER,
    "scripts.view_duetime": Role.VIEWER,
    "scripts.view_scope": Role.VIEWER,
    **_crud("scripts.channel", Role.ADMIN, Role.ADMIN),  # addresses are secrets
    "scripts.test_channel": Role.ADMIN,
    **_crud("scripts.alertrule", Role.VIEWER, Role.PUBLISHER),
    "scripts.view_incident": Role.VIEWER,
    "scripts.view_message": Role.VIEWER,
    **_crud("reference.rule", Role.VIEWER, Role.AUTHOR, Role.ADMIN),
    **_crud("reference.source", Role.VIEWER, Role.AUTHOR, Role.ADMIN),
    "bad_detail.view_baddetail": Role.VIEWER,
    "bad_detail.view_badrow": Role.VIEWER,
    "bad_detail.view_event": Role.VIEWER,
    **_crud("users.user", Role.ADMIN, Role.ADMIN),
    "audit.view_entry": Role.ADMIN,
    "tables.view_table": Role.VIEWER,  # those of DQX, each by the action of its own beside this
    "tables.view_readable_table": Role.AUTHOR,  # people's own tables of schema dq that scripts may read
    "tables.view_any_table": Role.ADMIN,
    "tables.add_row": Role.ADMIN,
    "tables.change_row": Role.ADMIN,
    "tables.delete_row": Role.ADMIN,
}


def allows(role: Role, action: str) -> bool:
    """Whether the matrix lets a role do an action; an unknown action is nobody's."""
    lowest = MATRIX.get(action)
    return lowest is not None and role >= lowest
