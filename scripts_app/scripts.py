"""Scripts and their staging tables, made, changed and deleted together."""

from typing import Any

from django.db import IntegrityError, transaction

from dqx import sql
from dqx.errors import Conflict, Invalid
from dqx.users.permissions import Actor, require
from scripts_app import columns, connections, runs, schedules, statements, text
from scripts_app.models import Connection, Run, Script
from scripts_app.permissions import get_script_for

LONGEST_NAME = 255


def create(
    *, actor: Actor, name: str, content: str, description: str = "", connection: Connection | None = None
) -> Script:
    """Save a new script, with an empty staging table.

    Raises:
        NotSignedIn, NotAllowed.
        Invalid: the name is empty or too long.
        Conflict: the name is taken.
        Refused: the text is not one SELECT of the five columns.
    """
    owner = require(actor, "scripts.add_script")
    if connection is not None:
        require(actor, "scripts.view_connection")
    script = Script(
        name=_name(name),
        description=_plain(description),
        content=text.clean(content),
        owner=owner,
        connection=connection,
    )
    columns.check(script.content, connections.address(connection))
    with transaction.atomic():
        _save(script)
        sql.execute(statements.drop_staging(script.staging))  # of a script of this id in a life before, if any
        sql.execute(statements.create_staging(script.staging))
    return script


def update(pk: int, *, actor: Actor, **changes: Any) -> Script:
    """Change what is given of a script: name, description, content, connection.

    A new text leaves the staged rows, which can then not be published.

    Raises:
        As `create`, and NotFound.
    """
    script = get_script_for(actor, pk, "scripts.change_script")
    if "connection" in changes and changes["connection"] != script.connection:
        require(actor, "scripts.view_connection")
    _change(script, changes)
    if {"content", "connection"} & changes.keys():
        columns.check(script.content, connections.address(script.connection))
    with transaction.atomic():
        script = get_script_for(actor, pk, "scripts.change_script", lock=True)
        _change(script, changes)
        _save(script)
    return script


def _change(script: Script, changes: dict[str, Any]) -> None:
    clean = {"name": _name, "description": _plain, "content": text.clean, "connection": lambda connection: connection}
    for field, value in changes.items():
        setattr(script, field, clean[field](value))


def delete(pk: int, *, actor: Actor) -> None:
    """Delete a script and its staging table. What it published stays, and its runs stay in the ledger.

    Raises:
        NotSignedIn, NotAllowed, NotFound.
        Conflict: a run of it is under way.
    """
    with transaction.atomic():
        script = get_script_for(actor, pk, "scripts.delete_script", lock=True)
        runs.recover(script)
        active = Run.objects.filter(script=script, status__in=Run.ACTIVE).first()
        if active is not None:
            raise Conflict("run_active", f"A run of '{script.name}' is under way. Cancel it first.", run=active.pk)
        schedules.forget(script)
        sql.execute(statements.drop_staging(script.staging))
        script.delete()


def _save(script: Script) -> None:
    try:
        with transaction.atomic():
            script.save()
    except IntegrityError as exc:
        raise Conflict(
            "script_name_taken", f"A script called '{script.name}' already exists.", name=script.name
        ) from exc


def _name(name: str) -> str:
    name = _plain(name).strip()
    if not name or len(name) > LONGEST_NAME:
        raise Invalid("script_name", f"A script needs a name of 1 to {LONGEST_NAME} characters.", field="name")
    return name


def _plain(value: str) -> str:
    if "\x00" in value:
        raise Invalid("nul_character", "The text contains a NUL character. Remove it.")
    return value
