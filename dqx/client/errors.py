"""How a command ends that did not do what it was asked for."""

from collections.abc import Callable
from typing import Any

REFUSED = 1  # by the server; or the run failed or was cancelled
USAGE = 2
NOT_SIGNED_IN = 3
NO_ANSWER = 4  # the server is away, in trouble, or no DQX
INTERRUPTED = 130
OUTPUT_CLOSED = 141


class Failure(Exception):
    """What went wrong, for people and for programs.

    Args:
        code: the server's, or one of ours: unreachable, not_secure, not_dqx, redirected, not_signed_in, file, …
        message: one or two sentences; nothing is printed for an empty one.
        exit_code: what the command ends with.
        details: JSON-able.
    """

    def __init__(self, code: str, message: str, exit_code: int = REFUSED, **details: Any) -> None:
        self.code, self.message, self.exit_code, self.details = code, message, exit_code, details
        # What people call a field of the API where they typed it, or None; programs are told the API's names.
        self.typed: Callable[[str], str | None] = lambda field: None
        super().__init__(message)

    def as_dict(self) -> dict[str, Any]:
        """In the shape of the API's refusals."""
        return {"error": {"code": self.code, "message": self.message, "details": self.details}}
