"""Migration operations for tables of schema dq, which may have been there before DQX was."""

from collections.abc import Callable
from typing import Any

from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import ProjectState

from dqx import schema_statements as statements
from dqx import sql

Editor = BaseDatabaseSchemaEditor
# DQX's own tables, the staging tables, and everything of Django and its libraries.
SCHEMAS = ("dq", "stg", "dqx")
# What scripts may read of schema dq.
READABLE = ("rule_ref", "source_ref", "bad_detail")


def make_schemas(**_: Any) -> None:
    """Receiver of pre_migrate: the schemas are there before the first migration runs. Needs no right where they are."""
    for schema in SCHEMAS:
        if not sql.value(statements.schema_exists(), {"schema": schema}):
            sql.execute(statements.create_schema(schema))
    sql.execute(statements.create_adoptions())


def grant_to_runner(**_: Any) -> None:
    """Receiver of post_migrate: scripts may read references, bad rows, and the source schemas that are ours to open."""
    if settings.RUNNER_DATABASE is None:
        return
    role = settings.RUNNER_DATABASE["USER"]
    if not sql.value(statements.role_exists(), {"role": role}):
        return
    for schema in settings.SOURCE_SCHEMAS:
        if sql.rows(statements.schema_is_ours(), {"schema": schema, "role": role}):
            sql.execute(statements.grant_usage(schema, role))
            sql.execute(statements.grant_select_on_all(schema, role))
    for table in sql.rows(statements.ungranted(), {"tables": list(READABLE), "role": role}):
        sql.execute(statements.grant_usage("dq", role))
        sql.execute(statements.grant_select("dq", table["name"], role))


class CreateOrAdopt(migrations.CreateModel):
    """CreateModel in schema dq that keeps a table which an older DQX left there.

    An adopted table gets the columns and constraints that it lacks, NULLs become the model's defaults, and too narrow texts are widened.
    Backwards takes the additions away again and leaves the table with its rows; a table that DQX made itself is dropped.

    Args:
        before: called with the table's name before an adopted table is changed, to put rows right that break a constraint.
    """

    # `sqlmigrate` must not run what looks at the database.
    reduces_to_sql = False

    def __init__(self, *args: Any, before: Callable[[str], None] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.before = before

    def database_forwards(
        self, app_label: str, schema_editor: Editor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Make the table, or adopt the one that is there."""
        model = _model(to_state.apps, app_label, self.name)
        table = model._meta.db_table
        if not sql.value(statements.table_exists(), {"schema": "dq", "table": table}):
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            sql.execute(statements.set_schema(table, "dqx", "dq"))
            return
        if self.before:
            self.before(table)
        _adopt(model, schema_editor)

    def database_backwards(
        self, app_label: str, schema_editor: Editor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Drop the table, or take away what was added to an adopted one."""
        model = _model(from_state.apps, app_label, self.name)
        adopted = sql.rows(statements.adoption(), {"table": model._meta.db_table})
        if not adopted:
            super().database_backwards(app_label, schema_editor, from_state, to_state)
            return
        _release(model, schema_editor, adopted[0])


def _model(apps: Apps, app_label: str, name: str) -> type[models.Model]:
    return apps.get_model(app_label, name)


def _adopt(model: type[models.Model], editor: Editor) -> None:
    table = model._meta.db_table
    present = {found["column"]: found for found in sql.rows(statements.columns_of(), {"schema": "dq", "table": table})}
    added, tightened = [], []
    for field in model._meta.local_fields:
        column = present.get(field.column)
        if column is None:
            editor.add_field(model, field)
            added.append(field.column)
            continue
        _widen(table, field, column["length"])
        if column["is_nullable"] and not field.null:
            _fill(table, field)
            tightened.append(field.column)
    named = {found["name"] for found in sql.rows(statements.constraints_of(), {"schema": "dq", "table": table})}
    constraints = [constraint for constraint in model._meta.constraints if constraint.name not in named]
    for constraint in constraints:
        editor.add_constraint(model, constraint)
    for index in model._meta.indexes:
        editor.add_index(model, index)
    sql.execute(
        statements.record_adoption(),
        {"table": table, "added": added, "tightened": tightened, "constraints": [c.name for c in constraints]},
    )


def _release(model: type[models.Model], editor: Editor, adopted: dict[str, Any]) -> None:
    for index in model._meta.indexes:
        editor.remove_index(model, index)
    for constraint in model._meta.constraints:
        if constraint.name in adopted["constraints"]:
            editor.remove_constraint(model, constraint)
    for field in model._meta.local_fields:
        if field.column in adopted["added"]:
            editor.remove_field(model, field)
    for column in adopted["tightened"]:
        sql.execute(statements.drop_not_null(model._meta.db_table, column))
    sql.execute(statements.forget_adoption(), {"table": model._meta.db_table})


def _widen(table: str, field: "models.Field[Any, Any]", length: int | None) -> None:
    wanted = field.max_length if isinstance(field, models.CharField) else None
    if length is not None and wanted is not None and length < wanted:
        sql.execute(statements.widen(table, str(field.column), wanted))


def _fill(table: str, field: "models.Field[Any, Any]") -> None:
    default = statements.NOW if isinstance(field, models.DateTimeField) else field.get_default()
    if default is None:
        default = ""
    sql.execute(statements.fill_nulls(table, str(field.column), default))
    sql.execute(statements.set_not_null(table, str(field.column), default))
