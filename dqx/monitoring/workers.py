"""Which workers live, and whether beat does: each writes its row into the database every quarter of a minute.

Who has not for a minute is silent. A worker's is written when Celery's own heartbeat is sent, which a worker does as long as it has its
broker. So one that has lost it is silent, and one that is busy with long runs is not, as those are processes or threads of their own.
Beat's is written when it begins, and when the broker has taken a message of it. No clock but the database's counts.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import psycopg2
import structlog
from celery import current_app
from celery.signals import heartbeat_sent
from prometheus_client.core import GaugeMetricFamily, Metric

from dqx import sql
from dqx.monitoring import broker, statements
from dqx.monitoring.database import Ask
from dqx.monitoring.single import Single

logger = structlog.get_logger("dqx.workers")
KEPT = 60  # seconds
EVERY = 15.0
STATEMENT_SECONDS = 5.0
# The row of beat, or of all beats; a worker's name has an @.
BEAT = "beat"


class Sign(NamedTuple):
    """Who was seen at some time, the queues that it takes from (beat from none), and whether that was within the last minute."""

    name: str
    queues: Sequence[str]
    lives: bool


class _Here:
    """The name of the worker whose main process this is."""

    name = ""


@heartbeat_sent.connect
def keep_alive(sender: Any = None, **_: Any) -> None:
    """What Celery calls in a worker's main loop every two seconds, which a database that hangs must not hold up: a thread writes."""
    _Here.name = sender.eventer.hostname
    of_worker.ask_now_and_then()


def _write(name: str, queues: Sequence[str]) -> None:
    try:
        sql.execute_aside(
            statements.keep_alive(),
            {"name": name, "queues": list(queues)},
            seconds=STATEMENT_SECONDS,
            name="dqx worker's sign of life",
        )
    except psycopg2.Error as exc:
        logger.warning("no sign of life was written", code=exc.pgcode)


of_worker = Single(lambda: _write(_Here.name, [*current_app.amqp.queues.consume_from]), every=EVERY)
of_beat = Single(lambda: _write(BEAT, []), every=EVERY)


def signs(ask: Ask) -> list[Sign]:
    """What is known of every worker that was seen within the last hour, and of beat."""
    return [Sign(**row) for row in ask(statements.signs_of_life(), {"seconds": KEPT})]


def beat_lives(found: Sequence[Sign]) -> bool:
    """Whether beat was seen within the last minute."""
    return any(sign.name == BEAT and sign.lives for sign in found)


def alive(found: Sequence[Sign]) -> list[set[str]]:
    """The queues that each worker takes from which was seen within the last minute."""
    return [set(sign.queues) for sign in found if sign.lives and sign.name != BEAT]


def families(ask: Ask) -> Iterator[Metric]:
    """dqx_workers, dqx_worker_up by queue, and dqx_beat_up."""
    known = signs(ask)
    found = alive(known)
    yield GaugeMetricFamily("dqx_workers", "Workers that were seen within a minute.", value=len(found))
    up = GaugeMetricFamily("dqx_worker_up", "Whether a worker of the queue was seen within a minute.", labels=["queue"])
    for queue in broker.queues():
        up.add_metric([queue], int(any(queue in taken for taken in found)))
    yield up
    yield GaugeMetricFamily("dqx_beat_up", "Whether beat was seen within a minute.", value=int(beat_lives(known)))
