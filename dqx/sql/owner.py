"""What runs as the owner, on Django's connection."""

import contextlib
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import Any, BinaryIO

import psycopg2
from django.db import connection, transaction
from psycopg2 import sql

from dqx.sql import statements
from dqx.sql.lines import CHUNK, Parameters, Query, cut, insister


def execute(query: Query, params: Parameters = None) -> int:
    """Run one statement as the owner and return the number of rows that it touched."""
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        return int(cursor.rowcount)


def rows(query: Query, params: Parameters = None) -> list[dict[str, Any]]:
    """All rows of a query as the owner, each a dict by column name."""
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, found, strict=True)) for found in cursor.fetchall()]


def row(query: Query, params: Parameters = None) -> dict[str, Any]:
    """The only row of a query that always has one."""
    return rows(query, params)[0]


def value(query: Query, params: Parameters = None) -> Any:
    """The only column of the only row."""
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        return cursor.fetchone()[0]


def now() -> datetime:
    """The clock of the database, which is one for all machines."""
    found: datetime = value(statements.clock())
    return found


def copy_in(query: Query, file: "BinaryIO | Any") -> int:
    """COPY … FROM STDIN as the owner; returns the number of rows. What `file.read` raises ends the COPY and rolls back."""
    with connection.cursor() as cursor:
        text = query.as_string(cursor.connection) if isinstance(query, sql.Composable) else query
        cursor.copy_expert(text, file, CHUNK)
        return int(cursor.rowcount)


def stopper() -> Callable[[], None]:
    """A function that ends the statement which this thread's connection runs; to be called from another thread, again and again.

    First it asks the server. Where that has not helped after `PATIENCE` seconds it cuts the line, which ends the transaction too.
    """
    connection.ensure_connection()
    line = connection.connection

    def cancel() -> None:
        with contextlib.suppress(psycopg2.Error):
            line.cancel()

    return insister(cancel, partial(cut, line))


@contextlib.contextmanager
def session_lock(space: int, key: int) -> Iterator[bool]:
    """Try the session's advisory lock (space, key); yields whether it was got, and lets go of it at the end.

    The server lets go of it when the process or its connection dies, so a lock that is free proves that nobody is at work.
    """
    got = try_session_lock(space, key)
    try:
        yield got
    finally:
        if got:
            release_session_lock(space, key)


def try_session_lock(space: int, key: int) -> bool:
    """Take the session's advisory lock (space, key) if nobody has it; whether it was got."""
    return bool(value(statements.try_lock(), {"space": space, "key": key}))


def release_session_lock(space: int, key: int) -> None:
    """Let go of a lock that this session took; a connection that was lost has done so already."""
    if connection.connection is not None and not connection.connection.closed:
        with contextlib.suppress(Exception):
            value(statements.unlock(), {"space": space, "key": key})


def hold(space: int, key: int = 0) -> None:
    """Wait for the lock (space, key) and have it until the transaction ends."""
    execute(statements.lock_in_transaction(), {"space": space, "key": key})


def lock_is_free(space: int, key: int) -> bool:
    """Whether no session holds the lock (space, key)."""
    with transaction.atomic():
        return bool(value(statements.try_lock_in_transaction(), {"space": space, "key": key}))
