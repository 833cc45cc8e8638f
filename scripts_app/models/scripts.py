"""Scripts, the versions of their texts, and the pairs that they published."""

import hashlib

from django.conf import settings
from django.core.validators import ProhibitNullCharactersValidator
from django.db import models
from django.utils import timezone

from scripts_app.models.connections import Connection

NO_NULLS = [ProhibitNullCharactersValidator()]


def text_hash(content: str) -> str:
    """SHA-256 of a script's text, in hexadecimal."""
    return hashlib.sha256(content.encode()).hexdigest()


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
    time_limit = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text="Seconds that a run of it may take; empty for what the server allows (DQX_POPULATE_SECONDS).",
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
