"""The Celery application; workers and beat start from it."""

import os

from celery import Celery

from dqx.monitoring import carrying, standing_in, workers  # noqa: F401 - what Celery calls in its processes

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dqx.settings")

app = Celery("dqx")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
