"""The ledger."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from scripts_app.models.scripts import Script


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
    # Which attempt it is at; those before it are in `attempts`: [{"n", "started_at", "ended_at", "error"}], times in ISO 8601.
    attempt = models.PositiveSmallIntegerField(default=1, db_default=1)
    attempts = models.JSONField(default=list, db_default=[])
    # The door through which somebody asked for the same while it waited: it goes before others as if it had come that way.
    hurried = models.CharField(max_length=10, choices=Trigger.choices, blank=True, default="", db_default="")
    # A queued run is not begun before this; none: as soon as there is a worker.
    not_before = models.DateTimeField(null=True)
    # Whether those who want to hear of it have been thought of, once it has ended (scripts_app/alerts).
    noticed = models.BooleanField(default=False, db_default=False, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
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
            # Those that wait, of which workers take one, and those that nobody has been told of: few, however long the ledger is.
            models.Index(fields=["id"], name="dq_runs_queued", condition=models.Q(status="queued")),
            models.Index(
                fields=["id"],
                name="dq_runs_unnoticed",
                condition=models.Q(status__in=["succeeded", "failed", "cancelled"], noticed=False),
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


class RunCount(models.Model):
    """What is kept of runs that were trimmed from the ledger: how many ended how on a day, and their rows."""

    day = models.DateField(help_text="The day, in UTC, on which they were asked for.")
    # No foreign key: scripts go, and what they did stays. 0 where the script had gone before.
    script_id = models.BigIntegerField("script")
    kind = models.CharField(max_length=10, choices=Run.Kind.choices)
    status = models.CharField(max_length=10, choices=Run.Status.choices)
    trigger = models.CharField(max_length=10, choices=Run.Trigger.choices)
    n = models.BigIntegerField("runs")
    n_rows = models.BigIntegerField("rows")
    n_new = models.BigIntegerField("new")
    n_changed = models.BigIntegerField("changed")
    n_resolved = models.BigIntegerField("resolved")
    seconds = models.FloatField(help_text="How long they took, all together.")

    class Meta:
        db_table = "dq_run_counts"
        ordering = ["-day", "script_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["day", "script_id", "kind", "status", "trigger"], name="dq_run_counts_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.n} {self.get_kind_display()} {self.get_status_display()} on {self.day}"
