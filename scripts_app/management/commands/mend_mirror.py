"""manage.py mend_mirror"""

from typing import Any

from dqx import cli
from scripts_app.scheduling import mirror


class Command(cli.Command):
    """Make beat's entries equal to the schedules."""

    help = "Make beat's entries equal to the schedules, and tell what differed. DQX does so by itself every hour."

    def handle(self, *args: Any, **options: Any) -> None:
        """Mend and tell."""
        found = mirror.mend()
        self.table("Mended", ("entry", "was"), [(difference.name, difference.what) for difference in found])
