"""The application of scripts."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class ScriptsConfig(AppConfig):
    """Scripts, their runs and schedules."""

    name = "scripts_app"
    label = "scripts"
    verbose_name = "Scripts"

    def ready(self) -> None:
        """Register what is not in admin.py, the only place that Django looks into; before the rest, so that it comes first in the admin.
        And the checks, which know of models that are not there when this module is read."""
        autodiscover_modules("script_admin", "scheduling.admin", "alerts.admin", "checks")
