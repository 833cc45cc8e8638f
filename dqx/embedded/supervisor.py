"""Starts children one after the other, starts again what crashes, and stops all in the opposite order."""

import time
from collections.abc import Callable
from typing import Protocol

from dqx.embedded.children import Child, Spec
from dqx.embedded.console import say
from dqx.embedded.errors import EmbeddedError
from dqx.embedded.logs import tail, trim

Ready = Callable[[int], bool]  # takes the child's process id
TRIM_EVERY = 60.0  # seconds
PATIENCE = 3  # crashes of one child


class Waiter(Protocol):
    """How a supervisor waits: see signals.Signals. Tests, which want no signals handled, just sleep."""

    def wait(self, seconds: float) -> None: ...
    def pause(self, seconds: float) -> bool: ...


def at_once(pid: int) -> bool:
    """For children that nobody waits for."""
    return True


def never() -> bool:
    """Until somebody asks us to stop."""
    return False


class Supervisor:
    """The children of this process. All waiting ends with Stopped when somebody asks us to stop."""

    def __init__(self, waiter: Waiter, grace: float = 8.0) -> None:
        """
        Args:
            grace: seconds during which a child that ends before it is ready is started again: what an earlier,
                killed run left behind may take a moment to go.
        """
        self._waiter = waiter
        self._grace = grace
        self._children: list[Child] = []
        self._trimmed_at = 0.0

    def start(self, spec: Spec, ready: Ready = at_once, seconds: float = 60) -> None:
        """Starts a child and waits until it is ready.

        Raises:
            EmbeddedError: it ends, again and again, or isn't ready in time.
            Stopped: somebody asked us to stop.
        """
        if spec.log:
            trim(spec.log)
        child = Child(spec)
        self._children.append(child)
        self._launch(child)
        self._await(child, ready, seconds)

    def run(self, spec: Spec) -> int:
        """Runs a child to its end and returns its exit code.

        Raises:
            EmbeddedError: it can't be started.
            Stopped: somebody asked us to stop; the child is stopped too.
        """
        child = Child(spec)
        self._launch(child)
        try:
            while (code := child.code()) is None:
                self._revive()
                self._waiter.wait(0.5)
        finally:
            child.stop(self._waiter.pause)
        return code

    def wait_until(self, condition: Callable[[], bool], seconds: float, sentence: str) -> None:
        """Watches the children until the condition holds.

        Raises:
            EmbeddedError: with that sentence, when it doesn't hold in time; or a child crashes again and again.
            Stopped: somebody asked us to stop.
        """
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                raise EmbeddedError(sentence)
            self._revive()
            self._check_crashes()
            self._waiter.wait(0.1)

    def watch(self, done: Callable[[], bool] = never, every: float = 0.5) -> None:
        """Starts again what crashes, until `done` says so.

        Raises:
            Stopped: somebody asked us to stop.
        """
        while not done():
            self._revive()
            self._trim()
            self._waiter.wait(every)

    def stop(self) -> None:
        """Stops all children, the last one first."""
        while self._children:
            self._children.pop().stop(self._waiter.pause)

    def _launch(self, child: Child) -> None:
        try:
            child.start()
        except OSError as exc:
            raise EmbeddedError(f"{child.spec.name} can't be started: {exc}") from exc

    def _await(self, child: Child, ready: Ready, seconds: float) -> None:
        started = time.monotonic()
        while not (child.is_running() and ready(child.pid)):
            waited = time.monotonic() - started
            if child.code() is not None and waited > self._grace:
                raise EmbeddedError(f"{child.spec.name} does not start. {self._last_lines(child)}")
            if waited > seconds:
                raise EmbeddedError(f"{child.spec.name} is not ready after {seconds:.0f} s. {self._last_lines(child)}")
            self._revive(quiet=child)
            self._waiter.wait(0.05)
        child.failures = 0

    def _revive(self, quiet: Child | None = None) -> None:
        for child in self._children:
            if child.due_at:
                self._start_again(child)
            elif (code := child.code()) is not None:
                self._note(child, _ended(code), quiet)

    def _start_again(self, child: Child) -> None:
        if time.monotonic() >= child.due_at:
            child.due_at = 0.0
            try:
                child.start()
            except OSError as exc:
                self._note(child, f"can't be started: {exc}")

    def _note(self, child: Child, what: str, quiet: Child | None = None) -> None:
        pause = child.note_failure()
        if child is not quiet:
            # After a few times the log has been seen.
            lines = self._last_lines(child) if child.failures <= PATIENCE else ""
            say(f"{child.spec.name} {what}; starting it again in {pause:g} s. {lines}")

    def _check_crashes(self) -> None:
        for child in self._children:
            if child.failures > PATIENCE:
                raise EmbeddedError(f"{child.spec.name} does not start.")

    def _last_lines(self, child: Child) -> str:
        log = child.spec.log
        lines = tail(log, child.log_start) if log else ""
        return f"Its log, {log}, ends with:\n{lines}" if lines else ""

    def _trim(self) -> None:
        if time.monotonic() - self._trimmed_at > TRIM_EVERY:
            self._trimmed_at = time.monotonic()
            for child in self._children:
                if child.spec.log:
                    trim(child.spec.log)


def _ended(code: int) -> str:
    return f"ended by signal {-code}" if code < 0 else f"ended with code {code}"
