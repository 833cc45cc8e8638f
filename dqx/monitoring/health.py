"""Whether DQX is ready to serve: its database, its broker and a worker, each told by name and within two seconds."""

import functools
import time
from concurrent.futures import Future
from typing import NamedTuple, TypeVar

import psycopg2
import redis
from django.db.migrations.loader import MigrationLoader

from dqx.errors import DQXError, Unavailable
from dqx.monitoring import broker, database, statements
from dqx.monitoring.single import Single

T = TypeVar("T")
SECONDS = 2.0
STATEMENT_SECONDS = 1.5
OK, AWAY, SLOW = "ok", "unreachable", "too_slow"
WORDS = {
    ("database", AWAY): "the database can't be reached",
    ("database", SLOW): "the database does not answer in time",
    ("database", "not_migrated"): "the database is not migrated (manage.py migrate)",
    ("broker", AWAY): "the broker can't be reached",
    ("broker", SLOW): "the broker does not answer in time",
    ("worker", "silent"): "no worker has answered within a minute",
    ("worker", "unknown"): "whether a worker answers can't be told",
}


class Health(NamedTuple):
    """The state of each part, "ok" or what is wrong, in one word."""

    database: str
    broker: str
    worker: str

    @property
    def is_ready(self) -> bool:
        """Whether nothing is wrong."""
        return all(state == OK for state in self)

    @property
    def error(self) -> DQXError:
        """What is wrong, as every refusal is told."""
        wrong = [WORDS[part, state] for part, state in self._asdict().items() if state != OK]
        return Unavailable("not_ready", f"DQX is not ready: {'; '.join(wrong)}.", **self._asdict())


def look() -> Health:
    """The health at this moment; takes two seconds at most, whatever hangs."""
    deadline = time.monotonic() + SECONDS
    data, queue = _database.ask(), _broker.ask()  # at the same time
    return Health(_until(deadline, data, SLOW), *_until(deadline, queue, (SLOW, "unknown")))


def _until(deadline: float, answer: "Future[T]", otherwise: T) -> T:
    try:
        return answer.result(max(deadline - time.monotonic(), 0))
    except TimeoutError:
        return otherwise


def _look_at_database() -> str:
    try:
        with database.reader(STATEMENT_SECONDS) as reader:
            applied = {(row["app"], row["name"]) for row in reader.rows(statements.applied_migrations())}
    except psycopg2.errors.UndefinedTable:
        return "not_migrated"
    except psycopg2.errors.QueryCanceled:
        return SLOW
    except (Unavailable, psycopg2.Error):
        return AWAY
    # A database that is ahead is that of a newer release which is being rolled out.
    return OK if _wanted_migrations() <= applied else "not_migrated"


@functools.cache
def _wanted_migrations() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None).disk_migrations)


def _look_at_broker() -> tuple[str, str]:
    try:
        return OK, OK if broker.worker_lives() else "silent"
    except redis.RedisError:
        return AWAY, "unknown"


_database, _broker = Single(_look_at_database), Single(_look_at_broker)
