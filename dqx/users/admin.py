"""People in the admin. Celery beat's raw tables and Django's groups are nothing for people here."""

from typing import Any

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django_celery_beat import models as beat
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken

from dqx.users import people
from dqx.users.models import User

for hidden in (
    Group,
    AccessAttempt,
    AccessFailureLog,
    AccessLog,
    beat.ClockedSchedule,
    beat.CrontabSchedule,
    beat.IntervalSchedule,
    beat.PeriodicTask,
    beat.SolarSchedule,
    BlacklistedToken,
    OutstandingToken,
):
    if admin.site.is_registered(hidden):
        admin.site.unregister(hidden)


class AddUserForm(AdminUserCreationForm):
    """Name, e-mail and password."""

    class Meta:
        model = User
        fields = ("username", "email", "role")


class EditUserForm(UserChangeForm):
    """Everything but the password's hash."""

    class Meta:
        model = User
        fields = "__all__"


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    """People and their roles; for admins."""

    group = "Administration"
    form = EditUserForm
    add_form = AddUserForm
    list_display = ("username", "email", "role_name", "is_active", "last_login")
    list_filter = ("is_superuser", "role", "is_active")
    search_fields = ("username", "email")
    ordering = ("username",)
    filter_horizontal = ()
    readonly_fields = ("last_login", "created_at")
    fieldsets = (
        (None, {"fields": ("username", "email", "password")}),
        ("Role", {"fields": ("role", "is_superuser", "is_active")}),
        ("Dates", {"fields": ("last_login", "created_at")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "classes": ("wide",),
                "fields": ("username", "email", "role", "usable_password", "password1", "password2"),
            },
        ),
    )

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Create or update."""
        people.save(obj, actor=request.user)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Delete one."""
        people.delete(obj.pk, actor=request.user)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Delete each."""
        for user in queryset:
            self.delete_model(request, user)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes themselves."""
        return super().has_delete_permission(request, obj) and obj != request.user
