"""Scripts and their staging tables, made, changed and deleted together."""

from typing import Any

from django.db import IntegrityError, transaction

from dqx import sql
from dqx.errors import Conflict, Invalid
from dqx.users.permissions import require
from scripts_app import columns, runs, statements, text
from scripts_app.models import Run, Script
from scripts_app.permissions import get_script_for

LONGEST_NAME = 255


def create(*, actor: Any, name: str, content: str, description: str = "") -> Script:
    """Save a new script, with an empty staging table.

    Raises:
        NotSignedIn, NotAllowed.
        Invalid: the name is empty or too long.
        Conflict: the name is taken.
        Refused: the text is not one SELECT of the five columns.
    """
    require(actor, "scripts.add_script")
    script = Script(name=_name(name), description=_plain(description), content=text.clean(content), owner=actor)
    columns.check(script.content)
    with transaction.atomic():
        _save(script)
        sql.execute(statements.create_staging(script.staging))
    return script


def update(pk: int, *, actor: Any, name: str | None = None, content: str | None = None, description: str | None = None) -> Script:
    """Change what is given of a script. A new text leaves the staged rows, which can then not be published.

    Raises:
        As `create`, and NotFound.
    """
    script = get_script_for(actor, pk, "scripts.change_script")
    if content is not None and text.clean(content) != script.content:
        columns.check(text.clean(content))
    with transaction.atomic():
        script = get_script_for(actor, pk, "scripts.change_script", lock=True)
        script.name = script.name if name is None else _name(name)
        script.description = script.description if description is None else _plain(description)
        script.content = script.content if content is None else text.clean(content)
        _save(script)
    return script


def delete(pk: int, *, actor: Any) -> None:
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
        sql.execute(statements.drop_staging(script.staging))
        script.delete()


def _save(script: Script) -> None:
    try:
        with transaction.atomic():
            script.save()
    except IntegrityError as exc:
        raise Conflict("script_name_taken", f"A script called '{script.name}' already exists.", name=script.name) from exc


def _name(name: str) -> str:
    name = _plain(name).strip()
    if not name or len(name) > LONGEST_NAME:
        raise Invalid("script_name", f"A script needs a name of 1 to {LONGEST_NAME} characters.", field="name")
    return name


def _plain(value: str) -> str:
    if "\x00" in value:
        raise Invalid("nul_character", "The text contains a NUL character. Remove it.")
    return value
