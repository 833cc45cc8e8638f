"""The application of people: it comes first, so its migrations find the schemas made."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate

from dqx import checks, schema


class UsersConfig(AppConfig):
    """People, their roles, and the doors through which they come in."""

    name = "dqx.users"
    label = "users"
    verbose_name = "People"

    def ready(self) -> None:
        """The schemas have to be there before the first migration, and scripts may read tables after the last."""
        checks.register_all()
        pre_migrate.connect(schema.make_schemas, sender=self)
        post_migrate.connect(schema.grant_to_runner, sender=self)
