"""Schedules in the admin. Every button calls the operation that the API calls."""

from typing import Any

from django.contrib import admin
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.timezone import localtime

from dqx.admin_tools import OperationAdmin, OperationForm, ReadOnlyAdmin
from dqx.users.permissions import may
from scripts_app.models import DueTime, Run, Schedule
from scripts_app.scheduling import lateness, schedule_times, schedules


class ScheduleForm(OperationForm):
    """When a script runs."""

    class Meta:
        model = Schedule
        fields = ("job_name", "script", "cron_schedule", "timezone", "operation", "catch_up", "is_active")

    def check(self, values: dict[str, Any]) -> None:
        """The expression and the zone have to be known ones."""
        schedule_times.check(values["cron_schedule"], values["timezone"])


class LateFilter(admin.SimpleListFilter):
    """Schedules that have not run when they should have, or that have."""

    title = "late"
    parameter_name = "late"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Either."""
        return [("1", "Yes"), ("0", "No")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Schedule]) -> QuerySet[Schedule]:
        """Those."""
        if self.value() not in ("0", "1"):
            return queryset
        late = Q(pk__in=[*lateness.found()])
        return queryset.filter(late if self.value() == "1" else ~late)


@admin.register(Schedule)
class ScheduleAdmin(OperationAdmin):
    """Schedules; saving one tells beat."""

    form = ScheduleForm
    list_display = ("job_name", "script", "when", "operation", "owner", "is_active", "late", "problem")
    list_filter = ("is_active", LateFilter, "operation")
    search_fields = ("job_name", "script__name")
    raw_id_fields = ("script",)  # thousands of scripts are no list to choose from
    list_select_related = ("script", "owner")
    actions = ("run_selected", "toggle_selected")

    @admin.display(ordering="cron_schedule")
    def when(self, schedule: Schedule) -> str:
        """In words, and by which clock."""
        return f"{schedule_times.in_words(schedule.cron_schedule)}, {schedule.timezone}"

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Its page knows which of its schedules are late, by one statement for all."""
        changes = super().get_changelist_instance(request)
        late = lateness.found([schedule.pk for schedule in changes.result_list])
        for schedule in changes.result_list:
            schedule.lateness = late.get(schedule.pk)
        return changes

    @admin.display
    def late(self, schedule: Any) -> str:
        """Since when it should have run, and why it has not."""
        late = schedule.lateness
        if late is None:
            return ""
        since = date_format(localtime(late.since), "DATETIME_FORMAT")
        return format_html('<span class="status status-failed">Late</span> since {}<br>{}', since, late.why)

    @admin.display
    def problem(self, schedule: Schedule) -> str:
        """Why it rests."""
        return schedules.problem(schedule) or ""

    def save_model(self, request: HttpRequest, obj: Schedule, form: Any, change: bool) -> None:
        """Create or update, and mirror to beat."""
        script = form.cleaned_data.pop("script")
        values = {**form.cleaned_data, "script_id": script.pk}
        saved = (
            schedules.update(obj.pk, actor=request.user, **values)
            if change
            else schedules.create(actor=request.user, **values)
        )
        obj.__dict__.update(saved.__dict__)

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        """Delete, and tell beat."""
        schedules.delete(obj.pk, actor=request.user)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Schedule]) -> None:
        """Delete each, and tell beat."""
        for schedule in queryset:
            self.attempt(request, lambda pk=schedule.pk: schedules.delete(pk, actor=request.user))  # type: ignore[misc]

    @admin.action(description="Run the selected schedules now", permissions=["run"])
    def run_selected(self, request: HttpRequest, queryset: QuerySet[Schedule]) -> None:
        """Queue what each says."""
        for schedule in queryset:
            self.attempt(
                request,
                lambda pk=schedule.pk: schedules.run_now(pk, actor=request.user, trigger=Run.Trigger.PERSON),  # type: ignore[misc]
            )

    @admin.action(description="Switch the selected schedules on or off", permissions=["change"])
    def toggle_selected(self, request: HttpRequest, queryset: QuerySet[Schedule]) -> None:
        """Each the other way than it is."""
        for schedule in queryset:
            self.attempt(request, lambda pk=schedule.pk: schedules.toggle(pk, actor=request.user))  # type: ignore[misc]

    def has_run_permission(self, request: HttpRequest) -> bool:
        """Whether the action is offered."""
        return may(request.user, "scripts.run_schedule")


@admin.register(DueTime)
class DueTimeAdmin(ReadOnlyAdmin):
    """What became of each due time."""

    list_display = ("due_at", "schedule", "outcome", "n_times", "reason", "run_id", "recorded_at")
    list_filter = ("outcome", "recorded_at")
    search_fields = ("=schedule__id", "schedule__job_name")
    list_select_related = ("schedule",)
