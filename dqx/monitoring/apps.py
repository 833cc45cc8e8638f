"""The application of what is watched."""

from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    """Health, figures and logs."""

    name = "dqx.monitoring"
    label = "monitoring"
    verbose_name = "Monitoring"
