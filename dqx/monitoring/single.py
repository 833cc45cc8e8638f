"""Questions to servers that may never answer: who asks waits only so long, and one that is still open is not asked again."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

T = TypeVar("T")


class Single(Generic[T]):
    """A question that is asked at most once at a time, in a thread of its own: a server that hangs holds one thread, not one a request.

    Args:
        every: seconds that have to pass before `ask_now_and_then` asks it again.
    """

    def __init__(self, question: Callable[[], T], every: float = 0.0) -> None:
        self._question, self._every = question, every
        self.asked_at = -every
        self._lock = threading.Lock()
        self._open: Future[T] | None = None

    def ask(self) -> "Future[T]":
        """The answer to come; that of whoever asked before, where it is still open."""
        with self._lock:
            if self._open is None or self._open.done():
                self._open = Future()
                threading.Thread(target=self._answer, args=(self._open,), daemon=True).start()
            return self._open

    def ask_now_and_then(self) -> None:
        """Ask if that was long enough ago; for one thread that calls again and again."""
        if time.monotonic() - self.asked_at >= self._every:
            self.asked_at = time.monotonic()
            self.ask()

    def _answer(self, answer: "Future[T]") -> None:
        try:
            answer.set_result(self._question())
        except Exception as exc:
            answer.set_exception(exc)
