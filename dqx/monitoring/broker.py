"""The broker, asked short questions that never wait long: whether it answers, how many messages wait, and whether a worker lives.

A worker's main process leaves a key in the broker every quarter of a minute, which goes by itself a minute later. It is written by
the loop that takes the messages, so it tells more than that a process is there: a worker that has lost its broker or hangs is silent.
Any worker keeps it, no clocks are compared, and one that is busy with long runs still does, as its runs are processes of their own.
"""

import contextlib
import time
from typing import Any

import redis
from celery import current_app
from celery.signals import heartbeat_sent
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

WORKER = "dqx:worker"
KEPT = 60  # seconds
EVERY = 15.0
PATIENCE = 1.5


class _Pulse:
    """When this process wrote the key last; Celery calls every two seconds."""

    written_at = -EVERY


@heartbeat_sent.connect
def keep_alive(**_: Any) -> None:
    """What Celery calls in a worker's main loop."""
    if time.monotonic() - _Pulse.written_at >= EVERY:
        _Pulse.written_at = time.monotonic()
        with contextlib.suppress(redis.RedisError), _line() as line:
            line.set(WORKER, "alive", ex=KEPT)


def worker_lives() -> bool:
    """Whether a worker took part within the last minute.

    Raises:
        redis.RedisError: the broker does not answer.
    """
    with _line() as line:
        return bool(line.exists(WORKER))


def n_waiting() -> int:
    """How many messages wait for a worker.

    Raises:
        redis.RedisError: the broker does not answer.
    """
    with _line() as line:
        return int(line.llen(current_app.conf.task_default_queue))


def _line() -> redis.Redis:
    return redis.Redis.from_url(
        settings.CELERY_BROKER_URL,
        socket_timeout=PATIENCE,
        socket_connect_timeout=PATIENCE,
        retry=Retry(NoBackoff(), 0),
    )
