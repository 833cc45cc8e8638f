"""Queries that somebody waits for: one SELECT, run as the runner, read only, limited in time, rows and bytes. Nothing is stored."""

import contextlib
import json
import random
import time
from collections.abc import Iterator
from typing import NamedTuple

import psycopg2
import structlog
from django.conf import settings
from psycopg2.extensions import Column

from dqx import sql, values
from dqx.errors import DQXError, Refused, TooMany
from dqx.locks import Space
from dqx.sql import Reader
from dqx.users.permissions import Actor, require
from dqx.values import Writer
from scripts_app import columns, text
from scripts_app.databases import reading
from scripts_app.databases.reading import Choice
from scripts_app.queries import query_statements, stops
from scripts_app.server_errors import refusal

logger = structlog.get_logger("dqx.queries")
USUAL_ROWS, MOST_ROWS = 100, 10_000
NUMERIC = 1700
# How long a server may take over its own limit, to clean up, before its line is cut.
PATIENCE = 3.0
VARHDRSZ = 4  # what PostgreSQL adds to the length in a type's modifier


class Answer(NamedTuple):
    """What a query found.

    Attributes:
        columns: name and type of each; the names are unique.
        rows: each a JSON object as text.
        truncated: there are more rows than were asked for, or than fit.
        milliseconds: how long it took.
    """

    columns: list[tuple[str, str]]
    rows: list[str]
    truncated: bool
    milliseconds: int

    @property
    def json(self) -> str:
        """The answer as the API gives it."""
        named = json.dumps([{"name": name, "type": kind} for name, kind in self.columns], ensure_ascii=False)
        tail = json.dumps({"row_count": len(self.rows), "truncated": self.truncated, "duration_ms": self.milliseconds})
        return f'{{"columns": {named}, "rows": [{", ".join(self.rows)}], {tail[1:]}'


def run(
    *, actor: Actor, query: str, limit: int = USUAL_ROWS, connection: Choice = None, tag: str | None = None
) -> Answer:
    """The first rows of one SELECT.

    Args:
        limit: how many rows at most, up to 10,000.
        connection: the database to read; this one where None.
        tag: what the actor can stop it by (`stops.stop`).

    Raises:
        NotSignedIn, NotAllowed.
        Refused: it is not one SELECT, PostgreSQL refuses it, or it takes too long; a row does not fit into an answer.
        TooMany: as many queries as may are running.
        Cancelled: the actor stopped it.
        As `reading.choose` and `Reader`.
    """
    return _Look("query", query, limit, tag).take(actor, connection)


def execute(
    *, actor: Actor, content: str, limit: int = USUAL_ROWS, connection: Choice = None, tag: str | None = None
) -> Answer:
    """The first rows of a script, which has to return the five columns.

    Raises:
        As `run`.
    """
    return _Look("script", content, limit, tag).take(actor, connection)


class _Look:
    """One look at the rows of a text."""

    def __init__(self, thing: str, content: str, limit: int, tag: str | None) -> None:
        self.thing, self.limit, self.tag = thing, limit, tag
        self.content = content

    def take(self, actor: Actor, choice: Choice) -> Answer:
        """Check and run it."""
        person = require(actor, "scripts.run_query")
        started = time.monotonic()
        outcome = "failed"
        try:
            self.text = text.clean(self.content, self.thing)
            self.statement, self.skipped = text.statement(self.text, self.thing)
            database = reading.address(reading.choose(choice, actor=person))
            with _slot(), Reader(settings.QUERY_SECONDS, database) as reader, stops.heard(reader, person, self.tag):
                answer = self._read(reader, started)
            outcome = f"{len(answer.rows)} rows"
            return answer
        except DQXError as exc:
            outcome = exc.code
            raise
        finally:
            # Without its text, which may hold what is nobody else's business.
            logger.info("query", thing=self.thing, outcome=outcome, ms=_milliseconds(started))

    def _read(self, reader: Reader, started: float) -> Answer:
        with reader.ended_after(settings.QUERY_SECONDS + PATIENCE) as late:
            try:
                self.ahead = -self.skipped
                found = columns.describe(reader, self.statement)
                if self.thing == "script":
                    columns.the_five(found)
                kinds, writers = _types(reader, found)
                lines = self._lines(reader, len(found))
            except psycopg2.Error as exc:
                raise self._refusal(exc, late.is_set()) from exc
        names = values.unique([column.name for column in found])
        rows, truncated = _rows(lines, names, writers)
        more = truncated or len(lines.kept) > self.limit or lines.full
        return Answer(list(zip(names, kinds, strict=True)), rows[: self.limit], more, _milliseconds(started))

    def _lines(self, reader: Reader, n_columns: int) -> "_Lines":
        copy, ours = query_statements.preview(self.statement, n_columns, self.limit + 1, settings.QUERY_BYTES)
        self.ahead = ours - self.skipped
        lines = _Lines(settings.QUERY_BYTES)
        with contextlib.suppress(_Full):
            reader.copy_out(copy, lines)  # type: ignore[arg-type]
        return lines

    def _refusal(self, exc: psycopg2.Error, late: bool) -> DQXError:
        if exc.pgcode is None and late:
            return Refused("time_limit", f"The {self.thing} took longer than {settings.QUERY_SECONDS} seconds.")
        return refusal(exc, self.text, self.ahead, self.thing)


