"""When scripts run by themselves."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from scripts_app.models.runs import Run
from scripts_app.models.scripts import Script


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

    class CatchUp(models.TextChoices):
        """What becomes of due times that were missed while DQX was down."""

        RUN_LAST = "run_last", "Run the last one"
        SKIP = "skip", "Skip them"

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
    catch_up = models.CharField(
        "missed times", max_length=10, choices=CatchUp.choices, default=CatchUp.RUN_LAST, db_default="run_last"
    )
    # What was due up to then is done with: each due time is taken once, and none from before the schedule was switched on.
    seen_until = models.DateTimeField(null=True, editable=False)
    # The first due time after that, while it is active: those that are past are late.
    next_due_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "dq_schedules"
        ordering = ["job_name"]
        indexes = [
            models.Index(fields=["next_due_at"], name="dq_schedules_next_due", condition=models.Q(is_active=True))
        ]

    def __str__(self) -> str:
        return self.job_name


class DueTime(models.Model):
    """What became of a time at which a schedule was due. Each has its row; times of a very long outage share one."""

    class Outcome(models.TextChoices):
        """How it went."""

        RAN = "ran", "Ran"
        SKIPPED = "skipped", "Skipped, since the last run was still going"
        MISSED = "missed", "Missed while DQX was down"
        REFUSED = "refused", "Could not start"

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="due_times", db_index=False)
    due_at = models.DateTimeField()
    # More than 1 where this row also stands for due times right before it, which were missed as well.
    n_times = models.PositiveIntegerField(default=1, db_default=1)
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    reason = models.TextField(blank=True, default="", help_text="A sentence that says why it did not run, or was late.")
    run = models.ForeignKey(Run, null=True, on_delete=models.SET_NULL, related_name="due_times")
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)
    noticed = models.BooleanField(default=False, db_default=False, editable=False)

    class Meta:
        db_table = "dq_due_times"
        ordering = ["-due_at"]
        constraints = [
            # Two beats at once, or a message that comes twice, start one run.
            models.UniqueConstraint(fields=["schedule", "due_at"], name="dq_due_times_once")
        ]
        indexes = [
            models.Index(fields=["recorded_at"], name="dq_due_times_recorded"),
            models.Index(fields=["id"], name="dq_due_times_unnoticed", condition=models.Q(noticed=False)),
        ]

    def __str__(self) -> str:
        return f"{self.due_at:%Y-%m-%d %H:%M %Z}: {self.get_outcome_display()}"
