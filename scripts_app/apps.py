"""The application of scripts."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class ScriptsConfig(AppConfig):
    """Scripts, their runs and schedules."""

    name = "scripts_app"
    label = "scripts"
    verbose_name = "Scripts"

    def ready(self) -> None:
        """Register the scripts in the admin; Django looks into admin.py only, which has the rest. First, so that they come first there.
        And the checks, which know of models that are not there when this module is read."""
        autodiscover_modules("script_admin", "alerts.admin", "checks")
