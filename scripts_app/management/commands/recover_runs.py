"""manage.py recover_runs"""

from typing import Any

from dqx import cli
from scripts_app import runs


class Command(cli.Command):
    """End the runs that a dead worker left."""

    help = "End runs whose worker died, and send queued ones again whose message was lost. Beat does it every minute."

    def handle(self, *args: Any, **options: Any) -> None:
        """Recover and tell how many were ended."""
        self.stdout.write(f"{runs.recover()} ended")
