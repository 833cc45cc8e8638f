"""The broker, asked a short question that never waits long: how many messages wait in each queue.

Asked as Celery itself speaks with it, so that it is the same with Redis, Valkey and RabbitMQ.
"""

from typing import Any

from celery import current_app
from django.conf import settings
from kombu import Connection
from kombu.exceptions import KombuError

from dqx.errors import Unavailable
from dqx.monitoring.single import Single

PATIENCE = 1.5
NOT_FOUND = "404"
# What each way of speaking calls the most that it waits for; the others do not look at it.
LIMITS = {
    "socket_timeout": PATIENCE,
    "socket_connect_timeout": PATIENCE,
    "read_timeout": PATIENCE,
    "write_timeout": PATIENCE,
}


def queues() -> tuple[str, str]:
    """The queue of runs, and that of what is short."""
    return settings.RUNS_QUEUE, settings.CLOCK_QUEUE


def _n_waiting() -> dict[str, int]:
    """How many messages wait in each queue; none in one that nobody has made yet.

    Raises:
        Unavailable: the broker can't be reached, or does not answer.
    """
    line = current_app.connection_for_read(
        settings.CELERY_BROKER_URL, connect_timeout=PATIENCE, transport_options=LIMITS
    )
    wrong: tuple[type[BaseException], ...] = (*line.connection_errors, *line.channel_errors, KombuError, OSError)
    try:
        with line:
            line.ensure_connection(max_retries=0)
            return {queue: _length(line, queue) for queue in queues()}
    except wrong as exc:
        raise Unavailable("broker_away", "The queue of the workers can't be reached.") from exc


def _length(line: Connection, queue: str) -> int:
    channel: Any
    with line.channel() as channel:  # one each: RabbitMQ closes one that asks for what is not there
        try:
            return int(channel.queue_declare(queue, passive=True).message_count)
        except line.channel_errors as exc:
            if str(getattr(exc, "reply_code", "")) != NOT_FOUND:
                raise
            return 0


# One question at a time, whoever asks: a broker that hangs holds one thread.
waiting = Single(_n_waiting)
