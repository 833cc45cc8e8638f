"""manage.py rotate_connection_secrets"""

from typing import Any

from django.core.management.base import CommandError

from dqx import cli
from scripts_app.alerts import channels
from scripts_app.databases import connections


class Command(cli.Command):
    """Encrypt the passwords of connections and the addresses of channels with the newest key."""

    help = "Encrypt what connections and channels keep secret with the first of DQX_ENCRYPTION_KEYS; then the others can go."

    def handle(self, *args: Any, **options: Any) -> None:
        """Tell how many, and which no key opens."""
        actor = self.actor(options)
        done, unreadable = connections.rotate_secrets(actor=actor)
        more, unread = channels.rotate_secrets(actor=actor)
        self.stdout.write(f"{done + more} encrypted with the first key")
        if lost := unreadable + unread:
            raise CommandError(f"No key opens the secrets of: {', '.join(lost)}. Enter them again.")
