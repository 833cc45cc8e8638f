"""An index that counts runs for those who watch."""

from django.db import migrations, models

from dqx import migrating


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("scripts", "0003_run_connection")]

    operations = [
        migrating.AddIndexInPeace(
            "run",
            models.Index(
                fields=["kind", "status"],
                include=["n_rows", "n_new", "n_changed", "n_resolved"],
                condition=models.Q(status__in=["succeeded", "failed", "cancelled"]),
                name="dq_runs_ended",
            ),
        ),
    ]
