"""An exception as a log may hold it: its type, its code and where it happened, and not its text, which may hold people's values.

PostgreSQL tells the row that breaks a constraint, Python the text that is no number: what is told here never does.
"""

import traceback
from itertools import islice
from typing import Any

import psycopg2
from amqp.exceptions import AMQPError
from django.core.exceptions import ImproperlyConfigured
from kombu.exceptions import OperationalError as BrokerAway
from redis import RedisError

from dqx import reachability
from dqx.environment import BASE_DIR
from dqx.errors import DQXError

# Their texts are of the code and of machines.
HARMLESS = (
    AttributeError,
    ImportError,
    NameError,
    NotImplementedError,
    ImproperlyConfigured,
    BrokerAway,
    RedisError,
    AMQPError,
)
MOST_FRAMES, MOST_CAUSES = 30, 5
HERE = f"{BASE_DIR}/"


def told(exc: BaseException) -> dict[str, Any]:
    """What a log tells of an exception.

    Returns:
        {type, code?, message?, frames, caused_by?}: `code` is ours, or PostgreSQL's SQLSTATE; `message` is there where it can't
        hold a value; `frames` are "file:line function", the last one is where it was raised; `caused_by` is a list of the same.
    """
    first, *causes = islice(_chain(exc), MOST_CAUSES)
    return {**_one(first), **({"caused_by": [_one(cause) for cause in causes]} if causes else {})}


def _chain(exc: BaseException | None) -> Any:
    while exc is not None:
        yield exc
        exc = exc.__cause__ or (None if exc.__suppress_context__ else exc.__context__)


def _one(exc: BaseException) -> dict[str, Any]:
    kind = type(exc)
    found = {"type": f"{kind.__module__}.{kind.__qualname__}", "code": _code(exc), "message": _message(exc)}
    frames = [
        f"{frame.filename.removeprefix(HERE)}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(exc.__traceback__)[-MOST_FRAMES:]
    ]
    return {**{name: value for name, value in found.items() if value}, "frames": frames}


def _code(exc: BaseException) -> str | None:
    return exc.code if isinstance(exc, DQXError) else getattr(exc, "pgcode", None)


def _message(exc: BaseException) -> str | None:
    if isinstance(exc, psycopg2.OperationalError) and exc.pgcode is None:
        return reachability.known(exc)
    return str(exc) if isinstance(exc, HARMLESS) else None
