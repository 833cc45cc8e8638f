"""Scripts in the admin. Every button calls the operation that the API calls."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST

from dqx.admin_tools import OperationAdmin, OperationForm
from dqx.users.permissions import may
from scripts_app import columns, populate, publish, scripts, text
from scripts_app.databases import reading
from scripts_app.models import Run, Script
from scripts_app.permissions import ACTIONS

# What a button beside a script does, by the kind of run that it asks for.
OPERATIONS: dict[Run.Kind, Callable[..., Run]] = {
    Run.Kind.POPULATE: populate.request,
    Run.Kind.PUBLISH: publish.request,
}


class ScriptForm(OperationForm):
    """A script as people write it."""

    main_field = "content"

    class Meta:
        model = Script
        fields = ("name", "description", "content", "connection", "time_limit")

    def check(self, values: dict[str, Any]) -> None:
        """The text has to be one SELECT of the five columns, and the server has to allow the time limit."""
        scripts.check_time_limit(values["time_limit"])
        connection = values.get("connection", self.instance.connection)
        columns.check(text.clean(values["content"]), reading.address(connection))


@admin.register(Script)
class ScriptAdmin(OperationAdmin):
    """Scripts, with populate and publish as actions."""

    form = ScriptForm
    list_display = ("name", "description", "staged", "populated_at", "owner", "updated_at")
    search_fields = ("name", "description", "content")
    list_select_related = ("owner", "staged_run")
    list_per_page = 50
    actions = ("populate_selected", "publish_selected")

    def get_urls(self) -> list[Any]:
        """With an address for each button of a script."""
        own = [
            path(
                f"<int:pk>/{kind.value}/",
                self.admin_site.admin_view(partial(self.start, kind=kind)),
                name=f"scripts_script_{kind.value}",
            )
            for kind in OPERATIONS
        ]
        return own + super().get_urls()

    @method_decorator(require_POST)
    def start(self, request: HttpRequest, pk: int, kind: Run.Kind) -> HttpResponse:
        """Queue a run of one script, and lead back to where the button was."""
        if not may(request.user, ACTIONS[kind]):
            raise PermissionDenied
        if self._ask(request, pk, kind):
            self.message_user(request, f"{kind.label} queued. The runs show how it goes.", messages.SUCCESS)
        back = "changelist" if "action" in request.POST else "change"  # the list's buttons send the list's form
        return redirect(reverse(f"admin:scripts_script_{back}", args=[] if back == "changelist" else [pk]))

    def get_list_display(self, request: HttpRequest) -> Any:
        """With the buttons that the person may press."""

        @admin.display(description="do")
        def tools(script: Script) -> str:
            return render_to_string("admin/scripts/script/tools.html", {"script": script, **self._offers(request)})

        return (*self.list_display, tools)

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """With the same beside the script's name."""
        return super().render_change_form(request, {**context, **self._offers(request)}, *args, **kwargs)

    def _offers(self, request: HttpRequest) -> dict[str, bool]:
        return {f"may_{kind.value}": may(request.user, ACTIONS[kind]) for kind in OPERATIONS}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Script]:
        """Without the texts of the runs, which nobody sees in the list."""
        return super().get_queryset(request).defer("staged_run__content")

    @admin.display(description="staged rows")
    def staged(self, script: Script) -> str:
        """How many rows wait, and whether the text was changed since."""
        run = script.staged_run
        if run is None:
            return "–"
        return f"{run.n_rows:,}" + ("" if run.content_hash == script.content_hash else " (older than the script)")

    @admin.display(description="populated")
    def populated_at(self, script: Script) -> Any:
        """When they were staged."""
        return script.staged_run.finished_at if script.staged_run else None

    def save_model(self, request: HttpRequest, obj: Script, form: Any, change: bool) -> None:
        """Create or update."""
        values = form.cleaned_data
        saved = (
            scripts.update(obj.pk, actor=request.user, **values)
            if change
            else scripts.create(actor=request.user, **values)
        )
        obj.__dict__.update(saved.__dict__)

    def get_fields(self, request: HttpRequest, obj: Script | None = None) -> Any:
        """Connections are for admins to choose, and to see."""
        fields = ["name", "description", "content", "time_limit"]
        return [*fields, "connection"] if may(request.user, "scripts.view_connection") else fields

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What goes with a script; its versions and published pairs need no permission of their own."""
        going, counts, needed, protected = super().get_deleted_objects(objs, request)
        return going, counts, needed & {Script._meta.verbose_name}, protected

    def delete_model(self, request: HttpRequest, obj: Script) -> None:
        """With its staging table."""
        scripts.delete(obj.pk, actor=request.user)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Script]) -> None:
        """Each with its staging table."""
        for script in queryset:
            self.attempt(request, lambda pk=script.pk: scripts.delete(pk, actor=request.user))  # type: ignore[misc]

    @admin.action(description="Populate the selected scripts", permissions=["populate"])
    def populate_selected(self, request: HttpRequest, queryset: QuerySet[Script]) -> None:
        """Queue a populate of each."""
        self._queue(request, queryset, Run.Kind.POPULATE)

    @admin.action(description="Publish what the selected scripts have staged", permissions=["publish"])
    def publish_selected(self, request: HttpRequest, queryset: QuerySet[Script]) -> None:
        """Queue a publish of each."""
        self._queue(request, queryset, Run.Kind.PUBLISH)

    def has_populate_permission(self, request: HttpRequest) -> bool:
        """Whether the action is offered."""
        return may(request.user, "scripts.populate_script")

    def has_publish_permission(self, request: HttpRequest) -> bool:
        """Whether the action is offered."""
        return may(request.user, "scripts.publish_script")

    def _queue(self, request: HttpRequest, queryset: QuerySet[Script], kind: Run.Kind) -> None:
        queued = sum(self._ask(request, script.pk, kind) for script in queryset)
        if queued:
            self.message_user(request, f"Queued: {queued}. The runs show how they go.", messages.SUCCESS)

    def _ask(self, request: HttpRequest, pk: int, kind: Run.Kind) -> bool:
        operation = partial(OPERATIONS[kind], pk, actor=request.user, trigger=Run.Trigger.PERSON)
        return self.attempt(request, operation)
