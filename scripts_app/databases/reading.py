"""Which database a script or a query reads: a stored connection, details that are used once, or this database."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from dqx.errors import Invalid
from dqx.users.permissions import Actor, require
from scripts_app.databases import details, vault
from scripts_app.databases.connections import LONGEST_NAME
from scripts_app.databases.details import Details
from scripts_app.models import Connection, Run

# A stored connection's name, details that are used once, or None for what is usual.
Choice = str | Details | None


def choose(choice: Choice, *, actor: Actor) -> Connection | Details | None:
    """What a request named to read from, if the actor may.

    Raises:
        NotSignedIn, NotAllowed.
        Invalid: there is no such connection, or details are malformed or lead where they may not.
    """
    if choice is None:
        return None
    if isinstance(choice, Details):
        require(actor, "scripts.enter_connection")
        details.check(choice)
        return choice
    require(actor, "scripts.use_connection")
    return named(choice)


def named(name: str) -> Connection:
    """The stored connection of this name, for an operation that has asked whether it may be used.

    Raises:
        Invalid: there is none.
    """
    found = Connection.objects.filter(name=name).first() if "\x00" not in name else None
    if found is None:
        raise Invalid(
            "connection_unknown", f"There is no connection called '{name[:LONGEST_NAME]}'.", field="connection"
        )
    return found


def of_run(run: Run, sealed: str = "") -> Mapping[str, Any] | None:
    """The address that a populate reads from; None for this database.

    Args:
        sealed: what the run's message brought of details that are used once.

    Raises:
        NotAllowed: the one who gave details may no longer do so.
        Invalid: the connection is gone, or leads where it may not.
        Conflict: the details or the key of the secret are gone.
    """
    if run.connection_given:
        require(run.actor, "scripts.enter_connection")
        return address(Details(**vault.unseal(sealed, run.pk)))
    return address(named(run.connection_name)) if run.connection_name else None


def seal(once: Details, run: int) -> str:
    """The details as they travel to the worker that does `run`."""
    return vault.seal(asdict(once), run)


def address(connection: Connection | Details | None) -> Mapping[str, Any] | None:
    """A database in the form of Django's settings; None for none, which means this database.

    Raises:
        As `details.address` and `details.of`.
    """
    if connection is None:
        return None
    return details.address(connection if isinstance(connection, Details) else details.of(connection))
