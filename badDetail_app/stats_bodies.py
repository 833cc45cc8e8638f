"""What the API takes and gives of what publishes did lately, and of the worst records."""

import zoneinfo
from typing import Any

from django.conf import settings
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from badDetail_app.bodies import FilterQuery, Several
from badDetail_app.report_statements import Filters
from dqx.rest.bodies import Query

MOST_DAYS = 366


class ActivityQuery(Query):
    """What happened to which bad rows, and in which days. Texts and dates are no filters here: events keep what rows were, too."""

    rule_id = Several(help_text="Any of these rules.")
    source_id = Several(help_text="Any of these sources.")
    source_uid = Several(help_text="Any of these records, by their whole id.")
    days = serializers.IntegerField(min_value=1, max_value=MOST_DAYS, default=30, help_text="So many, today included.")
    timezone = serializers.CharField(default="", max_length=63, help_text="Whose days; those of DQX unless given.")

    def validate_timezone(self, name: str) -> str:
        """It has to be one."""
        if name and name not in zoneinfo.available_timezones():
            raise ValidationError("There is no such time zone.")
        return name


def activity_of(query: dict[str, Any]) -> dict[str, Any]:
    """What a checked query asks the operations for."""
    filters = Filters(query["rule_id"], query["source_id"], query["source_uid"])
    return {
        "filters": filters,
        "days": query["days"],
        "zone": zoneinfo.ZoneInfo(query["timezone"] or settings.TIME_ZONE),
    }


class WorstQuery(FilterQuery):
    """Among which bad rows, and how many of the worst records."""

    limit = serializers.IntegerField(min_value=1, max_value=100, default=10)


class DidBody(serializers.Serializer):
    """How many bad rows publishes opened, changed, resolved and opened again."""

    opened = serializers.IntegerField()
    changed = serializers.IntegerField()
    resolved = serializers.IntegerField()
    reopened = serializers.IntegerField()


class DayBody(DidBody):
    """One day."""

    date = serializers.DateField()
    bad_rows = serializers.IntegerField(allow_null=True, help_text="At its end; null where that is not known.")


class ActivityBody(serializers.Serializer):
    """The last days, the earliest first."""

    since = serializers.DateTimeField()
    days = DayBody(many=True)


class RuleChangeBody(DidBody):
    """What was done to a rule's rows; `net` is how many more there are by it."""

    rule_id = serializers.CharField()
    net = serializers.IntegerField()


class SourceChangeBody(DidBody):
    """What was done to a source's rows; `net` is how many more there are by it."""

    source_id = serializers.CharField()
    net = serializers.IntegerField()


class ChangesBody(serializers.Serializer):
    """What was done since then."""

    since = serializers.DateTimeField()
    rules = RuleChangeBody(many=True)
    sources = SourceChangeBody(many=True)


class FailedRuleBody(serializers.Serializer):
    """A rule that a record fails."""

    rule_id = serializers.CharField()
    name = serializers.CharField(allow_null=True)


class WorstRecordBody(serializers.Serializer):
    """A record that fails several rules: one to put right, and so many bad rows less."""

    source_id = serializers.CharField()
    name = serializers.CharField(allow_null=True, help_text="Of the source.")
    source_uid = serializers.CharField()
    count = serializers.IntegerField()
    rules = FailedRuleBody(many=True)
