"""The only module that opens a cursor. Everything else hands it composed SQL from a `statements.py`.

Two logins: `execute`, `rows`, `row` and `value` speak as the owner, on Django's connection; `Reader` speaks as the runner, whose
sessions are read only, limited, used once and closed.
"""

import contextlib
import io
import queue
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any, BinaryIO, Self

import psycopg2
from django.conf import settings
from django.db import connection, transaction
from psycopg2 import sql
from psycopg2.extensions import Column

from dqx import reachability, statements
from dqx.errors import Conflict, TooMany, Unavailable

Query = sql.Composable | str
Parameters = Mapping[str, Any] | None
CHUNK = 1 << 18
PIECES_WAITING = 8
# How long a server may take to answer a cancel before its line is cut.
PATIENCE = 5.0
CONNECT_SECONDS = 10


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


def copied_out(query: Query, seconds: float, *, space: int, at_once: int) -> "Flow":
    """What a COPY … TO STDOUT sends, piece by piece, on a session of the owner's of its own that can only read.

    To close it, which a web server does when its client has gone, ends the statement.

    Args:
        seconds: the server ends the statement after this long, however slowly its rows are taken.
        space: number of the advisory locks of which each such session holds one.
        at_once: how many of them there are.

    Raises:
        Unavailable: the database can't be reached.
        TooMany: at the first piece, as many sessions as may are at work.
        psycopg2.Error: at any piece, the statement was ended before its end; nothing that was sent before is the whole then.
    """
    try:
        line = psycopg2.connect(**{**connection.get_connection_params(), "application_name": "dqx export"})
    except psycopg2.OperationalError as exc:
        raise Unavailable("database_away", "The database can't be reached, or is busy. Try again in a moment.") from exc
    flow = Flow(line, seconds)
    flow.start(query, {"space": space, "most": at_once})
    return flow


class Flow:
    """Pieces on their way from a statement to somebody who may take them slowly; a few wait at the most.

    No generator, since that can't be closed while another thread waits for its next piece.
    """

    def __init__(self, line: Any, seconds: float) -> None:
        self.line, self.seconds, self.stopped, self.done = line, seconds, False, False
        self.failure: Exception | None = None
        self.pieces: queue.Queue[bytes | None] = queue.Queue(maxsize=PIECES_WAITING)

    def start(self, query: Query, places: Mapping[str, int]) -> None:
        """Begin with the statement, in a thread of its own."""
        self.thread = threading.Thread(target=self._run, args=(query, places), daemon=True)
        self.thread.start()

    def _run(self, query: Query, places: Mapping[str, int]) -> None:
        try:
            self._fill(query, places)
        except queue.Full as exc:
            self.failure = exc
            _cut(self.line)  # a server that waits to send hears no timeout; it must not keep its snapshot
        except Exception as exc:
            self.failure = exc
        self.done = True
        with contextlib.suppress(queue.Full):
            self.pieces.put_nowait(None)

    def _fill(self, query: Query, places: Mapping[str, int]) -> None:
        self.line.set_session(readonly=True, autocommit=False)
        with self.line.cursor() as cursor:
            cursor.execute(statements.limit_statement(self.seconds, settings.WORK_MEM_MB))
            cursor.execute(statements.take_place(), places)
            if not cursor.rowcount:
                raise TooMany("too_many", f"{places['most']} of these are at work, which is the limit. Try again.")
            text = query.as_string(cursor) if isinstance(query, sql.Composable) else query
            # Rows come one by one; they go on in pieces.
            out = io.BufferedWriter(_Outlet(self), CHUNK)
            cursor.copy_expert(text, out, CHUNK)
            out.flush()

    def put(self, piece: bytes) -> None:
        """Let a piece wait for its turn."""
        if not self.stopped:
            self.pieces.put(piece, timeout=self.seconds)
        if self.stopped:
            raise BrokenPipeError

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        # The end is told by None, and where there was no room for it by the last of the pieces.
        piece = None if self.done and self.pieces.empty() else self.pieces.get()
        if piece is not None:
            return piece
        self.close()
        if self.failure is not None:
            raise self.failure
        raise StopIteration

    def close(self) -> None:
        """End the statement: nobody takes any more."""
        self._stop()
        self.thread.join(PATIENCE)
        if self.thread.is_alive():  # the server does not hear the cancel
            _cut(self.line)
            self.thread.join(PATIENCE)
        self.line.close()  # not before: its place is taken as long as somebody takes pieces

    def _stop(self) -> None:
        self.stopped = True
        if not self.done:
            with contextlib.suppress(psycopg2.Error):
                self.line.cancel()
        with contextlib.suppress(queue.Empty):
            while True:
                self.pieces.get_nowait()


