"""The only module that opens a cursor. Everything else hands it composed SQL from a `statements.py`.

Two logins: `execute`, `rows`, `row` and `value` speak as the owner, on Django's connection; `Reader` speaks as the runner, whose
sessions are read only, limited, used once and closed.
"""

import contextlib
import socket
from collections.abc import Callable, Iterator, Mapping
from typing import Any, BinaryIO, Self

import psycopg2
from django.conf import settings
from django.db import connection, transaction
from psycopg2 import sql
from psycopg2.extensions import Column

from dqx import statements
from dqx.errors import Unavailable

Query = sql.Composable | str
Parameters = Mapping[str, Any] | None
CHUNK = 1 << 18


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


def copy_in(query: Query, file: "BinaryIO | Any") -> int:
    """COPY … FROM STDIN as the owner; returns the number of rows. What `file.read` raises ends the COPY and rolls back."""
    with connection.cursor() as cursor:
        text = query.as_string(cursor.connection) if isinstance(query, sql.Composable) else query
        cursor.copy_expert(text, file, CHUNK)
        return int(cursor.rowcount)


def canceller() -> Callable[[], None]:
    """A function that ends the statement which this thread's connection runs; to be called from another thread."""
    connection.ensure_connection()
    line = connection.connection

    def cancel() -> None:
        with contextlib.suppress(psycopg2.Error):
            line.cancel()

    return cancel


@contextlib.contextmanager
def session_lock(space: int, key: int) -> Iterator[bool]:
    """Try the session's advisory lock (space, key); yields whether it was got, and lets go of it at the end.

    The server lets go of it when the process or its connection dies, so a lock that is free proves that nobody is at work.
    """
    got = bool(value(statements.try_lock(), {"space": space, "key": key}))
    try:
        yield got
    finally:
        if got and connection.connection is not None and not connection.connection.closed:
            with contextlib.suppress(Exception):  # a lost connection has let go of it already
                value(statements.unlock(), {"space": space, "key": key})


def lock_is_free(space: int, key: int) -> bool:
    """Whether no session holds the lock (space, key)."""
    with transaction.atomic():
        return bool(value(statements.try_lock_in_transaction(), {"space": space, "key": key}))


class Reader:
    """One read-only session of the runner on this or another database, used once and closed.

    Args:
        seconds: the server ends each statement after this long.
        database: an address in the form of Django's settings; the runner's own when None.

    Raises:
        Unavailable: there is no login for scripts, or it can't connect.
    """

    def __init__(self, seconds: float, database: Mapping[str, Any] | None = None) -> None:
        self.seconds = seconds
        self.database = database or runner_database()

    def __enter__(self) -> Self:
        try:
            self.connection = psycopg2.connect(
                dbname=self.database["NAME"],
                user=self.database.get("USER") or None,
                password=self.database.get("PASSWORD") or None,
                host=self.database.get("HOST") or None,
                port=self.database.get("PORT") or None,
                connect_timeout=10,
                application_name="dqx script",
                client_encoding="UTF8",
                **self.database.get("OPTIONS", {}),
            )
        except psycopg2.OperationalError as exc:
            raise Unavailable("database_away", "The database that the script reads can't be reached.") from exc
        self.connection.set_session(readonly=True, autocommit=False)
        self._limit()
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(psycopg2.Error):
            self.connection.close()

    def _limit(self) -> None:
        """The session's own limits, on top of those of its role; text forms that the staging table reads the same everywhere."""
        limits = statements.limit_session(
            self.seconds, settings.TIME_ZONE, settings.SOURCE_SCHEMAS, self.connection.server_version
        )
        with self.connection.cursor() as cursor:
            cursor.execute(limits)

    def columns(self, query: Query, params: Parameters = None) -> list[Column]:
        """Run the statements and return the columns that the last one answers with."""
        with self.connection.cursor() as cursor:
            cursor.execute(query, params)
            return list(cursor.description or [])

    def copy_out(self, query: Query, file: BinaryIO) -> None:
        """COPY … TO STDOUT into `file`."""
        with self.connection.cursor() as cursor:
            text = query.as_string(cursor) if isinstance(query, sql.Composable) else query
            cursor.copy_expert(text, file, CHUNK)

    def cancel(self) -> None:
        """Ask the server to end the statement that runs; safe from another thread."""
        with contextlib.suppress(psycopg2.Error):
            self.connection.cancel()

    def abandon(self) -> None:
        """Cut the line to a server that does not answer a cancel; the server notices by itself."""
        with contextlib.suppress(OSError, psycopg2.Error), socket.socket(fileno=self.connection.fileno()) as line:
            try:
                line.shutdown(socket.SHUT_RDWR)
            finally:
                line.detach()


def runner_database() -> Mapping[str, Any]:
    """The login that scripts run with.

    Raises:
        Unavailable: none is set, or it is the owner's and no setting allows that.
    """
    runner, owner = settings.RUNNER_DATABASE, settings.DATABASES["default"]
    if runner is None and settings.SINGLE_LOGIN_ALLOWED:
        return owner
    if runner is None or (runner.get("USER") == owner.get("USER") and not settings.SINGLE_LOGIN_ALLOWED):
        raise Unavailable(
            "runner_missing",
            "Scripts need a login of their own that can only read. Set DQX_RUNNER_DATABASE_URL (deploy/roles.sql makes the login).",
        )
    return runner
