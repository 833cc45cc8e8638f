"""manage.py rotate_connection_secrets"""

from typing import Any

from django.core.management.base import CommandError

from dqx import cli
from scripts_app import connections


class Command(cli.Command):
    """Encrypt the passwords of connections with the newest key."""

    help = "Encrypt the passwords of all connections with the first of DQX_ENCRYPTION_KEYS; then the others can go."

    def handle(self, *args: Any, **options: Any) -> None:
        """Tell how many, and which no key opens."""
        done, unreadable = connections.rotate_secrets(actor=self.actor(options))
        self.stdout.write(f"{done} encrypted with the first key")
        if unreadable:
            raise CommandError(f"No key opens the passwords of: {', '.join(unreadable)}. Enter them again.")
