"""The one family of errors. A machine reads the code, a person reads the sentence; one adapter a medium turns them into an answer."""

from typing import Any

LONGEST_MESSAGE = 2_000


class DQXError(Exception):
    """Something that a person or a program asked for can't be done.

    Args:
        code: stable name for programs, such as "script_name_taken".
        message: one or two sentences that say what is wrong and what to do; cut to 2,000 characters.
        data: JSON-able details.
    """

    http_status = 400

    def __init__(self, code: str, message: str, **data: Any) -> None:
        self.code = code
        self.message = cut(message)
        self.data = {key: cut(value) if isinstance(value, str) else value for key, value in data.items()}
        super().__init__(self.message)

    def as_dict(self) -> dict[str, Any]:
        """The error in the shape that the API answers and the ledger keeps."""
        return {"code": self.code, "message": self.message, "details": self.data}


class Invalid(DQXError):
    """The request is malformed or breaks a rule of its own (400)."""


class NotSignedIn(DQXError):
    """Nobody is signed in (401)."""

    http_status = 401


class NotAllowed(DQXError):
    """The actor's role does not allow it (403)."""

    http_status = 403


class NotFound(DQXError):
    """There is no such thing (404)."""

    http_status = 404


class Conflict(DQXError):
    """It does not fit the present state (409)."""

    http_status = 409


class Refused(DQXError):
    """The script or query is refused, by PostgreSQL or by a rule of DQX (422)."""

    http_status = 422


class TooMany(DQXError):
    """As much of this goes on as may (429)."""

    http_status = 429


class Unavailable(DQXError):
    """A service that is needed is away (503)."""

    http_status = 503


class Cancelled(DQXError):
    """A person stopped the run."""

    http_status = 409


def cut(text: str, longest: int = LONGEST_MESSAGE) -> str:
    """The text in at most `longest` characters, with an ellipsis where something is left out."""
    return text if len(text) <= longest else text[: longest - 1] + "…"
