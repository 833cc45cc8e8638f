"""Celery whose signs of life are looked at every second or two: `python -m tests.alerts.hasty beat`."""

import sys

from dqx.monitoring import workers

workers.EVERY = 1.0  # before others take it from there

if __name__ == "__main__":
    from dqx.celery import app

    app.start(["-q", *sys.argv[1:]])
