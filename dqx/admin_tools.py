"""The adapter of the admin, and what admins of several apps share."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.db import models
from django.http import HttpRequest
from django.utils.functional import cached_property

from dqx.errors import DQXError


class OperationForm(forms.ModelForm):
    """A form whose rules are those of an operation: what it refuses is told at the field, and nothing typed is lost."""

    def check(self, values: dict[str, Any]) -> None:
        """Raise what the operation would, before it is called."""

    def clean(self) -> dict[str, Any]:
        """What Django calls once the fields themselves are in order."""
        values = super().clean() or self.cleaned_data
        if self.errors:
            return values
        try:
            self.check(values)
        except DQXError as exc:
            field = exc.data.get("field")
            self.add_error(field if field in self.fields else self.main_field, exc.message)
        return values

    # Where an error that names no field is shown.
    main_field: str | None = None


class OperationAdmin(admin.ModelAdmin):
    """An admin whose actions call operations."""

    def attempt(self, request: HttpRequest, operation: Callable[[], Any]) -> bool:
        """Do one thing of an action; what it refuses becomes a message. Returns whether it was done."""
        try:
            operation()
        except DQXError as exc:
            self.message_user(request, exc.message, messages.ERROR)
            return False
        return True


class CappedPaginator(Paginator):
    """Counts to ten thousand and no further: on a table of millions a count is what makes the admin slow. People filter instead."""

    most = 10_000

    @cached_property
    def count(self) -> int:
        """Number of rows, at most `most`."""
        found: models.QuerySet[Any] = self.object_list  # type: ignore[assignment]
        return found.order_by()[: self.most].count()


class ReadOnlyAdmin(OperationAdmin):
    """What is only looked at: nobody adds, changes or deletes it here."""

    paginator = CappedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # they count every row
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False
