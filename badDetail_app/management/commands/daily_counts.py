"""manage.py daily_counts [--rebuild]"""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from badDetail_app import daily
from dqx import cli


class Command(cli.Command):
    """Prove the daily counts, or make them again."""

    help = "Compare dq.bad_detail_daily with the rows; --rebuild counts all rows again."

    def add_arguments(self, parser: CommandParser) -> None:
        """Prove only, or rebuild."""
        super().add_arguments(parser)
        parser.add_argument("--rebuild", action="store_true", help="count all rows again; writers wait meanwhile")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit code 1 when a count is wrong."""
        if options["rebuild"]:
            self.stdout.write(f"{daily.rebuild():,} counts made")
            return
        wrong = daily.differences()
        if wrong:
            self.table(
                "Wrong counts", ("rule", "source", "date", "counted", "kept"), [list(row.values()) for row in wrong]
            )
            raise CommandError("The daily counts are wrong. Make them again: manage.py daily_counts --rebuild")
        self.stdout.write("every daily count equals its rows")
