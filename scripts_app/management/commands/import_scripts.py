"""manage.py import_scripts DIR"""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from dqx import cli
from scripts_app import importing


class Command(cli.Command):
    """Save the .sql files of a folder as scripts."""

    help = "Save every .sql file of a folder as a script; its leading comment is the name and the description."

    def add_arguments(self, parser: CommandParser) -> None:
        """The folder."""
        super().add_arguments(parser)
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Import and tell what became of each file."""
        found = importing.import_folder(options["folder"], actor=self.actor(options))
        rows = [(each.script.pk, each.script.name, each.file.name, each.outcome) for each in found]
        self.table("Scripts", ("id", "name", "file", ""), rows)
