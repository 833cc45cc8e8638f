"""The application of the audit log."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Who changed what, and when."""

    name = "dqx.audit"
    label = "audit"
    verbose_name = "Audit"
