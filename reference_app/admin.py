"""Rules and sources in the admin."""

from django.contrib import admin

from reference_app.models import Rule, Source


@admin.register(Rule)
class RuleAdmin(admin.ModelAdmin):
    """What has to hold."""

    list_display = ("rule_id", "rule_name", "description")
    search_fields = ("rule_id", "rule_name", "description")


@admin.register(Source)
class SourceAdmin(admin.ModelAdmin):
    """Where the records come from."""

    list_display = ("source_id", "source_name", "description")
    search_fields = ("source_id", "source_name", "description")
