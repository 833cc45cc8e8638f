"""An index that counts runs for those who watch."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("scripts", "0003_run_connection")]

    operations = [
        migrations.AddIndex(
            "run",
            models.Index(
                fields=["kind", "status"],
                include=["n_rows", "n_new", "n_changed", "n_resolved"],
                condition=models.Q(status__in=["succeeded", "failed", "cancelled"]),
                name="dq_runs_ended",
            ),
        ),
    ]
