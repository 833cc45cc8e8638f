"""Who hears of what goes wrong: channels, rules, what is wrong at the moment, and the messages that told it."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from scripts_app.models.schedules import Schedule
from scripts_app.models.scripts import Script


class Trouble(models.TextChoices):
    """What an alert may be about."""

    RUN_FAILED = "run_failed", "A run failed"
    SCHEDULE_LATE = "schedule_late", "A schedule is late"
    NEW_BAD_ROWS = "new_bad_rows", "New bad rows"


class Channel(models.Model):
    """A way to people: mail, a webhook, or one of the services that Apprise knows."""

    class Kind(models.TextChoices):
        """What a message travels by."""

        MAIL = "mail", "Mail"
        WEBHOOK = "webhook", "Webhook"
        APPRISE = "apprise", "Apprise"

    name = models.CharField(max_length=100, unique=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    addresses = ArrayField(models.EmailField(max_length=254), default=list, blank=True, help_text="Of a mail.")
    # {"url": …, "secret": …} as JSON, encrypted: an address of a webhook or of Apprise is a secret by itself.
    secret = models.BinaryField(editable=False, default=b"", help_text="Address and key, encrypted.")
    target = models.CharField(max_length=300, blank=True, default="", help_text="Where it leads, without secrets.")
    has_key = models.BooleanField("signed", default=False, editable=False)
    pause_minutes = models.PositiveIntegerField(
        default=480,
        help_text="At most one message in so many minutes; what happens meanwhile is gathered. 0: no limit.",
    )
    # Nothing new is told before this.
    quiet_until = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "dq_alert_channels"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class AlertRule(models.Model):
    """Who hears of what."""

    name = models.CharField(max_length=100, unique=True)
    channels = models.ManyToManyField(Channel, through="RuleChannel", related_name="rules")
    on = ArrayField(models.CharField(max_length=20, choices=Trouble.choices))
    threshold = models.PositiveIntegerField(
        default=0, help_text="New bad rows of a rule in a source are told when there are more than so many."
    )
    # What it is about; all where it is empty. No foreign keys: a rule for a script that has gone is about nothing, not about all.
    scripts = ArrayField(models.IntegerField(), default=list, blank=True)
    rules = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    sources = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    is_active = models.BooleanField(default=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="alert_rules",
        editable=False,
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "dq_alert_rules"
        ordering = ["name"]
        verbose_name = "alert rule"

    def __str__(self) -> str:
        return self.name


class RuleChannel(models.Model):
    """A channel of a rule."""

    rule = models.ForeignKey(AlertRule, on_delete=models.CASCADE, db_index=False)
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE)

    class Meta:
        db_table = "dq_alert_rule_channels"
        constraints = [models.UniqueConstraint(fields=["rule", "channel"], name="dq_alert_rule_channels_once")]

    def __str__(self) -> str:
        return f"{self.rule_id}, {self.channel_id}"


class Incident(models.Model):
    """Something that is wrong, from when it was noticed until it was over; one at a time for a rule and a subject."""

    alert_rule = models.ForeignKey(AlertRule, on_delete=models.CASCADE, related_name="incidents", db_index=False)
    kind = models.CharField(max_length=20, choices=Trouble.choices)
    # What it is about, as a key: "populate of 4", "schedule 7", '["R1", "S1"]'.
    subject = models.CharField(max_length=300)
    title = models.CharField(max_length=300, help_text="Its name at that time.")
    script = models.ForeignKey(Script, null=True, on_delete=models.SET_NULL, related_name="incidents")
    schedule = models.ForeignKey(Schedule, null=True, on_delete=models.SET_NULL, related_name="incidents")
    rule_id = models.CharField("rule", max_length=20, blank=True, default="")
    source_id = models.CharField("source", max_length=20, blank=True, default="")
    # The run that began it; the publication of its first bad rows. No foreign key: runs are trimmed.
    run_id = models.BigIntegerField("run", null=True)
    due_at = models.DateTimeField(null=True)
    why = models.TextField(blank=True, default="", help_text="A sentence that says what is wrong.")
    n_rows = models.BigIntegerField("new bad rows", default=0)
    n_reopened = models.BigIntegerField("of them reopened", default=0)
    examples = ArrayField(models.CharField(max_length=500), default=list)
    opened_at = models.DateTimeField(db_default=Now(), editable=False)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "dq_alert_incidents"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["alert_rule", "kind", "subject"],
                condition=Q(closed_at__isnull=True),
                name="dq_alert_incidents_one_open",
            )
        ]
        indexes = [
            models.Index(fields=["closed_at"], name="dq_alert_incidents_closed", condition=Q(closed_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.title}"


class Message(models.Model):
    """What a channel was told, or is to be told."""

    class Status(models.TextChoices):
        """How far it is."""

        WAITING = "waiting", "Waiting"
        SENT = "sent", "Sent"
        FAILED = "failed", "Failed"

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="messages", db_index=False)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.WAITING)
    title = models.CharField(max_length=300, blank=True, default="")
    content = models.JSONField(default=dict, help_text="What it says, as a webhook gets it.")
    n_attempts = models.PositiveSmallIntegerField("attempts", default=0)
    # When it is tried (again); while somebody tries, when that is given up.
    next_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True, default="", help_text="Why the last attempt failed, or whom it did not reach.")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "dq_alert_messages"
        ordering = ["-id"]
        constraints = [
            # What comes while one can't be delivered goes into it.
            models.UniqueConstraint(
                fields=["channel"], condition=Q(status="waiting"), name="dq_alert_messages_one_waiting"
            )
        ]
        indexes = [
            models.Index(fields=["channel", "-id"], name="dq_alert_messages_channel"),
            models.Index(fields=["created_at"], name="dq_alert_messages_created"),
        ]

    def __str__(self) -> str:
        return self.title or f"Message {self.pk}"


class Telling(models.Model):
    """What a channel knows of an incident. Gone once it has been told that the incident is over."""

    class State(models.TextChoices):
        """What it is to be told, or knows."""

        NEW = "new", "To be told"
        TOLD = "told", "Told"
        OVER = "over", "To be told that it is over"

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="tellings", db_index=False)
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="tellings", db_index=False)
    state = models.CharField(max_length=4, choices=State.choices, default=State.NEW)
    # The message that is to tell it.
    message = models.ForeignKey(Message, null=True, on_delete=models.SET_NULL, related_name="tellings")
    n_told = models.BigIntegerField("rows told", default=0)

    class Meta:
        db_table = "dq_alert_tellings"
        constraints = [models.UniqueConstraint(fields=["incident", "channel"], name="dq_alert_tellings_once")]
        indexes = [
            models.Index(fields=["channel", "id"], name="dq_alert_tellings_waiting", condition=~Q(state="told")),
        ]

    def __str__(self) -> str:
        return f"{self.state}: {self.incident_id} by {self.channel_id}"
