"""Whether DQX is ready to serve: its database, its broker and a worker of each queue, each told by name and within two seconds."""

import functools
import time
from concurrent.futures import Future
from typing import NamedTuple, TypeVar

import psycopg2
from django.db.migrations.loader import MigrationLoader

from dqx.errors import DQXError, Unavailable
from dqx.monitoring import broker, database, statements, workers
from dqx.monitoring.database import Ask
from dqx.monitoring.single import Single

T = TypeVar("T")
D = TypeVar("D")
SECONDS = 2.0
STATEMENT_SECONDS = 1.5
OK, AWAY, SLOW, SILENT, UNKNOWN = "ok", "unreachable", "too_slow", "silent", "unknown"
WORDS = {
    ("database", AWAY): "the database can't be reached",
    ("database", SLOW): "the database does not answer in time",
    ("database", "not_migrated"): "the database is not migrated (manage.py migrate)",
    ("broker", AWAY): "the broker can't be reached",
    ("broker", SLOW): "the broker does not answer in time",
    ("worker", SILENT): "no worker of the queue of runs was seen within a minute",
    ("worker", UNKNOWN): "whether a worker does runs can't be told",
    ("clock", SILENT): "no worker of the queue of the clock was seen within a minute",
    ("clock", UNKNOWN): "whether a worker starts what is due can't be told",
}


class Health(NamedTuple):
    """The state of each part, "ok" or what is wrong, in one word."""

    database: str
    broker: str
    worker: str
    clock: str

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
    data, queues = _database.ask(), broker.waiting.ask()  # at the same time
    state, worker, clock = _until(deadline, data, (SLOW, UNKNOWN, UNKNOWN))
    return Health(state, _broker_is(deadline, queues), worker, clock)


def _until(deadline: float, answer: "Future[T]", otherwise: D) -> T | D:
    try:
        return answer.result(max(deadline - time.monotonic(), 0))
    except TimeoutError:
        return otherwise


def _broker_is(deadline: float, answer: "Future[dict[str, int]]") -> str:
    try:
        return OK if _until(deadline, answer, None) is not None else SLOW
    except Unavailable:
        return AWAY


def _look_at_database() -> tuple[str, str, str]:
    try:
        with database.reader(STATEMENT_SECONDS) as reader:
            applied = {(row["app"], row["name"]) for row in reader.rows(statements.applied_migrations())}
            # A database that is ahead is that of a newer release which is being rolled out.
            if not _wanted_migrations() <= applied:
                return "not_migrated", UNKNOWN, UNKNOWN
            return OK, *_workers(reader.rows)
    except psycopg2.errors.UndefinedTable:
        return "not_migrated", UNKNOWN, UNKNOWN
    except psycopg2.errors.QueryCanceled:
        return SLOW, UNKNOWN, UNKNOWN
    except (Unavailable, psycopg2.Error):
        return AWAY, UNKNOWN, UNKNOWN


def _workers(ask: Ask) -> tuple[str, str]:
    found = workers.alive(workers.signs(ask))
    runs, clock = (OK if any(queue in taken for taken in found) else SILENT for queue in broker.queues())
    return runs, clock


@functools.cache
def _wanted_migrations() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None).disk_migrations)


_database = Single(_look_at_database)
