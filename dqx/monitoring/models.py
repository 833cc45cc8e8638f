"""The workers that were seen of late, and beat."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Worker(models.Model):
    """The main process of a Celery worker, or beat, which takes from no queue; each writes its row itself (dqx.monitoring.workers)."""

    name = models.TextField(primary_key=True)
    queues = ArrayField(models.TextField())
    seen_at = models.DateTimeField("last seen")

    class Meta:
        db_table = "workers"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
