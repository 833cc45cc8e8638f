"""Scripts and their staging tables, made, changed and deleted together."""

from collections.abc import Callable
from copy import copy
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from dqx import sql
from dqx.audit import log
from dqx.errors import Conflict, Invalid
from dqx.users.permissions import Actor, require
from scripts_app import columns, statements, text
from scripts_app.databases import reading
from scripts_app.ledger import claims
from scripts_app.models import Connection, Run, Script
from scripts_app.permissions import get_script_for
from scripts_app.scheduling import schedules
from scripts_app.versions import versions

LONGEST_NAME = 255


def create(
    *,
    actor: Actor,
    name: str,
    content: str,
    description: str = "",
    connection: Connection | str | None = None,
    time_limit: int | None = None,
) -> Script:
    """Save a new script, with an empty staging table.

    Args:
        connection: the database that it reads, or its name; this one where None.
        time_limit: seconds that a run of it may take; as many as the server allows where None.

    Raises:
        NotSignedIn, NotAllowed.
        Invalid: the name is empty or too long; there is no such connection; the time limit is no limit.
        Conflict: the name is taken.
        Refused: the text is not one SELECT of the five columns.
    """
    owner = require(actor, "scripts.add_script")
    database = _chosen(connection, None, actor)
    script = Script(
        name=_name(name),
        description=_plain(description),
        content=text.clean(content),
        owner=owner,
        connection=database,
        time_limit=check_time_limit(time_limit),
    )
    columns.check(script.content, reading.address(database))
    with transaction.atomic():
        _save(script)
        versions.keep(script, None, author=owner)
        _record(script, "add", None, owner)
        sql.execute(statements.drop_staging(script.staging))  # of a script of this id in a life before, if any
        sql.execute(statements.create_staging(script.staging))
    return script


def update(
    pk: int, *, actor: Actor, version: int | None = None, restored_from: int | None = None, **changes: Any
) -> Script:
    """Change what is given of a script: name, description, content, connection, time_limit. A new text or connection makes a new version.

    A new text leaves the staged rows, which can then not be published.

    Args:
        version: the version that the change was made on, so that nobody overwrites what they have not seen; None to change what is there.
        restored_from: the version that the text is taken from.

    Raises:
        As `create`, and NotFound.
        Conflict: script_changed, where `version` is not the newest.
    """
    person = require(actor, "scripts.change_script")
    script = get_script_for(actor, pk, "scripts.change_script")
    versions.check_current(script, version)
    if "connection" in changes:
        changes["connection"] = _chosen(changes["connection"], script.connection, actor)
    _change(script, changes)
    if {"content", "connection"} & changes.keys():
        columns.check(script.content, reading.address(script.connection))
    with transaction.atomic():
        script = get_script_for(actor, pk, "scripts.change_script", lock=True)
        versions.check_current(script, version)
        before = copy(script)
        _change(script, changes)
        _save(script)
        versions.keep(script, before, author=person, restored_from=restored_from)
        _record(script, "change", _values(before), person)
    return script


def restore(pk: int, n: int, *, actor: Actor, version: int | None = None) -> Script:
    """Let a script have the text of its version `n` again, as a new version. The connection, the name and the description stay.

    Nothing happens where it has that text already.

    Args:
        version: as for `update`.

    Raises:
        As `update`; NotFound where there is no such version.
        Refused: the server does not take that text any more.
    """
    require(actor, "scripts.change_script")
    get_script_for(actor, pk, "scripts.change_script")
    content = versions.get(pk, n, actor=actor).content
    return update(pk, actor=actor, version=version, restored_from=n, content=content)


def _chosen(choice: Connection | str | None, now: Connection | None, actor: Actor) -> Connection | None:
    """The connection that a script gets. Only who may see them all gives it another one than it has."""
    if choice is None and now is None:
        return None
    if now is not None and choice in (now, now.name):
        return now
    require(actor, "scripts.view_connection")
    return reading.named(choice) if isinstance(choice, str) else choice


def _change(script: Script, changes: dict[str, Any]) -> None:
    clean: dict[str, Callable[[Any], Any]] = {
        "name": _name,
        "description": _plain,
        "content": text.clean,
        "connection": lambda connection: connection,
        "time_limit": check_time_limit,
    }
    for field, value in changes.items():
        setattr(script, field, clean[field](value))


def delete(pk: int, *, actor: Actor) -> None:
    """Delete a script and its staging table. What it published stays, and its runs stay in the ledger.

    Raises:
        NotSignedIn, NotAllowed, NotFound.
        Conflict: a run of it is under way.
    """
    require(actor, "scripts.delete_script")
    with transaction.atomic():
        schedules.hold(pk)
        script = get_script_for(actor, pk, "scripts.delete_script", lock=True)
        claims.recover(script)
        active = Run.objects.filter(script=script, status__in=Run.ACTIVE).first()
        if active is not None:
            raise Conflict("run_active", f"A run of '{script.name}' is under way. Cancel it first.", run=active.pk)
        schedules.forget(script, actor=actor)
        _record(script, "delete", _values(script), actor)
        sql.execute(statements.drop_staging(script.staging))
        script.delete()


def _values(script: Script) -> dict[str, Any]:
    """What the audit log holds of a script; its texts are in its versions."""
    told = ("name", "description", "content_hash", "connection_id", "time_limit", "owner_id")
    return {name: getattr(script, name) for name in told}


def _record(script: Script, verb: str, before: dict[str, Any] | None, actor: Actor) -> None:
    after = None if verb == "delete" else _values(script)
    if before != after:
        log.record(
            actor=actor,
            action=f"scripts.{verb}_script",
            thing="dq.dq_sql_scripts",
            key=script.pk,
            before=before,
            after=after,
        )


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


def check_time_limit(seconds: int | None) -> int | None:
    """A time limit of a script, in seconds; None is what the server allows.

    Raises:
        Invalid: it is less than a second, or more than the server allows.
    """
    most = settings.POPULATE_SECONDS
    if seconds is not None and not 1 <= seconds <= most:
        raise Invalid(
            "time_limit_malformed",
            f"A run may take between 1 and {most:,} seconds, which is what this server allows (DQX_POPULATE_SECONDS).",
            field="time_limit",
        )
    return seconds


def _plain(value: str) -> str:
    if "\x00" in value:
        raise Invalid("nul_character", "The text contains a NUL character. Remove it.")
    return value
