"""What the API takes and gives of bad rows and their counts."""

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from badDetail_app.export import FORMATS
from badDetail_app.models import Event
from badDetail_app.report_statements import Filters, Ordering
from dqx.rest.bodies import PageQuery, Query
from dqx.rest.fields import Choice

SORTABLE = ("rule_id", "source_id", "source_uid", "data_value", "txn_date")
ORDERINGS = [*SORTABLE, *(f"-{name}" for name in SORTABLE)]
MOST_CHOICES = 1_000


class Several(serializers.ListField):
    """A parameter that may be repeated."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            child=serializers.CharField(trim_whitespace=False), default=list, max_length=MOST_CHOICES, **kwargs
        )


class FilterQuery(Query):
    """Which bad rows."""

    rule_id = Several(help_text="Any of these rules.")
    source_id = Several(help_text="Any of these sources.")
    source_uid = Several(help_text="Any of these records, by their whole id.")
    q = Several(help_text="Any of these texts in the record's id or the value, whatever their case.")
    date_from = serializers.DateField(default=None, help_text="This date or later; rows without one are left out.")
    date_to = serializers.DateField(default=None, help_text="This date or earlier; rows without one are left out.")
    undated = serializers.BooleanField(
        default=None, allow_null=True, help_text="Only rows without a date, or only those with one."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """What no row can fulfil is a mistake; it must not look like "nothing is bad"."""
        if attrs["undated"] and (attrs["date_from"] or attrs["date_to"]):
            raise ValidationError({"undated": ["Rows without a date are in no span: leave out date_from and date_to."]})
        if attrs["date_from"] and attrs["date_to"] and attrs["date_from"] > attrs["date_to"]:
            raise ValidationError({"date_from": ["It is later than date_to."]})
        return attrs


class BadRowQuery(PageQuery, FilterQuery):
    """Which bad rows, in which order, and which page of them."""

    ordering = Choice(ORDERINGS, default="rule_id")


class ExportQuery(FilterQuery):
    """Which bad rows, and as which file."""

    format = Choice([*FORMATS], default="csv")
    ordering = Choice(ORDERINGS, default=None)


class CountQuery(FilterQuery):
    """Which bad rows, and how many of the worst rules or sources."""

    limit = serializers.IntegerField(min_value=1, max_value=10_000, default=None, help_text="Only the worst of them.")


class HistoryQuery(Query):
    """Which bad row."""

    empty_is_absent = False  # an id may be the empty text
    rule_id = serializers.CharField(trim_whitespace=False, allow_blank=True, max_length=20)
    source_id = serializers.CharField(trim_whitespace=False, allow_blank=True, max_length=20)
    source_uid = serializers.CharField(trim_whitespace=False, allow_blank=True, max_length=500)


def filters_of(query: dict[str, Any]) -> Filters:
    """The filters that a checked query gives."""
    named = ("rule_id", "source_id", "source_uid", "q", "date_from", "date_to", "undated")
    return Filters(*(query[name] for name in named))


def ordering_of(name: str) -> Ordering:
    """The ordering that a parameter names."""
    return Ordering(name.removeprefix("-"), name.startswith("-"))


class BadRowBody(serializers.Serializer):
    """A bad row. The date is ISO text; other programs may have written dates that no calendar here knows, such as infinity."""

    rule_id = serializers.CharField()
    rule_name = serializers.CharField(allow_null=True)
    source_id = serializers.CharField()
    source_name = serializers.CharField(allow_null=True)
    source_uid = serializers.CharField()
    data_value = serializers.CharField(allow_null=True)
    txn_date = serializers.CharField(allow_null=True)


class BadRowPage(serializers.Serializer):
    """A page of bad rows."""

    results = BadRowBody(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    total = serializers.IntegerField()


class ChoiceBody(serializers.Serializer):
    """A rule or source to filter by."""

    id = serializers.CharField()
    name = serializers.CharField(allow_null=True)
    label = serializers.CharField()  # type: ignore[assignment]


class ChoicesBody(serializers.Serializer):
    """What to filter by."""

    rules = ChoiceBody(many=True)
    sources = ChoiceBody(many=True)


class EventBody(serializers.Serializer):
    """What one publish did to a bad row; `publication` is the run."""

    at = serializers.DateTimeField()
    action = serializers.ChoiceField(Event.Action.choices)
    publication = serializers.IntegerField()
    old_value = serializers.CharField(allow_null=True)
    new_value = serializers.CharField(allow_null=True)
    old_date = serializers.CharField(allow_null=True)
    new_date = serializers.CharField(allow_null=True)


class HistoryBody(BadRowBody):
    """The life of one bad row, oldest event first; value and date are null once it is resolved."""

    is_bad = serializers.BooleanField()
    first_seen = serializers.DateTimeField(allow_null=True, help_text="Null for a row that no publish opened.")
    last_changed = serializers.DateTimeField(allow_null=True)
    is_complete = serializers.BooleanField(help_text="False where only the newest thousand events are told.")
    events = EventBody(many=True)


class DateCountBody(serializers.Serializer):
    """How many bad rows have a date; null for those without."""

    date = serializers.CharField(allow_null=True)
    name = serializers.CharField(allow_null=True)
    count = serializers.IntegerField()


class RuleCountBody(serializers.Serializer):
    """How many bad rows a rule has."""

    rule_id = serializers.CharField()
    name = serializers.CharField(allow_null=True)
    count = serializers.IntegerField()


class SourceCountBody(serializers.Serializer):
    """How many bad rows a source has."""

    source_id = serializers.CharField()
    name = serializers.CharField(allow_null=True)
    count = serializers.IntegerField()


class SummaryBody(serializers.Serializer):
    """The whole in figures."""

    bad_rows = serializers.IntegerField()
    rules = serializers.IntegerField()
    sources = serializers.IntegerField()
    pairs = serializers.IntegerField()
    undated = serializers.IntegerField()
    first_date = serializers.CharField(allow_null=True)
    last_date = serializers.CharField(allow_null=True)
