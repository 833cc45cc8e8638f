"""What people want to be stopped."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class QueryStop(models.Model):
    """A person wants their query of this tag to end. Whoever runs it takes the row away; what nobody runs is forgotten soon."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    tag = models.CharField(max_length=64)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "query_stops"
        constraints = [models.UniqueConstraint(fields=["person", "tag"], name="query_stops_person_tag")]

    def __str__(self) -> str:
        return self.tag
