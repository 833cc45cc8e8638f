"""The workers in the admin, to look at."""

from django.contrib import admin

from dqx.admin_tools import ReadOnlyAdmin
from dqx.monitoring.models import Worker


@admin.register(Worker)
class WorkerAdmin(ReadOnlyAdmin):
    """Which workers there are, and beat, what they take, and when they were seen last; for admins."""

    group = "Administration"
    list_display = ("name", "queues", "seen_at")
