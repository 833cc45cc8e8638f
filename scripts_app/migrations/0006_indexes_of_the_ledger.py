"""Indexes of the ledger, which may be long: they are made while everybody goes on reading and writing it."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations, models

from dqx import migrating


class Migration(migrations.Migration):
    # Each operation may be done again after one that was interrupted.
    atomic = False

    dependencies = [("scripts", "0005_schedules_that_survive")]

    operations = [
        ValidateConstraint("run", "dq_runs_attempt_check"),
        migrating.AddIndexInPeace(
            model_name="run",
            index=models.Index(condition=models.Q(("status", "queued")), fields=["id"], name="dq_runs_queued"),
        ),
        migrating.AddIndexInPeace(
            model_name="run",
            index=models.Index(
                condition=models.Q(("noticed", False), ("status__in", ["succeeded", "failed", "cancelled"])),
                fields=["id"],
                name="dq_runs_unnoticed",
            ),
        ),
    ]
