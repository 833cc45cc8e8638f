"""What leaves the database in pieces, such as a file of a million rows, on a line of its own."""

import contextlib
import io
import queue
import threading
from collections.abc import Mapping
from typing import Any, Self

import psycopg2
from django.conf import settings
from django.db import connection
from psycopg2 import sql

from dqx.errors import TooMany, Unavailable
from dqx.sql import statements
from dqx.sql.lines import CHUNK, PATIENCE, Query, cut

PIECES_WAITING = 8


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
        except Exception as exc:
            self.failure = exc
            # A server that waits to send hears no timeout, nor an end of what we send; it must not keep its snapshot.
            self.line.close()
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
            cut(self.line)
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
