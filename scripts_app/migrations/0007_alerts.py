"""Who hears of what goes wrong, what is wrong, and what was told of it."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from dqx import schema


class Migration(migrations.Migration):
    dependencies = [
        ("scripts", "0006_indexes_of_the_ledger"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        schema.CreateOrAdopt(
            name="Channel",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[("mail", "Mail"), ("webhook", "Webhook"), ("apprise", "Apprise")], max_length=10
                    ),
                ),
                (
                    "addresses",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.EmailField(max_length=254),
                        blank=True,
                        default=list,
                        help_text="Of a mail.",
                        size=None,
                    ),
                ),
                ("secret", models.BinaryField(default=b"", help_text="Address and key, encrypted.")),
                (
                    "target",
                    models.CharField(
                        blank=True, default="", help_text="Where it leads, without secrets.", max_length=300
                    ),
                ),
                ("has_key", models.BooleanField(default=False, editable=False, verbose_name="signed")),
                (
                    "pause_minutes",
                    models.PositiveIntegerField(
                        default=480,
                        help_text="At most one message in so many minutes; what happens meanwhile is gathered. 0: no limit.",
                    ),
                ),
                ("quiet_until", models.DateTimeField(editable=False, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "db_table": "dq_alert_channels",
                "ordering": ["name"],
            },
        ),
        schema.CreateOrAdopt(
            name="AlertRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, unique=True)),
                (
                    "on",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("run_failed", "A run failed"),
                                ("schedule_late", "A schedule is late"),
                                ("new_bad_rows", "New bad rows"),
                            ],
                            max_length=20,
                        ),
                        size=None,
                    ),
                ),
                (
                    "threshold",
                    models.PositiveIntegerField(
                        default=0,
                        help_text="New bad rows of a rule in a source are told when there are more than so many.",
                    ),
                ),
                (
                    "scripts",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.IntegerField(), blank=True, default=list, size=None
                    ),
                ),
                (
                    "rules",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), blank=True, default=list, size=None
                    ),
                ),
                (
                    "sources",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), blank=True, default=list, size=None
                    ),
                ),
                ("is_active", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="alert_rules",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "alert rule",
                "db_table": "dq_alert_rules",
                "ordering": ["name"],
            },
        ),
        schema.CreateOrAdopt(
            name="Incident",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("run_failed", "A run failed"),
                            ("schedule_late", "A schedule is late"),
                            ("new_bad_rows", "New bad rows"),
                        ],
                        max_length=20,
                    ),
                ),
                ("subject", models.CharField(max_length=300)),
                ("title", models.CharField(help_text="Its name at that time.", max_length=300)),
                ("rule_id", models.CharField(blank=True, default="", max_length=20, verbose_name="rule")),
                ("source_id", models.CharField(blank=True, default="", max_length=20, verbose_name="source")),
                ("run_id", models.BigIntegerField(null=True, verbose_name="run")),
                ("due_at", models.DateTimeField(null=True)),
                ("why", models.TextField(blank=True, default="", help_text="A sentence that says what is wrong.")),
                ("n_rows", models.BigIntegerField(default=0, verbose_name="new bad rows")),
                ("n_reopened", models.BigIntegerField(default=0, verbose_name="of them reopened")),
                (
                    "examples",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=500), default=list, size=None
                    ),
                ),
                ("opened_at", models.DateTimeField(auto_now_add=True)),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "alert_rule",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="incidents",
                        to="scripts.alertrule",
                    ),
                ),
                (
                    "schedule",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="incidents",
                        to="scripts.schedule",
                    ),
                ),
                (
                    "script",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="incidents",
                        to="scripts.script",
                    ),
                ),
            ],
            options={
                "db_table": "dq_alert_incidents",
                "ordering": ["-id"],
            },
        ),
        schema.CreateOrAdopt(
            name="Message",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "status",
                    models.CharField(
                        choices=[("waiting", "Waiting"), ("sent", "Sent"), ("failed", "Failed")],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("title", models.CharField(blank=True, default="", max_length=300)),
                ("content", models.JSONField(default=dict, help_text="What it says, as a webhook gets it.")),
                ("n_attempts", models.PositiveSmallIntegerField(default=0, verbose_name="attempts")),
                ("next_at", models.DateTimeField(null=True)),
                (
                    "error",
                    models.TextField(
                        blank=True, default="", help_text="Why the last attempt failed, or whom it did not reach."
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("sent_at", models.DateTimeField(null=True)),
                (
                    "channel",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="messages",
                        to="scripts.channel",
                    ),
                ),
            ],
            options={
                "db_table": "dq_alert_messages",
                "ordering": ["-id"],
            },
        ),
        schema.CreateOrAdopt(
            name="RuleChannel",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("channel", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="scripts.channel")),
                (
                    "rule",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, to="scripts.alertrule"
                    ),
                ),
            ],
            options={
                "db_table": "dq_alert_rule_channels",
            },
        ),
        migrations.AddField(
            model_name="alertrule",
            name="channels",
            field=models.ManyToManyField(related_name="rules", through="scripts.RuleChannel", to="scripts.channel"),
        ),
        schema.CreateOrAdopt(
            name="Telling",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[("new", "To be told"), ("told", "Told"), ("over", "To be told that it is over")],
                        default="new",
                        max_length=4,
                    ),
                ),
                ("n_told", models.BigIntegerField(default=0, verbose_name="rows told")),
                (
                    "channel",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tellings",
                        to="scripts.channel",
                    ),
                ),
                (
                    "incident",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tellings",
                        to="scripts.incident",
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="tellings",
                        to="scripts.message",
                    ),
                ),
            ],
            options={
                "db_table": "dq_alert_tellings",
            },
        ),
        migrations.AddIndex(
            model_name="incident",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", False)), fields=["closed_at"], name="dq_alert_incidents_closed"
            ),
        ),
        migrations.AddConstraint(
            model_name="incident",
            constraint=models.UniqueConstraint(
                condition=models.Q(("closed_at__isnull", True)),
                fields=("alert_rule", "kind", "subject"),
                name="dq_alert_incidents_one_open",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["channel", "-id"], name="dq_alert_messages_channel"),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["created_at"], name="dq_alert_messages_created"),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "waiting")), fields=("channel",), name="dq_alert_messages_one_waiting"
            ),
        ),
        migrations.AddConstraint(
            model_name="rulechannel",
            constraint=models.UniqueConstraint(fields=("rule", "channel"), name="dq_alert_rule_channels_once"),
        ),
        migrations.AddIndex(
            model_name="telling",
            index=models.Index(
                condition=models.Q(("state", "told"), _negated=True),
                fields=["channel", "id"],
                name="dq_alert_tellings_waiting",
            ),
        ),
        migrations.AddConstraint(
            model_name="telling",
            constraint=models.UniqueConstraint(fields=("incident", "channel"), name="dq_alert_tellings_once"),
        ),
    ]
