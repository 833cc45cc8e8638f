import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from dqx import schema, sql


def make_first_versions(apps, editor):
    """The text that a script has becomes its version 1, by its owner, from when it was changed last."""
    sql.execute(
        "INSERT INTO dq.dq_script_versions (script_id, n, name, content, content_hash, connection_name, author_id, created_at,"
        "       n_added, n_removed)"
        " SELECT s.id, 1, s.name, s.content, encode(sha256(convert_to(s.content, 'UTF8')), 'hex'), coalesce(c.name, ''),"
        "        s.owner_id, s.updated_at, length(s.content) - length(replace(s.content, E'\\n', '')) + 1, 0"
        "   FROM dq.dq_sql_scripts s LEFT JOIN dq.dq_connections c ON c.id = s.connection_id"
    )


class Migration(migrations.Migration):
    dependencies = [
        ("scripts", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="run",
            name="schedule",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="runs",
                to="scripts.schedule",
            ),
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(
                condition=models.Q(("schedule__isnull", False)), fields=["schedule", "-id"], name="dq_runs_schedule"
            ),
        ),
        migrations.AddField(
            model_name="schedule",
            name="frequency",
            field=models.CharField(
                choices=[("daily", "Daily"), ("weekly", "Weekly"), ("monthly", "Monthly"), ("cron", "Cron")],
                db_default="cron",
                default="cron",
                editable=False,
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="schedule",
            name="seen_until",
            field=models.DateTimeField(editable=False, null=True),
        ),
        schema.CreateOrAdopt(
            name="Version",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("n", models.PositiveIntegerField(verbose_name="version")),
                ("name", models.CharField(max_length=255, verbose_name="name at that time")),
                ("content", models.TextField(verbose_name="SQL")),
                ("content_hash", models.CharField(max_length=64)),
                (
                    "connection_name",
                    models.CharField(blank=True, default="", max_length=100, verbose_name="connection"),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("restored_from", models.PositiveIntegerField(null=True)),
                ("n_added", models.PositiveIntegerField(verbose_name="lines added")),
                ("n_removed", models.PositiveIntegerField(verbose_name="lines removed")),
                (
                    "author",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "script",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="versions",
                        to="scripts.script",
                    ),
                ),
            ],
            options={
                "db_table": "dq_script_versions",
                "ordering": ["script", "-n"],
                "constraints": [models.UniqueConstraint(fields=("script", "n"), name="dq_script_versions_number")],
            },
        ),
        migrations.RunPython(make_first_versions, migrations.RunPython.noop),
    ]
