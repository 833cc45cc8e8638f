"""manage.py prepare: what `make run` does before it starts the web, the worker and beat."""

from typing import Any

from django.conf import settings
from django.core.management import CommandParser, call_command

from dqx import cli, static_files
from dqx.users import first_account
from scripts_app.demo.load import load


class Command(cli.Command):
    """Bring database, static files, first account and demo up to date; safe to run again."""

    help = "Migrate, collect the static files, make the first account and load the demo."

    def add_arguments(self, parser: CommandParser) -> None:
        """What an image has already."""
        super().add_arguments(parser)
        parser.add_argument("--no-static", action="store_true", help="the static files are collected, as in an image")

    def handle(self, *args: Any, **options: Any) -> None:
        """One after the other; each does only what is missing."""
        call_command("migrate", verbosity=0)
        if not options["no_static"]:
            static_files.collect()
        told = first_account.ensure()
        if told:
            self.stdout.write(told)
        if settings.DEMO:
            load(actor=self.actor(options), say=self._say)

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
