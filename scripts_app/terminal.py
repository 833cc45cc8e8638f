"""What the commands about scripts share: which script is meant, and a run done here with its progress shown."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from dqx import cli
from dqx.errors import NotFound
from scripts_app.ledger import endings, execution
from scripts_app.models import Run, Script


class ScriptCommand(cli.Command):
    """A command about one script or several, each named by its id or its name."""

    def add_arguments(self, parser: CommandParser) -> None:
        """Ids or names."""
        super().add_arguments(parser)
        parser.add_argument("script", nargs="+", help="id or name of a script; several are done one after the other")

    def scripts(self, options: dict[str, Any]) -> list[Script]:
        """The scripts that were named.

        Raises:
            NotFound: there is none of that id or name.
        """
        return [_find(word) for word in options["script"]]

    def do(self, run: Run) -> Run:
        """Do a run in this process and return it as it ended.

        Raises:
            CommandError: it failed.
        """
        try:
            with self.progress(f"{run.get_kind_display()} '{run.script_name}'") as report:
                execution.execute(run.pk, report)
        except KeyboardInterrupt:
            endings.cancel_own(run)
            raise CommandError(f"{run} was cancelled. Nothing was changed.") from None
        run.refresh_from_db()
        if run.status != Run.Status.SUCCEEDED:
            error = run.error or {"message": "it is done by a worker, see the runs"}
            raise CommandError(f"{run}: {error['message']}")
        return run


def _find(word: str) -> Script:
    found = (
        Script.objects.filter(pk=int(word)) if word.isdecimal() and len(word) < 10 else Script.objects.filter(name=word)
    )
    script = found.first()
    if script is None:
        raise NotFound("script_not_found", f"There is no script '{word}'.")
    return script
