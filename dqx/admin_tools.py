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
from dqx.forms import Checked


class OperationForm(Checked, forms.ModelForm):
    """A form of the admin whose rules are those of an operation."""


class OperationAdmin(admin.ModelAdmin):
    """An admin whose actions call operations."""

    # Under which head of `admin_site.GROUPS` it stands on the first page of the admin; that of its application where it is empty.
    group = ""

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
