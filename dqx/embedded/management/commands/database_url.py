"""The address of the database in use, for psql and BI tools."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from dqx.embedded.addresses import DATABASE_URL, RUNNER_URL, embedded_in_use
from dqx.embedded.locks import is_running
from dqx.embedded.state import ADMIN
from dqx.environment import text

NAMES = {"owner": DATABASE_URL, "runner": RUNNER_URL}


class Command(BaseCommand):
    help = 'Prints the address of the database in use, with its password: psql "$(manage.py database_url)"'
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--role", choices=["owner", "runner", "admin"], default="owner", help="whose login (default: owner)"
        )

    def handle(self, *args: Any, role: str, **options: Any) -> None:
        embedded = embedded_in_use()
        if role == "admin":
            if embedded is None:
                raise CommandError(
                    "DQX does not know the administrator of your PostgreSQL; only the embedded one has an address here."
                )
            address = embedded[1].database_url(ADMIN)
        else:
            address = text(NAMES[role])
        if not address:
            raise CommandError(f"{NAMES[role]} is not set. deploy/roles.sql makes the runner's login on your server.")
        self.stdout.write(address)
        if embedded and not is_running(embedded[0]):
            self.stderr.write(
                "The embedded database does not run now. `make run` starts it, and so does any command that needs it."
            )
