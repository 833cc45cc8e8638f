"""Bad rows and their history in the admin, to look at. They change only by a publish."""

import json
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from badDetail_app.models import BadRow, Event
from badDetail_app.overview import rules_and_sources
from dqx.admin_tools import ReadOnlyAdmin


class _IdFilter(admin.SimpleListFilter):
    """The ids that have bad rows, from the daily counts: no look at the rows themselves."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows of the id that was chosen."""
        return queryset.filter(**{str(self.parameter_name): self.value()}) if self.value() else queryset


class RuleFilter(_IdFilter):
    """By rule."""

    title = "rule"
    parameter_name = "rule_id"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The rules."""
        return [(rule, rule) for rule in rules_and_sources()[0]]


class SourceFilter(_IdFilter):
    """By source."""

    title = "source"
    parameter_name = "source_id"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The sources."""
        return [(source, source) for source in rules_and_sources()[1]]


@admin.register(BadRow)
class BadRowAdmin(ReadOnlyAdmin):
    """What is bad now. In key order only: any other would sort millions of rows for one page."""

    list_display = ("source_uid", "rule_id", "source_id", "data_value", "txn_date")
    list_filter = (RuleFilter, SourceFilter)
    search_fields = ("=source_uid",)
    search_help_text = "The whole id of a record"
    ordering = ("rule_id", "source_id", "source_uid")
    sortable_by = ()
    fields = ("rule_id", "source_id", "source_uid", "data_value", "txn_date")

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> BadRow | None:
        """By the three columns of the key, which have an index; the view's own key has none."""
        try:
            rule, source, uid = json.loads(object_id)
        except (TypeError, ValueError):
            return None
        return self.get_queryset(request).filter(rule_id=str(rule), source_id=str(source), source_uid=str(uid)).first()


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    """The life of the bad rows."""

    list_display = ("source_uid", "rule_id", "source_id", "action", "at", "old_value", "new_value", "publication")
    list_filter = (RuleFilter, SourceFilter, "action")
    search_fields = ("=source_uid",)
    search_help_text = "The whole id of a record"
    sortable_by = ()
