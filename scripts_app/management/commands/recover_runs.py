"""manage.py recover_runs"""

from typing import Any

from dqx import cli
from scripts_app.ledger import claims


class Command(cli.Command):
    """Take up the runs that a dead worker left."""

    help = "Try runs again whose worker died, and ring for queued ones that nobody heard of. Beat does it all the time."

    def handle(self, *args: Any, **options: Any) -> None:
        """Recover and tell how many there were."""
        self.stdout.write(f"{claims.recover()} had lost their worker")
