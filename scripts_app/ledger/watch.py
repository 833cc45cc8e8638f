"""The thread beside a run: it writes the progress into the ledger and listens for a cancel and for the time limit."""

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

import structlog
from celery.signals import worker_process_init
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection, connections

from dqx.errors import Cancelled, DQXError, Refused
from scripts_app.ledger import endings
from scripts_app.models import Run, Script

logger = structlog.get_logger("dqx.runs")
INTERVAL = 0.5  # seconds; a cancel has to reach the database within two
# A run that was stopped, and whose lines have been cut long ago by then, is given up so many seconds after.
LAST_RESORT = 30.0
LAST_WORDS = 10.0
Progress = dict[str, int]


def time_limit(script: Script) -> float:
    """Seconds that a run of a script may take: its own limit, but never more than the server allows."""
    return min(script.time_limit or settings.POPULATE_SECONDS, settings.POPULATE_SECONDS)


class Watch(threading.Thread):
    """Watches one run while the `with` block works.

    Args:
        run: a run that is running.
        seconds: how long it may take.
        stop: called once, from this thread, with the reason to end.
        progress: the figures to write.
        report: told of the figures too, for a terminal.
    """

    def __init__(
        self,
        run: Run,
        seconds: float,
        stop: Callable[[DQXError], None],
        progress: Callable[[], Progress] = dict,
        report: Callable[[Progress], None] | None = None,
    ) -> None:
        super().__init__(name=f"watch-{run.pk}", daemon=True)
        self.attempt, self.seconds, self.stop, self.progress, self.report = run, seconds, stop, progress, report
        self.deadline = time.monotonic() + seconds
        self.reason: DQXError | None = None
        self.give_up_at = float("inf")
        self.over = threading.Event()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.over.set()
        self.join()
        if exc is not None and self.reason is not None:
            raise self.reason from None

    def run(self) -> None:
        """Look twice a second until the work is over."""
        try:
            while not self.over.wait(INTERVAL):
                if time.monotonic() > self.give_up_at:
                    self._give_up()
                # A database that is away for a moment is the worker's trouble, not this thread's; the next look takes another line.
                try:
                    self._look()
                except (DatabaseError, InterfaceError):
                    connection.close()
        finally:
            connections.close_all()

    def _look(self) -> None:
        # First what needs no database: the ledger's may be away while the run goes on in another.
        if self.reason is not None:
            self.stop(self.reason)  # again: a statement may have begun just after the last cancel
        elif time.monotonic() > self.deadline:
            self._end(
                Refused("time_limit", f"The run took longer than {self.seconds:,.0f} seconds, which is the limit.")
            )
        figures = self.progress()
        if self.report:
            self.report(figures)
        running = endings.at_work(self.attempt)
        if figures:
            running.update(**figures)
        if self.reason is None and running.filter(cancel_requested_at__isnull=False).exists():
            self._end(Cancelled("cancelled", "The run was cancelled."))

    def _end(self, reason: DQXError) -> None:
        self.reason = reason
        self.give_up_at = time.monotonic() + LAST_RESORT
        self.stop(reason)

    def _give_up(self) -> None:
        """End the run without the thread that does it, which no longer waits for a database; the worker's process goes with it."""
        self.give_up_at = float("inf")
        if not _Process.is_a_workers or self.reason is None:
            return
        logger.error("the run did not stop; its process ends", run_id=self.attempt.pk)
        # Whatever holds up the next statement too, a lock of that very thread for one.
        threading.Timer(LAST_WORDS, _Process.end).start()
        with contextlib.suppress(DatabaseError, InterfaceError):
            endings.fail(self.attempt, self.reason)
        _Process.end()


class _Process:
    """Whether this process is one of a worker's, which starts another in its place. At a terminal somebody can end it."""

    is_a_workers = False

    @staticmethod
    def end() -> None:
        os.kill(os.getpid(), signal.SIGKILL)


@worker_process_init.connect
def _is_a_workers(**_: object) -> None:
    _Process.is_a_workers = True
