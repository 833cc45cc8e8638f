"""Rules and sources by the ids that scripts return, with the names that people know them by."""

from typing import Any

from django.core.validators import ProhibitNullCharactersValidator
from django.db import models


class Rule(models.Model):
    """What has to hold."""

    rule_id = models.CharField(
        "rule id", max_length=20, primary_key=True, validators=[ProhibitNullCharactersValidator()]
    )
    rule_name = models.CharField("name", max_length=100)
    description = models.TextField(blank=True, default="")

    class Meta:
        db_table = "rule_ref"
        ordering = ["rule_id"]

    def __str__(self) -> str:
        return f"{self.rule_id} – {self.rule_name}"


class Source(models.Model):
    """Where the records come from."""

    source_id = models.CharField(
        "source id", max_length=20, primary_key=True, validators=[ProhibitNullCharactersValidator()]
    )
    source_name = models.CharField("name", max_length=100)
    description = models.TextField(blank=True, default="")

    class Meta:
        db_table = "source_ref"
        ordering = ["source_id"]

    def __str__(self) -> str:
        return f"{self.source_id} – {self.source_name}"


# By the name that addresses have for them.
KINDS: dict[str, Any] = {"rules": Rule, "sources": Source}
