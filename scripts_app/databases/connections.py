"""Named databases that scripts and queries may read. Their secret is encrypted at rest and leaves only towards their own server."""

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import IntegrityError, transaction
from django.db.models import Count, OuterRef, QuerySet

from dqx import keyset
from dqx.audit import log
from dqx.errors import Conflict, Invalid, NotFound
from dqx.keyset import FIRST, Page, Place
from dqx.users.permissions import Actor, require
from scripts_app.databases import details, vault
from scripts_app.models import Connection, Script

MOST_NAMED = 20
LONGEST_NAME = 100
MOST_AT_ONCE = 100


def listed(*, actor: Actor, place: Place = FIRST, size: int | None = None) -> Page:
    """All connections by name, or the page of `size` at a place; each knows `used_by`, the number of its scripts, and
    `script_names`, the first of them.

    Raises:
        NotSignedIn, NotAllowed.
    """
    require(actor, "scripts.view_connection")
    if size is None:
        return Page(list(_counted().order_by("name")), None, None)
    return keyset.read(_counted(), "name", place, size)


def get(pk: int, *, actor: Actor) -> Connection:
    """A connection with `used_by` and `script_names`.

    Raises:
        NotSignedIn, NotAllowed, NotFound.
    """
    require(actor, "scripts.view_connection")
    return _found(_counted(), pk)


def create(*, actor: Actor, password: str | None = "", **values: Any) -> Connection:
    """Save a new connection of name, host, port, dbname, username, sslmode and runs_at_once.

    Raises:
        As `save`.
    """
    return save(Connection(**values), actor=actor, password=password)


def update(pk: int, *, actor: Actor, password: str | None = "", **changes: Any) -> Connection:
    """Change what is given of a connection.

    Raises:
        As `save`, and NotFound.
    """
    require(actor, "scripts.change_connection")
    with transaction.atomic():
        connection = _found(Connection.objects.select_for_update(), pk)
        for name, value in changes.items():
            setattr(connection, name, value)
        return save(connection, actor=actor, password=password)


def save(connection: Connection, *, actor: Actor, password: str | None = "") -> Connection:
    """Save a connection.

    Args:
        password: an empty one keeps what is there, None forgets it.

    Raises:
        NotSignedIn, NotAllowed.
        Invalid: a part is malformed, its host may not be reached, the password is needed again (`check`), or there is no key for it.
        Conflict: the name is taken.
    """
    verb = "change" if connection.pk else "add"
    require(actor, f"scripts.{verb}_connection")
    with transaction.atomic():
        kept = _found(Connection.objects.select_for_update(), connection.pk) if connection.pk else None
        check(connection, password)
        keeps = kept is not None and password == ""
        connection.secret = kept.secret if kept and keeps else vault.encrypt(password or "")
        try:
            with transaction.atomic():
                connection.save()
        except IntegrityError as exc:
            taken = f"A connection called '{connection.name}' already exists."
            raise Conflict("connection_name_taken", taken, field="name", name=connection.name) from exc
        _record(actor, verb, kept, connection, new_password=not keeps)
    return connection


def check(connection: Connection, password: str | None) -> None:
    """Refuse what can't be saved.

    A kept password is for the server that it was given for: who leads the connection elsewhere, or to another login, or over a line
    that is trusted less, has to know it.

    Raises:
        Invalid: connection_malformed, host_…, password_needed.
    """
    connection.name = connection.name.strip()
    details.check(details.of(connection, password or ""))
    if not 1 <= connection.runs_at_once <= MOST_AT_ONCE:
        raise details.malformed("runs_at_once", f"Between 1 and {MOST_AT_ONCE} runs may read a connection at once.")
    if not 0 < len(connection.name) <= LONGEST_NAME or details.CONTROL.search(connection.name):
        raise details.malformed("name", f"A connection needs a name of 1 to {LONGEST_NAME} characters.")
    kept = Connection.objects.filter(pk=connection.pk).first() if connection.pk else None
    if kept is None or not kept.secret or password or password is None:
        return
    if _target(kept) != _target(connection) or _trust(connection) < _trust(kept):
        raise Invalid(
            "password_needed",
            "The password that is kept was given for another host, port, user or a safer sslmode. Enter it again.",
            field="password",
        )


def delete(pk: int, *, actor: Actor) -> None:
    """Delete a connection that no script reads.

    Raises:
        NotSignedIn, NotAllowed, NotFound.
        Conflict: scripts read it; the message names them.
    """
    require(actor, "scripts.delete_connection")
    with transaction.atomic():
        # The lock keeps scripts from choosing it meanwhile.
        connection = _found(Connection.objects.select_for_update(), pk)
        names = list(connection.scripts.order_by("name").values_list("name", flat=True))
        if names:
            told = ", ".join(f"'{name}'" for name in names[:MOST_NAMED]) + (", …" if len(names) > MOST_NAMED else "")
            raise Conflict(
                "connection_in_use",
                f"Scripts read '{connection.name}': {told}. Give them another connection first.",
                scripts=names[:MOST_NAMED],
                used_by=len(names),
            )
        _record(actor, "delete", connection, None)
        connection.delete()


def rotate_secrets(*, actor: Actor) -> tuple[int, list[str]]:
    """Encrypt every kept password with the first key; how many there were, and the names of those that no key opens.

    Raises:
        NotSignedIn, NotAllowed.
        Invalid: DQX_ENCRYPTION_KEYS is not set.
    """
    require(actor, "scripts.change_connection")
    return vault.rotate_all(Connection.objects.all())


def _record(actor: Actor, verb: str, before: Connection | None, after: Connection | None, **more: Any) -> None:
    known = before or after
    log.record(
        actor=actor,
        action=f"scripts.{verb}_connection",
        thing="dq.dq_connections",
        key=known.pk if known else "",
        before=_told(before),
        after=None if after is None else {**(_told(after) or {}), **more},
    )


def _told(connection: Connection | None) -> dict[str, Any] | None:
    """What the audit log may know of a connection."""
    if connection is None:
        return None
    told = {
        name: getattr(connection, name)
        for name in ("name", "host", "port", "dbname", "username", "sslmode", "runs_at_once")
    }
    return {**told, "has_password": bool(connection.secret)}


def _found(connections: QuerySet[Connection], pk: int) -> Connection:
    connection = connections.filter(pk=pk).first()
    if connection is None:
        raise NotFound("connection_not_found", f"There is no connection {pk}.")
    return connection


def _counted() -> QuerySet[Connection]:
    names = Script.objects.filter(connection=OuterRef("pk")).order_by("name").values("name")[:MOST_NAMED]
    return Connection.objects.annotate(used_by=Count("scripts"), script_names=ArraySubquery(names))


def _target(connection: Connection) -> tuple[str, int, str]:
    return connection.host, connection.port, connection.username


def _trust(connection: Connection) -> int:
    return Connection.SSLMode.values.index(connection.sslmode)
