"""Rules and sources in the admin; every button calls the operation that the API calls."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from dqx.admin_tools import OperationAdmin
from reference_app import references
from reference_app.models import Rule, Source


class _ReferenceAdmin(OperationAdmin):
    """What both kinds share. The id is what scripts return, so it is chosen once."""

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The id, once it is there."""
        return [self.model._meta.pk.name] if obj else []

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Create or update."""
        if change:
            references.update(self.model, obj.pk, actor=request.user, **form.cleaned_data)
        else:
            references.create(self.model, actor=request.user, **form.cleaned_data)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Delete one."""
        references.delete(self.model, obj.pk, actor=request.user)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Delete each."""
        for reference in queryset:
            self.delete_model(request, reference)


@admin.register(Rule)
class RuleAdmin(_ReferenceAdmin):
    """What has to hold."""

    list_display = ("rule_id", "rule_name", "description")
    search_fields = ("rule_id", "rule_name", "description")


@admin.register(Source)
class SourceAdmin(_ReferenceAdmin):
    """Where the records come from."""

    list_display = ("source_id", "source_name", "description")
    search_fields = ("source_id", "source_name", "description")
