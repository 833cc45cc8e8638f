"""Questions to servers that may never answer: who asks waits only so long, and one that is still open is not asked again."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

T = TypeVar("T")


class Single(Generic[T]):
    """A question that is asked at most once at a time, in a thread of its own: a server that hangs holds one thread, not one a request."""

    def __init__(self, question: Callable[[], T]) -> None:
        self._question = question
        self._lock = threading.Lock()
        self._open: Future[T] | None = None

    def ask(self) -> "Future[T]":
        """The answer to come; that of whoever asked before, where it is still open."""
        with self._lock:
            if self._open is None or self._open.done():
                self._open = Future()
                threading.Thread(target=self._answer, args=(self._open,), daemon=True).start()
            return self._open

    def _answer(self, answer: "Future[T]") -> None:
        try:
            answer.set_result(self._question())
        except Exception as exc:
            answer.set_exception(exc)
