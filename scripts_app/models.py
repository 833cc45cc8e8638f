"""Scripts and the versions of their texts, the attempts to run them, the pairs they published, their schedules, and named databases."""

import hashlib

from django.conf import settings
from django.core.validators import ProhibitNullCharactersValidator
from django.db import models
from django.utils import timezone

NO_NULLS = [ProhibitNullCharactersValidator()]


def text_hash(content: str) -> str:
    """SHA-256 of a script's text, in hexadecimal."""
    return hashlib.sha256(content.encode()).hexdigest()


class Connection(models.Model):
    """A named database that scripts may read instead of this one."""

    class SSLMode(models.TextChoices):
        """libpq's words for how much a connection has to be trusted."""

        DISABLE = "disable"
        PREFER = "prefer"
        REQUIRE = "require"
        VERIFY_CA = "verify-ca"
        VERIFY_FULL = "verify-full"

    name = models.CharField(max_length=100, unique=True)
    host = models.CharField(max_length=255)
    port = models.PositiveIntegerField(default=5432)
    dbname = models.CharField("database", max_length=63)
    username = models.CharField("user", max_length=63)
    secret = models.BinaryField(editable=False, default=b"", help_text="The password, encrypted.")
    sslmode = models.CharField(max_length=11, choices=SSLMode.choices, default=SSLMode.PREFER)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "dq_connections"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Script(models.Model):
    """One SELECT of the five columns, with its staging table."""

    id = models.AutoField(primary_key=True)
    name = models.CharField(max_length=255, validators=NO_NULLS)
    description = models.TextField(blank=True, default="", validators=NO_NULLS)
    content = models.TextField("SQL", help_text="One SELECT of rule_id, source_id, source_uid, data_value, txn_date.")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="scripts",
        editable=False,
    )
    connection = models.ForeignKey(
        Connection,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="scripts",
        help_text="The database to read; this one where none is chosen. For admins.",
    )
    # The populate whose rows are in the staging table; none until there is one.
    staged_run = models.ForeignKey(
        "Run", null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "dq_sql_scripts"
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["name"], name="dq_sql_scripts_name_unique")]

    @property
    def staging(self) -> str:
        """The name of the staging table in schema stg."""
        return f"dq_script_{self.pk}"

    @property
    def content_hash(self) -> str:
        """SHA-256 of the present text."""
        return text_hash(self.content)

    def __str__(self) -> str:
        return self.name


class Version(models.Model):
    """A text of a script as it was saved."""

    script = models.ForeignKey(Script, on_delete=models.CASCADE, related_name="versions", db_index=False)
    n = models.PositiveIntegerField("version")
    name = models.CharField("name at that time", max_length=255)
    content = models.TextField("SQL")
    content_hash = models.CharField(max_length=64)
    # The name that the connection had, since connections come and go; empty for this database.
    connection_name = models.CharField("connection", max_length=100, blank=True, default="")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    restored_from = models.PositiveIntegerField(null=True)
    n_added = models.PositiveIntegerField("lines added")
    n_removed = models.PositiveIntegerField("lines removed")

    class Meta:
        db_table = "dq_script_versions"
        ordering = ["script", "-n"]
        constraints = [models.UniqueConstraint(fields=["script", "n"], name="dq_script_versions_number")]

    def __str__(self) -> str:
        return f"Version {self.n} of {self.name}"


