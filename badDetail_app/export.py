"""The bad rows as a file, streamed: exactly those that the filters let through, as one moment sees them."""

import contextlib
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from typing import NamedTuple, Self

import psycopg2
from django.conf import settings
from psycopg2 import sql as pg

from badDetail_app import export_statements as statements
from badDetail_app import workbook
from badDetail_app.report_statements import Filters, Ordering
from badDetail_app.reports import VIEW
from dqx import sql
from dqx.errors import Invalid, Refused, Unavailable
from dqx.locks import Space
from dqx.users.permissions import Actor, require


class Format(NamedTuple):
    """A kind of file.

    Attributes:
        media_type: as HTTP names it.
        unload: the statement that sends the rows.
        write: makes the pieces of the file of what the statement sends.
    """

    media_type: str
    unload: Callable[[Filters, Ordering | None], pg.Composed]
    write: Callable[[Iterator[bytes]], Iterator[bytes]]


def _as_they_come(pieces: Iterator[bytes]) -> Iterator[bytes]:
    return pieces


def _parquet(pieces: Iterator[bytes]) -> Iterator[bytes]:
    # Not imported with the rest: pyarrow is an extra, and takes 60 MB of each process that has it.
    written: Iterator[bytes] = import_module("badDetail_app.parquet").write(pieces)
    return written


FORMATS = {
    "csv": Format("text/csv", statements.as_csv, _as_they_come),
    "xlsx": Format(
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", statements.as_text, workbook.write
    ),
    "parquet": Format("application/vnd.apache.parquet", statements.as_plain_csv, _parquet),
}


def check(*, actor: Actor, form: str) -> Format:
    """The format, which this server can write, for an actor who may export.

    Raises:
        NotSignedIn, NotAllowed.
        Invalid: this server can't write Parquet.
    """
    require(actor, VIEW)
    if form == "parquet" and find_spec("pyarrow") is None:
        raise Invalid(
            "format_unavailable",
            "This server can't write Parquet: pyarrow is not installed there (requirements/parquet.txt). Take csv or xlsx.",
            field="format",
        )
    return FORMATS[form]


def export(*, actor: Actor, filters: Filters, ordering: Ordering | None, form: str) -> "Pieces":
    """The pieces of a file of bad rows, each row with the names of its rule and source.

    Args:
        ordering: None for the order in which the server finds them, which is the quickest.
        form: "csv", "xlsx" or "parquet".

    Raises:
        NotSignedIn, NotAllowed, Invalid: as `check`.
        Refused: it took too long before it began.
        TooMany: as many exports as may are under way.
        Unavailable: the database can't be reached.
    """
    found = check(actor=actor, form=form)
    rows = sql.copied_out(
        found.unload(filters, ordering), settings.EXPORT_SECONDS, space=Space.EXPORTS, at_once=settings.EXPORTS_AT_ONCE
    )
    return Pieces(found.write(rows), rows)


class Pieces:
    """The pieces of a file, of which the first is there: what is wrong from the start is told before the answer begins.

    What is wrong later is raised at the next piece, so that the answer breaks off and nobody takes it for the whole.
    """

    def __init__(self, pieces: Iterator[bytes], rows: Iterator[bytes]) -> None:
        self._ends = contextlib.ExitStack()
        for made in (rows, pieces):  # the file is given up before its rows are
            self._ends.callback(made.close)  # type: ignore[attr-defined]
        self._pieces = pieces
        self._first: bytes | None = self._begin()

    def _begin(self) -> bytes:
        try:
            return next(self._pieces, b"")
        except BaseException as exc:
            self.close()
            if isinstance(exc, psycopg2.errors.QueryCanceled):
                limit = f"{settings.EXPORT_SECONDS:,} seconds"
                raise Refused("time_limit", f"The export takes longer than {limit}. Ask for fewer rows.") from exc
            if isinstance(exc, psycopg2.OperationalError | psycopg2.InterfaceError):
                raise Unavailable("database_away", "The database went away. Try again in a moment.") from exc
            raise

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        first, self._first = self._first, None
        return next(self._pieces) if first is None else first

    def close(self) -> None:
        """End the statement and let go of what is left, whether or not all was taken."""
        self._ends.close()