class _Full(Exception):
    """More bytes came than fit into an answer."""


class _Lines:
    """What COPY writes into: one row a call, as the protocol has it."""

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes, self.n_bytes = most_bytes, 0
        self.kept: list[bytes] = []
        self.full = False

    def write(self, line: bytes) -> None:
        """Keep a row, or end the copy."""
        self.n_bytes += len(line)
        if self.n_bytes > self.most_bytes and self.kept:
            self.full = True
            raise _Full
        self.kept.append(line.removesuffix(b"\n"))


def _rows(lines: _Lines, names: list[str], writers: list[Writer]) -> tuple[list[str], bool]:
    """The rows as JSON, as many as fit, and whether some do not.

    Raises:
        Refused: row_too_large, where not even the first one does; not_utf8.
    """
    keys = [f"{json.dumps(name, ensure_ascii=False)}: " for name in names]
    rows: list[str] = []
    room = settings.QUERY_BYTES
    for line in lines.kept:
        row = _row(line, keys, writers)
        room -= room if row is None else len(row.encode())
        if row is None or room < 0:
            if rows:
                return rows, True
            limit = f"{settings.QUERY_BYTES:,} bytes"
            raise Refused("row_too_large", f"A row has more than {limit}, which is the limit. Ask for less of it.")
        rows.append(row)
    return rows, False


def _row(line: bytes, keys: list[str], writers: list[Writer]) -> str | None:
    try:
        found = values.fields(line, len(keys))
    except UnicodeDecodeError as exc:
        raise Refused("not_utf8", "The rows hold bytes that are not UTF-8.") from exc
    if found is None:
        return None
    if len(found) != len(keys):  # some other server that only seems to be a PostgreSQL
        raise Refused("rows_unreadable", "The database does not write its rows as PostgreSQL does.")
    told = (
        key + ("null" if value is None else write(value))
        for key, write, value in zip(keys, writers, found, strict=True)
    )
    return "{" + ", ".join(told) + "}"


def _types(reader: Reader, found: list[Column]) -> tuple[list[str], list[Writer]]:
    """What the columns' types are called, and what writes their values."""
    oids = [column.type_code for column in found]
    reader.columns(query_statements.exact_floats())
    modified = {"oids": oids, "modifiers": [_modifier(column) for column in found]}
    kinds = [row["name"] for row in reader.rows(query_statements.column_types(), modified)]
    return kinds, values.writers(oids, ask=reader.rows)


def _modifier(column: Column) -> int:
    """The type's modifier, read back from what psycopg2 makes of it; -1 for none. Those of types of fixed length are not to be had."""
    if column.type_code == NUMERIC:
        precise = column.internal_size >= 0
        return (column.precision << 16 | column.scale) + VARHDRSZ if precise else -1
    return -1 if column.internal_size in (None, -1) else column.internal_size + VARHDRSZ


@contextlib.contextmanager
def _slot() -> Iterator[None]:
    """One of the places for queries, whatever process they run in."""
    first = random.randrange(settings.QUERIES_AT_ONCE)  # noqa: S311 - so that not all try the same
    for number in range(settings.QUERIES_AT_ONCE):
        with sql.session_lock(Space.QUERIES, (first + number) % settings.QUERIES_AT_ONCE) as got:
            if got:
                yield
                return
    raise TooMany("too_many_queries", f"{settings.QUERIES_AT_ONCE} queries are running, which is the limit. Try again.")


def _milliseconds(started: float) -> int:
    return round((time.monotonic() - started) * 1000)
