"""Whether a stored connection works, found out by using it."""

import time
from dataclasses import asdict, dataclass

import psycopg2

from dqx.errors import DQXError, NotAllowed, NotFound, NotSignedIn
from dqx.sql import Reader
from dqx.users.permissions import Actor, require
from scripts_app.databases import connections, probe_statements, reading
from scripts_app.models import Connection

SECONDS = 5


@dataclass(frozen=True)
class Outcome:
    """How a test ended; what is not known is None.

    Attributes:
        code, message: why it failed.
        can_write: the login could change data if DQX let it; better take one that can't.
        latency_ms: from resolving the name to the first answer.
        tls: version of TLS on the line; None without.
    """

    ok: bool
    code: str | None = None
    message: str | None = None
    server_version: str | None = None
    database: str | None = None
    user: str | None = None
    is_superuser: bool | None = None
    can_write: bool | None = None
    latency_ms: float | None = None
    tls: str | None = None


def test_connection(pk: int, *, actor: Actor) -> Outcome:
    """Connect, and tell what is there. That it does not work is an outcome, not an error.

    Raises:
        NotSignedIn, NotAllowed, NotFound.
    """
    require(actor, "scripts.test_connection")
    connection = connections.get(pk, actor=actor)
    started = time.monotonic()
    try:
        return _look(connection, started)
    except (NotSignedIn, NotAllowed, NotFound):
        raise
    except DQXError as exc:
        return Outcome(False, str(exc.data.get("reason", exc.code)), exc.message)
    except (psycopg2.Error, ValueError):
        return Outcome(False, "failed", "The database was reached, but does not answer as PostgreSQL does.")


def _look(connection: Connection, started: float) -> Outcome:
    with Reader(SECONDS, reading.address(connection)) as reader, reader.ended_after(SECONDS + 1):
        latency = round((time.monotonic() - started) * 1000, 1)
        (found,) = reader.rows(probe_statements.about_session())
        return Outcome(True, latency_ms=latency, tls=reader.tls, **found)


def as_dict(outcome: Outcome) -> dict[str, object]:
    """The outcome as the API tells it."""
    return asdict(outcome)
