"""What could be changed through a door, or by an operation."""

from django.apps import apps

from scripts_app.models import QueryStop


def state():
    """All that could be changed through a door."""
    ours = {model for label in ("scripts", "reference", "users") for model in apps.get_app_config(label).get_models()}
    # A stop is a message to one's own query, and gone when it is heard.
    return {model: list(model.objects.order_by("pk").values()) for model in ours - {QueryStop}}
