"""When scripts run by themselves."""

from django.conf import settings
from django.db import models

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
