"""Runs and connections in the admin; scripts and schedules are beside this. Every button calls the operation that the API calls."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html

from dqx.admin_tools import OperationAdmin, OperationForm, ReadOnlyAdmin
from scripts_app.databases import connections, probe, vault
from scripts_app.ledger import runs
from scripts_app.models import Connection, Run, RunCount, Scope, Version


@admin.register(Version)
class VersionAdmin(ReadOnlyAdmin):
    """The texts that scripts had."""

    list_display = ("script", "n", "author", "created_at", "n_added", "n_removed", "restored_from")
    list_display_links = ("n",)
    search_fields = ("=script__id", "script__name")
    list_select_related = ("script", "author")
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Version]:
        """Without the texts, which nobody sees in the list."""
        return super().get_queryset(request).defer("content", "script__content")


@admin.register(Run)
class RunAdmin(ReadOnlyAdmin):
    """The ledger."""

    list_display = (
        "id",
        "kind",
        "script_name",
        "state",
        "actor",
        "created_at",
        "duration",
        "rows",
        "changes",
        "problem",
    )
    fields = (
        ("kind", "status"), ("script_name", "script"), ("actor", "trigger"), ("created_at", "started_at", "finished_at"),
        ("n_rows", "n_bytes"), ("n_pairs", "n_new", "n_changed", "n_resolved", "n_unchanged"), "problem", "content",
    )  # fmt: skip
    list_filter = ("status", "kind", "trigger", "created_at")
    search_fields = ("script_name",)
    list_select_related = ("actor",)
    actions = ("cancel_selected",)

    @admin.display(description="seconds")
    def duration(self, run: Run) -> str:
        """How long it took."""
        return "" if run.seconds is None else f"{run.seconds:.1f}"

    @admin.display(description="status", ordering="status")
    def state(self, run: Run) -> str:
        """How far it is, as a badge."""
        return format_html('<span class="status status-{}">{}</span>', run.status, run.get_status_display())

    @admin.display(description="rows", ordering="n_rows")
    def rows(self, run: Run) -> str:
        """Staged or published."""
        return f"{run.n_rows:,}"

    @admin.display(description="new / changed / resolved")
    def changes(self, run: Run) -> str:
        """What a publish did."""
        return f"{run.n_new:,} / {run.n_changed:,} / {run.n_resolved:,}" if run.kind == Run.Kind.PUBLISH else ""

    @admin.display(description="error")
    def problem(self, run: Run) -> str:
        """Why it failed."""
        return run.error["message"] if run.error else ""

    @admin.action(description="Cancel the selected runs")
    def cancel_selected(self, request: HttpRequest, queryset: QuerySet[Run]) -> None:
        """Ask each to stop."""
        for run in queryset:
            self.attempt(request, lambda pk=run.pk: runs.cancel(pk, actor=request.user))  # type: ignore[misc]


@admin.register(RunCount)
class RunCountAdmin(ReadOnlyAdmin):
    """What is kept of trimmed runs."""

    list_display = ("day", "script_id", "kind", "status", "trigger", "n", "n_rows", "n_new", "n_changed", "n_resolved")
    list_filter = ("kind", "status", "trigger")
    search_fields = ("=script_id",)
    date_hierarchy = "day"


@admin.register(Scope)
class ScopeAdmin(ReadOnlyAdmin):
    """Which script published a pair last."""

    list_display = ("rule_id", "source_id", "script", "publication")
    search_fields = ("=rule_id", "=source_id", "script__name")
    list_select_related = ("script",)


class ConnectionForm(OperationForm):
    """A database; its password is written and never read."""

    password = forms.CharField(
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="Kept encrypted and never shown. Leave it empty to keep the one that is there.",
    )

    class Meta:
        model = Connection
        fields = ("name", "host", "port", "dbname", "username", "sslmode", "runs_at_once")

    main_field = "password"

    def check(self, values: dict[str, Any]) -> None:
        """The host may be reached, a kept password stays with its server, and a new one can only be kept where there is a key."""
        given = {name: value for name, value in values.items() if name != "password"}
        connections.check(Connection(pk=self.instance.pk, **given), values["password"])
        vault.encrypt(values["password"])


@admin.register(Connection)
class ConnectionAdmin(OperationAdmin):
    """Named databases; for admins."""

    group = "Administration"
    form = ConnectionForm
    list_display = ("name", "host", "port", "dbname", "username", "sslmode", "runs_at_once")
    search_fields = ("name", "host", "dbname")
    actions = ("test_selected",)

    def save_model(self, request: HttpRequest, obj: Connection, form: Any, change: bool) -> None:
        """Save, with the password encrypted where one was given."""
        connections.save(obj, actor=request.user, password=form.cleaned_data["password"])

    def delete_model(self, request: HttpRequest, obj: Connection) -> None:
        """Where no script reads it."""
        connections.delete(obj.pk, actor=request.user)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Connection]) -> None:
        """Each where no script reads it."""
        for connection in queryset:
            self.attempt(request, lambda pk=connection.pk: connections.delete(pk, actor=request.user))  # type: ignore[misc]

    @admin.action(description="Test the selected connections")
    def test_selected(self, request: HttpRequest, queryset: QuerySet[Connection]) -> None:
        """Connect to each and tell how it went."""
        for connection in queryset:
            found = probe.test_connection(connection.pk, actor=request.user)
            told = f"PostgreSQL {found.server_version}, {found.latency_ms} ms" if found.ok else str(found.message)
            self.message_user(request, f"{connection}: {told}", messages.SUCCESS if found.ok else messages.ERROR)
