"""The thread beside a run: it writes the progress into the ledger and listens for a cancel and for the time limit."""

import contextlib
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connections

from dqx.errors import Cancelled, DQXError, Refused
from scripts_app.ledger import endings
from scripts_app.models import Run, Script

INTERVAL = 0.5  # seconds; a cancel has to reach the database within two
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
                # A database that is away for a moment is the worker's trouble, not this thread's.
                with contextlib.suppress(DatabaseError, InterfaceError):
                    self._look()
        finally:
            connections.close_all()

    def _look(self) -> None:
        figures = self.progress()
        if self.report:
            self.report(figures)
        running = endings.at_work(self.attempt)
        if figures:
            running.update(**figures)
        if self.reason is not None:
            self.stop(self.reason)  # again: a statement may have begun just after the last cancel
        elif running.filter(cancel_requested_at__isnull=False).exists():
            self._end(Cancelled("cancelled", "The run was cancelled."))
        elif time.monotonic() > self.deadline:
            self._end(
                Refused("time_limit", f"The run took longer than {self.seconds:,.0f} seconds, which is the limit.")
            )

    def _end(self, reason: DQXError) -> None:
        self.reason = reason
        self.stop(reason)
