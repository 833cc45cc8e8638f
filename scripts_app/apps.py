"""The application of scripts."""

from django.apps import AppConfig


class ScriptsConfig(AppConfig):
    """Scripts, their runs and schedules."""

    name = "scripts_app"
    label = "scripts"
    verbose_name = "Scripts"
