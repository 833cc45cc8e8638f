"""The audit log in the admin, to look at."""

from django.contrib import admin

from dqx.admin_tools import ReadOnlyAdmin
from dqx.audit.models import Entry


@admin.register(Entry)
class EntryAdmin(ReadOnlyAdmin):
    """Who changed what, and when; for admins."""

    group = "Administration"
    list_display = ("at", "actor_name", "action", "thing", "key")
    list_filter = ("thing", "action")
    search_fields = ("actor_name", "key")
