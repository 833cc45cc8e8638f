"""What PostgreSQL says of a script, as our errors: its message, and where in the person's text. Nothing of our own SQL shows."""

import re

import psycopg2
from django.db import DatabaseError, InterfaceError
from psycopg2 import errorcodes

from dqx.errors import DQXError, Refused, Unavailable

_COPY_PLACE = re.compile(r"COPY [^,]+, line (?P<row>\d+)(?:, column (?P<column>\w+)(?:: (?P<value>.*))?)?", re.DOTALL)
_WHY = {
    "txn_date_in_calendar": "txn_date has to be a date between 0001-01-01 and 9999-12-31",
}


# What passes by itself, or is no matter of the script, by SQLSTATE: a code of ours and a sentence.
_AWAY = ("database_away", "The connection to the database was lost. Nothing was changed; try again.")
_BUSY = ("database_busy", "The database takes no more connections at the moment. Nothing was changed; try again.")
_DEADLOCK = (
    "deadlock",
    "It and another session waited for each other, and the database ended this one. Nothing was changed; try again.",
)
_FULL = ("disk_full", "The database has no room left on its disk. Nothing was changed; make room, then try again.")
_OUTER = {
    errorcodes.ADMIN_SHUTDOWN: _AWAY,
    errorcodes.CRASH_SHUTDOWN: _AWAY,
    errorcodes.CANNOT_CONNECT_NOW: _AWAY,
    errorcodes.TOO_MANY_CONNECTIONS: _BUSY,
    errorcodes.DEADLOCK_DETECTED: _DEADLOCK,
    errorcodes.SERIALIZATION_FAILURE: _DEADLOCK,
    errorcodes.DISK_FULL: _FULL,
}


def outer(exc: psycopg2.Error) -> DQXError | None:
    """The error where it is not the script's but the server's; None where it is the script's."""
    if exc.pgcode is None or exc.pgcode.startswith("08"):
        return Unavailable(*_AWAY)
    known = _OUTER.get(exc.pgcode)
    return Unavailable(*known, sqlstate=exc.pgcode) if known else None


def lost(exc: DatabaseError | InterfaceError) -> DQXError:
    """The error of a run that lost the database which holds DQX's tables."""
    cause = exc.__cause__
    return (outer(cause) if isinstance(cause, psycopg2.Error) else None) or Unavailable(*_AWAY)


def refusal(exc: psycopg2.Error, text: str, skipped: int = 0, thing: str = "script") -> DQXError:
    """The error of a script's or query's statement.

    Args:
        exc: what psycopg2 raised.
        text: the script as the person wrote it.
        skipped: how many characters of our own stand before the text's first in the statement that was sent.
        thing: what the error calls it, "script" or "query".
    """
    not_its_fault = outer(exc)
    if not_its_fault is not None:
        return not_its_fault
    diagnosis = exc.diag
    data: dict[str, object] = {"sqlstate": exc.pgcode}
    place = diagnosis.internal_position or diagnosis.statement_position
    if place:
        data.update(_line_and_column(text, int(place) - 1 - skipped))
    data |= {
        name: value
        for name in ("detail", "hint")
        if (value := getattr(diagnosis, f"message_{name}")) and "COPY" not in value
    }
    message = (diagnosis.message_primary or f"PostgreSQL refused the {thing}").rstrip(".")
    if exc.pgcode == errorcodes.QUERY_CANCELED and "timeout" in message:
        return Refused("time_limit", f"The {thing} took longer than it may. Make it faster, or read less.", **data)
    where = f" (line {data['line']}, column {data['column']})" if "line" in data else ""
    return Refused(f"{thing}_refused", f"{message}{where}.", **data)


def misfit(exc: psycopg2.Error) -> DQXError:
    """The error of a row that does not fit the staging table, with its number, column and value."""
    not_its_fault = outer(exc)
    if not_its_fault is not None:
        return not_its_fault
    diagnosis = exc.diag
    place = _COPY_PLACE.search(diagnosis.context or "")
    reason = _WHY.get(diagnosis.constraint_name or "", diagnosis.message_primary or "it does not fit")
    if place is None:
        return Refused("row_misfit", f"The rows do not fit: {reason}.", sqlstate=exc.pgcode)
    found = {key: value for key, value in place.groupdict().items() if value is not None}
    column = found.get("column") or diagnosis.column_name
    if column is None and diagnosis.constraint_name in _WHY:
        column = "txn_date"
    where = f"Row {int(found['row']):,}" + (f", column {column}" if column else "")
    data = {
        "row": int(found["row"]),
        "column": column,
        "value": found.get("value", "").strip('"')[:200],
        "sqlstate": exc.pgcode,
    }
    return Refused(
        "row_misfit", f"{where}: {reason}.", **{key: value for key, value in data.items() if value not in (None, "")}
    )


def _line_and_column(text: str, offset: int) -> dict[str, int]:
    """Line and column, both from 1, of a character's place in the text."""
    if not 0 <= offset <= len(text):
        return {}
    before = text[:offset]
    return {"line": before.count("\n") + 1, "column": offset - (before.rfind("\n") + 1) + 1}
