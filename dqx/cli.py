"""The adapter of the terminal: who acts, errors as one line, tables and progress for people."""

import logging
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.box import SIMPLE
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from dqx.errors import DQXError, Invalid
from dqx.users.models import User


class Command(BaseCommand):
    """A command that acts as somebody and tells our errors in one line, with exit code 1."""

    def add_arguments(self, parser: CommandParser) -> None:
        """Every command can act as somebody else than the first admin."""
        parser.add_argument(
            "--as", dest="actor", metavar="USERNAME", help="who acts; the first active admin by default"
        )

    def execute(self, *args: Any, **options: Any) -> str | None:
        """What Django calls; turns our errors into its own."""
        logging.getLogger("dqx").setLevel(logging.WARNING)  # the command itself tells what it does
        try:
            return super().execute(*args, **options)
        except DQXError as exc:
            notes = [*getattr(exc, "__notes__", []), exc.message]
            raise CommandError(": ".join(notes)) from exc

    def actor(self, options: dict[str, Any]) -> User:
        """The person that `--as` names, or the first active admin.

        Raises:
            Invalid: there is none.
        """
        people = User.objects.filter(is_active=True)
        name = options.get("actor")
        found = people.filter(username=name) if name else people.filter(is_superuser=True).order_by("pk")
        person = found.first()
        if person is None:
            raise Invalid(
                "nobody_to_act",
                f"There is no active person called '{name}'."
                if name
                else "There is no admin. Make one: manage.py createsuperuser",
            )
        return person

    @property
    def console(self) -> Console:
        """Where tables go; as wide as the terminal, plain where it is none."""
        return Console(file=cast(IO[str], self.stdout), width=None if self.stdout.isatty() else 160)

    def table(self, title: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Print rows under heads; numbers to the right, with separators."""
        rows = [list(row) for row in rows]
        numeric = [all(isinstance(row[i], int) for row in rows) and bool(rows) for i in range(len(heads))]
        table = Table(title=title, title_justify="left", box=SIMPLE)
        for head, right in zip(heads, numeric, strict=True):
            table.add_column(head, justify="right" if right else "left", overflow="fold")
        for row in rows:
            table.add_row(*(f"{cell:,}" if isinstance(cell, int) else _text(cell) for cell in row))
        self.console.print(table)

    @contextmanager
    def progress(self, what: str) -> Iterator[Any]:
        """A line that shows rows, bytes and seconds while a run goes on; yields the function to report to."""
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}"),
            TextColumn("{task.fields[figures]}"),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=Console(file=sys.stderr), transient=True) as line:
            task = line.add_task(what, total=None, figures="")
            yield lambda figures: line.update(task, figures=_figures(figures))


def _figures(figures: dict[str, int]) -> str:
    if not figures:
        return ""
    return f"{figures['n_rows']:,} rows, {figures['n_bytes'] / 1_000_000:,.1f} MB"


def _text(cell: object) -> str:
    return "" if cell is None else str(cell)
