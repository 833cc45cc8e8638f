"""The demo: real flights, fourteen rules that find what is wrong with them, populated and published."""

import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.db import transaction

from dqx import schema_statements as tables
from dqx import sql
from dqx.errors import DQXError, Unavailable
from dqx.users.permissions import Actor
from scripts_app import importing, populate, publish
from scripts_app.demo import statements
from scripts_app.ledger import execution
from scripts_app.models import Run, Script

RULES = Path(__file__).parent / "rules"
Say = Callable[[str], None]


def load(*, actor: Actor, say: Say) -> None:
    """Make what is missing of the demo; where everything is there, nothing happens.

    Raises:
        Unavailable: the package with the data is not installed.
        DQXError: a script could not be populated or published.
    """
    load_tables(say)
    for imported in importing.import_folder(RULES, actor=actor):
        _bring_up(imported.script, actor, say)


def load_tables(say: Say) -> None:
    """The source tables in the demo's schema, each loaded once."""
    schema = settings.DEMO_SCHEMA
    with transaction.atomic():
        if not sql.value(tables.schema_exists(), {"schema": schema}):
            sql.execute(tables.create_schema(schema))
        for name in statements.TABLES:
            if not sql.value(tables.table_exists(), {"schema": schema, "table": f"nyc_{name}"}):
                _load_table(schema, name, say)
        if settings.RUNNER_DATABASE:
            role = settings.RUNNER_DATABASE["USER"]
            sql.execute(tables.grant_usage(schema, role))
            sql.execute(tables.grant_select_on_all(schema, role))


def _load_table(schema: str, name: str, say: Say) -> None:
    sql.execute(statements.create(schema, name))
    with _open(name) as file:
        rows = sql.copy_in(statements.load(schema, name), file)
    sql.execute(statements.analyze(schema, name))
    say(f"demo: {schema}.nyc_{name}, {rows:,} rows")


@contextmanager
def _open(name: str) -> Iterator[BinaryIO | Any]:
    folder = Path(settings.DEMO_DATA)
    if not folder.is_dir():
        raise Unavailable(
            "demo_missing",
            f"The demo's data is not in {folder}. `make run` installs it; or set DQX_DEMO=0 to do without.",
        )
    if name == "flights":
        with zipfile.ZipFile(folder / "flights.csv.zip") as archive, archive.open("flights.csv") as file:
            yield file
    else:
        with (folder / f"{name}.csv").open("rb") as file:
            yield file


def _bring_up(script: Script, actor: Actor, say: Say) -> None:
    """Populate and publish a script that never was, so that a person's later changes are left alone."""
    if script.runs.filter(kind=Run.Kind.PUBLISH, status=Run.Status.SUCCEEDED).exists():
        return
    _do(populate.request(script.pk, actor=actor, trigger=Run.Trigger.CLI, dispatch=False))
    published = _do(publish.request(script.pk, actor=actor, trigger=Run.Trigger.CLI, dispatch=False))
    say(f"demo: {published.n_new:>7,} bad rows of '{script.name}'")


def _do(run: Run) -> Run:
    execution.execute(run.pk)
    run.refresh_from_db()
    if run.status != Run.Status.SUCCEEDED:
        error = run.error or {"code": "run_active", "message": "Somebody else does it."}
        raise DQXError(error["code"], f"{run.script_name}: {error['message']}")
    return run
