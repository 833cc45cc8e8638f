"""The application of bad rows."""

from django.apps import AppConfig


class BadDetailConfig(AppConfig):
    """The central table, its history and its counts."""

    name = "badDetail_app"
    label = "bad_detail"
    verbose_name = "Bad rows"
