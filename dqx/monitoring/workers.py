"""Which workers live: each writes its row into the database every quarter of a minute, and is silent when it has not for a minute.

It is written when Celery's own heartbeat is sent, which a worker does as long as it has its broker. So one that has lost it is silent,
and one that is busy with long runs is not, as those are processes or threads of their own. No clock but the database's counts.
"""

import time
from collections.abc import Iterator
from typing import Any

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


class _Pulse:
    """When this process wrote last, and its name; Celery calls every two seconds."""

    written_at = -EVERY
    name = ""


@heartbeat_sent.connect
def keep_alive(sender: Any = None, **_: Any) -> None:
    """What Celery calls in a worker's main loop, which a database that hangs must not hold up: a thread writes."""
    if time.monotonic() - _Pulse.written_at >= EVERY:
        _Pulse.written_at = time.monotonic()
        _Pulse.name = sender.eventer.hostname
        _written.ask()


def _write() -> None:
    queues = list(current_app.amqp.queues.consume_from)
    try:
        sql.execute_aside(
            statements.keep_alive(),
            {"name": _Pulse.name, "queues": queues},
            seconds=STATEMENT_SECONDS,
            name="dqx worker's sign of life",
        )
    except psycopg2.Error as exc:
        logger.warning("no sign of life was written", code=exc.pgcode)


_written = Single(_write)


def alive(ask: Ask) -> list[set[str]]:
    """The queues that each worker takes from which was seen within the last minute."""
    return [set(row["queues"]) for row in ask(statements.live_workers(), {"seconds": KEPT})]


def families(ask: Ask) -> Iterator[Metric]:
    """dqx_workers, and dqx_worker_up by queue."""
    found = alive(ask)
    yield GaugeMetricFamily("dqx_workers", "Workers that were seen within a minute.", value=len(found))
    up = GaugeMetricFamily("dqx_worker_up", "Whether a worker of the queue was seen within a minute.", labels=["queue"])
    for queue in broker.queues():
        up.add_metric([queue], int(any(queue in taken for taken in found)))
    yield up
