"""The audit log."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.functions import Now


class Entry(models.Model):
    """One change that somebody made. Entries are only ever added."""

    at = models.DateTimeField(db_default=Now(), editable=False)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_constraint=False
    )
    # Kept beside the person, who may be deleted.
    actor_name = models.CharField("who", max_length=150)
    action = models.CharField(max_length=100)
    thing = models.CharField("what", max_length=200)
    key = models.TextField()
    before = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    after = models.JSONField(null=True, encoder=DjangoJSONEncoder)

    class Meta:
        db_table = "audit_log"
        ordering = ["-id"]
        verbose_name = "change"
        verbose_name_plural = "audit log"
        indexes = [models.Index(fields=["thing", "key", "-id"], name="audit_log_thing")]

    def __str__(self) -> str:
        return f"{self.actor_name}: {self.action} {self.key}"
