"""The application of reference tables."""

from django.apps import AppConfig


class ReferenceConfig(AppConfig):
    """Names of rules and sources."""

    name = "reference_app"
    label = "reference"
    verbose_name = "References"
