"""What becomes of each due time, attempts of a run, what is kept of trimmed runs, and limits on what runs at once."""

import django.db.models.deletion
from django.db import migrations, models

from dqx import schema


class Migration(migrations.Migration):
    dependencies = [
        ("scripts", "0004_figures_of_runs"),
    ]

    operations = [
        schema.CreateOrAdopt(
            name="DueTime",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("due_at", models.DateTimeField()),
                ("n_times", models.PositiveIntegerField(db_default=1, default=1)),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("ran", "Ran"),
                            ("skipped", "Skipped, since the last run was still going"),
                            ("missed", "Missed while DQX was down"),
                            ("refused", "Could not start"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "reason",
                    models.TextField(
                        blank=True, default="", help_text="A sentence that says why it did not run, or was late."
                    ),
                ),
                ("recorded_at", models.DateTimeField(auto_now_add=True)),
                ("noticed", models.BooleanField(db_default=False, default=False, editable=False)),
                (
                    "run",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="due_times",
                        to="scripts.run",
                    ),
                ),
                (
                    "schedule",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="due_times",
                        to="scripts.schedule",
                    ),
                ),
            ],
            options={
                "db_table": "dq_due_times",
                "ordering": ["-due_at"],
            },
        ),
        schema.CreateOrAdopt(
            name="RunCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(help_text="The day, in UTC, on which they were asked for.")),
                ("script_id", models.BigIntegerField(verbose_name="script")),
                ("kind", models.CharField(choices=[("populate", "Populate"), ("publish", "Publish")], max_length=10)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("queued", "Queued"),
                            ("running", "Running"),
                            ("succeeded", "Succeeded"),
                            ("failed", "Failed"),
                            ("cancelled", "Cancelled"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "trigger",
                    models.CharField(
                        choices=[
                            ("person", "Person"),
                            ("api", "API"),
                            ("schedule", "Schedule"),
                            ("cli", "Command line"),
                        ],
                        max_length=10,
                    ),
                ),
                ("n", models.BigIntegerField(verbose_name="runs")),
                ("n_rows", models.BigIntegerField(verbose_name="rows")),
                ("n_new", models.BigIntegerField(verbose_name="new")),
                ("n_changed", models.BigIntegerField(verbose_name="changed")),
                ("n_resolved", models.BigIntegerField(verbose_name="resolved")),
                ("seconds", models.FloatField(help_text="How long they took, all together.")),
            ],
            options={
                "db_table": "dq_run_counts",
                "ordering": ["-day", "script_id"],
            },
        ),
        migrations.AddField(
            model_name="connection",
            name="runs_at_once",
            field=models.PositiveSmallIntegerField(
                db_default=4,
                default=4,
                help_text="How many runs may read it at the same time; others wait. Between 1 and 100.",
            ),
        ),
        # Its check is not proven here, which would read the ledger while nobody else may; the next migration does.
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "ALTER TABLE dq_runs ADD COLUMN attempt smallint NOT NULL DEFAULT 1;"
                    "ALTER TABLE dq_runs ADD CONSTRAINT dq_runs_attempt_check CHECK (attempt >= 0) NOT VALID",
                    "ALTER TABLE dq_runs DROP COLUMN attempt",
                )
            ],
            state_operations=[
                migrations.AddField(
                    model_name="run",
                    name="attempt",
                    field=models.PositiveSmallIntegerField(db_default=1, default=1),
                )
            ],
        ),
        migrations.AddField(
            model_name="run",
            name="attempts",
            field=models.JSONField(db_default=[], default=list),
        ),
        migrations.AddField(
            model_name="run",
            name="not_before",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="run",
            name="noticed",
            field=models.BooleanField(db_default=True, default=True, editable=False),
        ),
        # Nobody is told of what ended before there was anybody to tell; and no row of the ledger is written anew for that.
        migrations.AlterField(
            model_name="run",
            name="noticed",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.AddField(
            model_name="schedule",
            name="catch_up",
            field=models.CharField(
                choices=[("run_last", "Run the last one"), ("skip", "Skip them")],
                db_default="run_last",
                default="run_last",
                max_length=10,
                verbose_name="missed times",
            ),
        ),
        migrations.AddField(
            model_name="schedule",
            name="next_due_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="script",
            name="time_limit",
            field=models.PositiveIntegerField(
                blank=True,
                help_text="Seconds that a run of it may take; empty for what the server allows (DQX_POPULATE_SECONDS).",
                null=True,
            ),
        ),
        migrations.AddIndex(
            model_name="schedule",
            index=models.Index(
                condition=models.Q(("is_active", True)), fields=["next_due_at"], name="dq_schedules_next_due"
            ),
        ),
        migrations.AddConstraint(
            model_name="runcount",
            constraint=models.UniqueConstraint(
                fields=("day", "script_id", "kind", "status", "trigger"), name="dq_run_counts_unique"
            ),
        ),
        migrations.AddIndex(
            model_name="duetime",
            index=models.Index(fields=["recorded_at"], name="dq_due_times_recorded"),
        ),
        migrations.AddIndex(
            model_name="duetime",
            index=models.Index(condition=models.Q(("noticed", False)), fields=["id"], name="dq_due_times_unnoticed"),
        ),
        migrations.AddConstraint(
            model_name="duetime",
            constraint=models.UniqueConstraint(fields=("schedule", "due_at"), name="dq_due_times_once"),
        ),
    ]
