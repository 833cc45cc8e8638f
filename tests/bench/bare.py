"""Celery alone, as somebody would use it who has no DQX: a task that does nothing but say when it began."""

import os
import time

import redis
from celery import Celery

BEGUN = "bench:begun"
app = Celery("bare", broker=os.environ.get("CELERY_BROKER_URL"), set_as_current=False)  # DQX's stays that
app.conf.update(task_ignore_result=True, task_default_queue="bare", worker_prefetch_multiplier=1)
_line: list[redis.Redis] = []


@app.task(name="bare.begin")
def begin() -> None:
    """Say so, on a line that is kept."""
    if not _line:
        _line.append(redis.Redis.from_url(app.conf.broker_url))
    _line[0].rpush(BEGUN, time.time())
