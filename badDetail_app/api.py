"""/api/bad_detail/: the bad rows, and what to filter them by."""

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from badDetail_app import reports
from badDetail_app.report_statements import Filters, Ordering
from dqx.rest import PageQuery, Query, View, accepts

SORTABLE = ("rule_id", "source_id", "source_uid", "data_value", "txn_date")


class _Several(serializers.ListField):
    """A parameter that may be repeated."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(child=serializers.CharField(trim_whitespace=False), default=list, max_length=1000, **kwargs)


class FilterQuery(Query):
    """Which bad rows."""

    rule_id = _Several()
    source_id = _Several()
    source_uid = _Several()
    q = _Several()
    date_from = serializers.DateField(default=None)
    date_to = serializers.DateField(default=None)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """An empty span is a mistake; it must not look like "nothing is bad"."""
        if attrs["date_from"] and attrs["date_to"] and attrs["date_from"] > attrs["date_to"]:
            raise ValidationError({"date_from": ["It is later than date_to."]})
        return attrs


class BadRowQuery(PageQuery, FilterQuery):
    """Which bad rows, in which order, and which page of them."""

    ordering = serializers.ChoiceField([*SORTABLE, *(f"-{name}" for name in SORTABLE)], default="rule_id")


def filters_of(query: dict[str, Any]) -> Filters:
    """The filters that a checked query gives."""
    named = ("rule_id", "source_id", "source_uid", "q", "date_from", "date_to")
    return Filters(*(query[name] for name in named))


class BadRows(View):
    """The bad rows that count now."""

    @accepts(query=BadRowQuery)
    def get(self, request: Request) -> Response:
        """200 {results, next, previous, total}."""
        filters, named = filters_of(self.query), self.query["ordering"]
        ordering, listing = Ordering(named.removeprefix("-"), named.startswith("-")), f"bad_detail {named}"
        place, size = self.place(listing), self.query["page_size"]
        page = reports.rows(actor=request.user, filters=filters, ordering=ordering, place=place, size=size)
        return self.paged(listing, page, page.rows, total=reports.total(actor=request.user, filters=filters))


class FilterChoices(View):
    """What to filter by."""

    def get(self, request: Request) -> Response:
        """200 {rules, sources}, each a list of {id, name, label}."""
        return Response(reports.choices(actor=request.user))