class _Outlet(io.RawIOBase):
    """The end of a flow that a statement writes to."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow

    def writable(self) -> bool:
        return True

    def write(self, piece: Any) -> int:
        self.flow.put(bytes(piece))
        return len(piece)


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
            IS_FOREIGN in it says that people named the database: they are told why it can't be reached.

    Raises:
        Unavailable: there is no login for scripts, or it can't connect.
        Conflict: the login of a foreign database can read the passwords of a DQX.
    """

    def __init__(self, seconds: float, database: Mapping[str, Any] | None = None) -> None:
        self.seconds = seconds
        self.database = database or runner_database()

    def __enter__(self) -> Self:
        try:
            connect = _connect_in_time if self._is_foreign else psycopg2.connect
            self.connection = connect(**self._parameters())
        except (psycopg2.Error, ValueError) as exc:
            raise self._away(exc) from (None if self._is_foreign else exc)
        try:
            self.connection.set_session(readonly=True, autocommit=False)
            with self.ended_after(CONNECT_SECONDS) if self._is_foreign else contextlib.nullcontext():
                self._limit()
                if self._is_foreign:
                    self._refuse_our_secrets()
        except psycopg2.Error as exc:
            self.__exit__()
            raise self._away(exc) from exc
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(psycopg2.Error):
            self.connection.close()

    @property
    def _is_foreign(self) -> bool:
        return bool(self.database.get("IS_FOREIGN"))

    def _parameters(self) -> dict[str, Any]:
        hosts = str(self.database.get("HOST") or "").count(",") + 1
        return {
            "dbname": self.database["NAME"],
            "user": self.database.get("USER") or None,
            "password": self.database.get("PASSWORD") or None,
            "host": self.database.get("HOST") or None,
            "port": self.database.get("PORT") or None,
            "connect_timeout": max(CONNECT_SECONDS // hosts, 2),  # libpq counts it for each address
            "application_name": "dqx script",
            "client_encoding": "UTF8",
            **self.database.get("OPTIONS", {}),
        }

    def _away(self, exc: Exception) -> Unavailable:
        if not self._is_foreign:
            return Unavailable("database_away", "The database that the script reads can't be reached.")
        reason, sentence = reachability.why(exc, self.database["PASSWORD"])
        return Unavailable("database_away", f"The database can't be reached: {sentence}", reason=reason)

    def _refuse_our_secrets(self) -> None:
        """People name a database to read their data, not to look around in a DQX's, this one's included."""
        if self.rows(statements.reads_our_secrets()):
            self.__exit__()
            raise Conflict(
                "login_reads_secrets",
                "This login can read the passwords of a DQX. Use one that can't, such as dqx_runner of deploy/roles.sql.",
            )

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

    def rows(self, query: Query, params: Parameters = None) -> list[dict[str, Any]]:
        """All rows of a query of ours, each a dict by column name."""
        with self.connection.cursor() as cursor:
            cursor.execute(query, params)
            names = [column.name for column in cursor.description]
            return [dict(zip(names, found, strict=True)) for found in cursor.fetchall()]

    @property
    def tls(self) -> str | None:
        """The version of TLS on the line, such as "TLSv1.3"; None without."""
        info = self.connection.info
        return info.ssl_attribute("protocol") if info.ssl_in_use else None

    @contextlib.contextmanager
    def ended_after(self, seconds: float) -> Iterator[threading.Event]:
        """Cut the line after so long, for statements that never look whether they shall stop; what is yielded says whether it was."""
        late = threading.Event()

        def give_up() -> None:
            late.set()
            self.abandon()

        timer = threading.Timer(seconds, give_up)
        timer.start()
        try:
            yield late
        finally:
            timer.cancel()

    def copy_out(self, query: Query, file: BinaryIO) -> None:
        """COPY … TO STDOUT into `file`."""
        with self.connection.cursor() as cursor:
            text = query.as_string(cursor) if isinstance(query, sql.Composable) else query
            cursor.copy_expert(text, file, CHUNK)

    def cancel(self) -> None:
        """Ask the server to end the statement that runs; safe from another thread.

        A foreign server is not asked: psycopg2 stops the whole process while libpq waits for one that does not answer. Its line
        is cut, which PostgreSQL 14 and later notice within a second.
        """
        if self._is_foreign:
            self.abandon()
        else:
            with contextlib.suppress(psycopg2.Error):
                self.connection.cancel()

    def abandon(self) -> None:
        """Cut the line to a server that does not answer a cancel; the server notices by itself."""
        _cut(self.connection)


def _cut(line: Any) -> None:
    with contextlib.suppress(OSError, psycopg2.Error), socket.socket(fileno=line.fileno()) as wire:
        try:
            wire.shutdown(socket.SHUT_RDWR)
        finally:
            wire.detach()


def _connect_in_time(**parameters: Any) -> Any:
    """Connect, but don't wait for a server that lets one in and then says nothing: libpq's own limit ends with the login.

    Raises:
        psycopg2.Error: it can't connect, or it took too long.
    """
    made: queue.SimpleQueue[Any] = queue.SimpleQueue()
    given_up = threading.Event()

    def connect() -> None:
        try:
            line = psycopg2.connect(**parameters)
        except Exception as exc:
            made.put(exc)
        else:
            made.put(line)
            if given_up.is_set():
                line.close()

    threading.Thread(target=connect, daemon=True).start()
    try:
        found = made.get(timeout=CONNECT_SECONDS + 2)
    except queue.Empty:
        given_up.set()
        raise psycopg2.OperationalError("timeout expired") from None
    if isinstance(found, Exception):
        raise found
    return found


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
