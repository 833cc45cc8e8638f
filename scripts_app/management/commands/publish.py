"""manage.py publish SCRIPT …"""

from typing import Any

from scripts_app import publish
from scripts_app.models import Run
from scripts_app.terminal import ScriptCommand


class Command(ScriptCommand):
    """Publish what scripts have staged, here and now."""

    help = "Make dq.bad_detail hold exactly the staged rows of the scripts' pairs."

    def handle(self, *args: Any, **options: Any) -> None:
        """Publish each and tell what it changed."""
        actor = self.actor(options)
        ended = [
            self.do(publish.request(script.pk, actor=actor, trigger=Run.Trigger.CLI, dispatch=False))
            for script in self.scripts(options)
        ]
        heads = ("run", "script", "pairs", "new", "changed", "resolved", "unchanged", "seconds")
        rows = [
            (r.pk, r.script_name, r.n_pairs, r.n_new, r.n_changed, r.n_resolved, r.n_unchanged, f"{r.seconds:.1f}")
            for r in ended
        ]
        self.table("Published", heads, rows)
