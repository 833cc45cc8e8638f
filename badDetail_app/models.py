"""The bad rows that count now, the life of each, and their daily counts."""

from django.db import models


class BadDetail(models.Model):
    """One bad value: rule R failed in source S on record U.

    Unmanaged: the table may be older than DQX and other programs may write it. It has these five columns for ever.
    """

    pk = models.CompositePrimaryKey("rule_id", "source_id", "source_uid")
    rule_id = models.CharField(max_length=20)
    source_id = models.CharField(max_length=20)
    source_uid = models.CharField(max_length=500)
    data_value = models.CharField(max_length=2000, null=True)  # noqa: DJ001 - NULL and '' are different values
    txn_date = models.DateField(null=True)

    class Meta:
        managed = False
        db_table = "bad_detail"
        verbose_name = "bad row"

    def __str__(self) -> str:
        return f"{self.rule_id} / {self.source_id} / {self.source_uid}"


class BadRow(models.Model):
    """The same rows through a view that adds the key in one column, since the admin knows no composite keys."""

    key = models.TextField(primary_key=True)
    rule_id = models.CharField("rule", max_length=20)
    source_id = models.CharField("source", max_length=20)
    source_uid = models.CharField("record", max_length=500)
    data_value = models.CharField("value", max_length=2000, null=True)  # noqa: DJ001
    txn_date = models.DateField("date", null=True)

    class Meta:
        managed = False
        db_table = "bad_row"
        verbose_name = "bad row"
        unique_together = [("rule_id", "source_id", "source_uid")]

    def __str__(self) -> str:
        return f"{self.rule_id} / {self.source_id} / {self.source_uid}"


class Event(models.Model):
    """Something that a publish did to one bad row. Unmanaged: its indexes are chosen for a publish of millions of rows."""

    class Action(models.TextChoices):
        """What can happen to a bad row."""

        OPENED = "opened", "Opened"
        CHANGED = "changed", "Changed"
        RESOLVED = "resolved", "Resolved"
        REOPENED = "reopened", "Reopened"

    # The run that published; no foreign key, since runs belong to a higher layer and are trimmed before events are.
    publication = models.BigIntegerField()
    action = models.CharField(max_length=8, choices=Action.choices)
    at = models.DateTimeField()
    rule_id = models.CharField("rule", max_length=20)
    source_id = models.CharField("source", max_length=20)
    source_uid = models.CharField("record", max_length=500)
    old_value = models.CharField(max_length=2000, null=True)  # noqa: DJ001
    new_value = models.CharField(max_length=2000, null=True)  # noqa: DJ001
    old_date = models.DateField(null=True)
    new_date = models.DateField(null=True)

    class Meta:
        managed = False
        db_table = "bad_detail_events"
        ordering = ["rule_id", "source_id", "source_uid", "id"]

    def __str__(self) -> str:
        return f"{self.action} {self.rule_id} / {self.source_id} / {self.source_uid}"