class Run(models.Model):
    """One attempt to populate or publish: the ledger."""

    class Kind(models.TextChoices):
        """What a run does."""

        POPULATE = "populate", "Populate"
        PUBLISH = "publish", "Publish"

    class Status(models.TextChoices):
        """How far it is. The first two are active: one such run a script."""

        QUEUED = "queued", "Queued"
        RUNNING = "running", "Running"
        SUCCEEDED = "succeeded", "Succeeded"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    class Trigger(models.TextChoices):
        """Through which door it was asked for."""

        PERSON = "person", "Person"
        API = "api", "API"
        SCHEDULE = "schedule", "Schedule"
        CLI = "cli", "Command line"

    ACTIVE = (Status.QUEUED, Status.RUNNING)

    kind = models.CharField(max_length=10, choices=Kind.choices)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    trigger = models.CharField(max_length=10, choices=Trigger.choices)
    script = models.ForeignKey(Script, null=True, on_delete=models.SET_NULL, related_name="runs")
    script_name = models.CharField(max_length=255)
    content = models.TextField("SQL as it was")
    content_hash = models.CharField(max_length=64)
    # The stored connection that a populate reads from; empty for this database, and where details were given with the request.
    connection_name = models.CharField("connection", max_length=100, blank=True, default="", db_default="")
    connection_given = models.BooleanField("connection given once", default=False, db_default=False)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="runs")
    # The one that it was done for, by the clock or by hand.
    schedule = models.ForeignKey(
        "Schedule", null=True, on_delete=models.SET_NULL, related_name="runs", db_index=False, editable=False
    )
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    cancel_requested_at = models.DateTimeField(null=True)
    n_rows = models.BigIntegerField("rows", default=0)
    n_bytes = models.BigIntegerField("bytes", default=0)
    n_pairs = models.IntegerField("pairs", default=0)
    n_new = models.BigIntegerField("new", default=0)
    n_changed = models.BigIntegerField("changed", default=0)
    n_resolved = models.BigIntegerField("resolved", default=0)
    n_unchanged = models.BigIntegerField("unchanged", default=0)
    error = models.JSONField(null=True)

    class Meta:
        db_table = "dq_runs"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["script"], condition=models.Q(status__in=["queued", "running"]), name="dq_runs_one_active"
            )
        ]
        indexes = [
            models.Index(fields=["script", "-id"], name="dq_runs_script"),
            # All that the figures need, so that they look at no row of the ledger (figure_statements.ended_runs).
            models.Index(
                fields=["kind", "status"],
                include=["n_rows", "n_new", "n_changed", "n_resolved"],
                condition=models.Q(status__in=["succeeded", "failed", "cancelled"]),
                name="dq_runs_ended",
            ),
            models.Index(
                fields=["schedule", "-id"], name="dq_runs_schedule", condition=models.Q(schedule__isnull=False)
            ),
        ]

    @property
    def is_active(self) -> bool:
        """Whether it is queued or running."""
        return self.status in self.ACTIVE

    @property
    def seconds(self) -> float | None:
        """How long it took, once it has ended."""
        if self.started_at is None or self.finished_at is None:
            return None
        return (self.finished_at - self.started_at).total_seconds()

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk} of {self.script_name}"


class Scope(models.Model):
    """A pair and the script that published it last. Lets a publish resolve a pair that its script no longer finds."""

    rule_id = models.CharField("rule", max_length=20)
    source_id = models.CharField("source", max_length=20)
    script = models.ForeignKey(Script, on_delete=models.CASCADE, related_name="scope")
    # The run that published; no foreign key, since runs are trimmed and this stays.
    publication = models.BigIntegerField()

    class Meta:
        db_table = "dq_script_scope"
        ordering = ["rule_id", "source_id"]
        verbose_name = "published pair"
        constraints = [models.UniqueConstraint(fields=["rule_id", "source_id"], name="dq_script_scope_pair")]

    def __str__(self) -> str:
        return f"{self.rule_id} / {self.source_id}"


class Schedule(models.Model):
    """When a script is populated, or populated and published."""

    class Operation(models.TextChoices):
        """What a schedule does."""

        POPULATE = "populate", "Populate"
        POPULATE_AND_PUBLISH = "populate_and_publish", "Populate and publish"

    class Frequency(models.TextChoices):
        """How its time was told: as one of three presets, or as a cron expression."""

        DAILY = "daily", "Daily"
        WEEKLY = "weekly", "Weekly"
        MONTHLY = "monthly", "Monthly"
        CRON = "cron", "Cron"

    id = models.AutoField(primary_key=True)
    job_name = models.CharField(max_length=100)
    script = models.ForeignKey(Script, null=True, on_delete=models.CASCADE, related_name="schedules")
    frequency = models.CharField(
        max_length=10, choices=Frequency.choices, default=Frequency.CRON, db_default="cron", editable=False
    )
    cron_schedule = models.CharField(
        "cron", max_length=100, help_text="Minute, hour, day of month, month, day of week."
    )
    timezone = models.CharField("time zone", max_length=63, default="UTC", db_default="UTC")
    operation = models.CharField(
        max_length=20, choices=Operation.choices, default=Operation.POPULATE, db_default="populate"
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="schedules",
        editable=False,
    )
    is_active = models.BooleanField(default=True)
    # What was due up to then is done with: each due time is taken once, and none from before the schedule was switched on.
    seen_until = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "dq_schedules"
        ordering = ["job_name"]

    def __str__(self) -> str:
        return self.job_name
