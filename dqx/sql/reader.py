"""What runs as the runner, or on a database that people named: sessions that can only read."""

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any, BinaryIO, Self

import psycopg2
from django.conf import settings
from psycopg2 import sql
from psycopg2.extensions import Column

from dqx import reachability
from dqx.errors import Conflict, Unavailable
from dqx.sql import lines, statements
from dqx.sql.lines import CHUNK, Parameters, Query


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
            connect = lines.connect_in_time if self._is_foreign else psycopg2.connect
            self.connection = connect(**self._parameters())
        except (psycopg2.Error, ValueError) as exc:
            raise self._away(exc) from (None if self._is_foreign else exc)
        try:
            self.connection.set_session(readonly=True, autocommit=False)
            with self.ended_after(lines.CONNECT_SECONDS) if self._is_foreign else contextlib.nullcontext():
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
            "connect_timeout": max(lines.CONNECT_SECONDS // hosts, 2),  # libpq counts it for each address
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

    def stopper(self) -> Callable[[], None]:
        """A function that ends what the session runs; to be called from another thread, again and again, as `dqx.sql.stopper` says."""
        return lines.insister(self.cancel, self.abandon)

    def abandon(self) -> None:
        """Cut the line to a server that does not answer a cancel; the server notices by itself."""
        lines.cut(self.connection)
