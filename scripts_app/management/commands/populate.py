"""manage.py populate SCRIPT …"""

from typing import Any

from scripts_app import populate
from scripts_app.models import Run
from scripts_app.terminal import ScriptCommand


class Command(ScriptCommand):
    """Populate scripts, here and now."""

    help = "Run scripts and fill their staging tables."

    def handle(self, *args: Any, **options: Any) -> None:
        """Populate each and tell what is staged."""
        actor = self.actor(options)
        ended = [
            self.do(populate.request(script.pk, actor=actor, trigger=Run.Trigger.CLI, dispatch=False))
            for script in self.scripts(options)
        ]
        heads = ("run", "script", "rows", "bytes", "seconds")
        self.table("Populated", heads, [(r.pk, r.script_name, r.n_rows, r.n_bytes, f"{r.seconds:.1f}") for r in ended])
