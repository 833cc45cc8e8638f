"""Rows streamed from the runner's session into a table of the owner's: COPY out, a pipe, COPY in. Nothing is held in memory."""

import contextlib
import fcntl
import os
import threading

import psycopg2
from psycopg2 import sql as pg

from dqx import sql
from dqx.errors import DQXError, Refused
from dqx.sql import CHUNK, Reader, lines

PIPE_BYTES = 1 << 20


class Stream:
    """One flow of rows, counted as it passes.

    Args:
        reader: the runner's session.
        most_rows, most_bytes: more than this ends the flow.

    Attributes:
        n_rows, n_bytes: what has passed so far; readable from other threads.
        drained: every row has passed.
    """

    def __init__(self, reader: Reader, most_rows: int, most_bytes: int) -> None:
        self.reader, self.most_rows, self.most_bytes = reader, most_rows, most_bytes
        self.n_rows = self.n_bytes = 0
        self.failure: BaseException | None = None
        self.drained = False
        self._insist = reader.stopper()

    def flow(self, unload: pg.Composable, load: pg.Composable) -> None:
        """Let the rows of `unload` (COPY … TO STDOUT) pass into `load` (COPY … FROM STDIN).

        Raises:
            psycopg2.Error: what the reading side was refused with, wrapped as `ReadingFailed`, or what the writing side was.
            DQXError: a limit was passed, or `stop` was called.
        """
        read_end, write_end = os.pipe()
        with contextlib.suppress(OSError, AttributeError):  # not every platform lets a pipe be widened
            fcntl.fcntl(write_end, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        thread = threading.Thread(target=self._unload, args=(unload, write_end), daemon=True)
        thread.start()
        try:
            with os.fdopen(read_end, "rb", buffering=0) as self.pipe:
                sql.copy_in(load, self)
        except BaseException:
            cause = self.failure  # letting go makes the reading side fail too
            self._let_go(thread)
            if cause is not None:
                raise cause from None
            raise
        thread.join()
        self.drained = True

    def read(self, size: int) -> bytes:
        """The next chunk for the writing side; what psycopg2 calls. Every row of COPY's text form ends in one line feed."""
        chunk = self.pipe.read(size) or b""
        if self.failure is None:
            self.n_bytes += len(chunk)
            self.n_rows += chunk.count(b"\n")
            self.failure = self._over_limit()
        if self.failure is not None:
            raise self.failure
        return chunk

    def stop(self, reason: DQXError) -> None:
        """End the flow, from another thread. Called again and again, since some statements never look whether they shall stop."""
        self.failure = self.failure or reason
        self._insist()

    def _over_limit(self) -> DQXError | None:
        if self.n_rows > self.most_rows:
            return Refused("row_limit", f"The script returns more than {self.most_rows:,} rows, which is the limit.")
        if self.n_bytes > self.most_bytes:
            return Refused("byte_limit", f"The script returns more than {self.most_bytes:,} bytes, which is the limit.")
        return None

    def _unload(self, unload: pg.Composable, write_end: int) -> None:
        with contextlib.suppress(OSError), os.fdopen(write_end, "wb", buffering=CHUNK) as out:
            try:
                self.reader.copy_out(unload, out)
            except BrokenPipeError:
                self.reader.cancel()  # the writing side failed, and tells why
            except (
                Exception
            ) as exc:  # told by the thread that writes, which must not take the end of the pipe for the end of the rows
                self.failure = self.failure or ReadingFailed.of(exc)

    def _let_go(self, thread: threading.Thread) -> None:
        self.reader.cancel()
        thread.join(lines.PATIENCE)
        if thread.is_alive():
            self.reader.abandon()
            thread.join(lines.PATIENCE)


class ReadingFailed(Exception):
    """The reading side failed; `cause` is what the server said of the script."""

    def __init__(self, cause: psycopg2.Error) -> None:
        super().__init__(str(cause))
        self.cause = cause

    @classmethod
    def of(cls, exc: Exception) -> Exception:
        """The failure as the writing side tells it."""
        return cls(exc) if isinstance(exc, psycopg2.Error) else exc
