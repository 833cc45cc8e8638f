"""manage.py review SCRIPT …"""

from typing import Any

from scripts_app import review
from scripts_app.models import Script
from scripts_app.terminal import ScriptCommand

HEADS = ("rule", "source", "new", "changed", "resolved", "unchanged", "published last by")


class Command(ScriptCommand):
    """Show what a publish of scripts would change."""

    help = "Show what a publish would change. Changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        """A table of pairs and one of samples for each script."""
        actor = self.actor(options)
        for script in self.scripts(options):
            self._show(script, review.review(script.pk, actor=actor))

    def _show(self, script: Script, found: dict[str, Any]) -> None:
        self.table(f"Review of '{script.name}'", HEADS, [_pair(pair) for pair in found["pairs"]])
        samples = [
            (action, pair["rule_id"], pair["source_id"], row["source_uid"], row["old_value"], row["new_value"])
            for pair in found["pairs"]
            for action, rows in pair["samples"].items()
            for row in rows
        ]
        if samples:
            self.table("Samples", ("", "rule", "source", "record", "old value", "new value"), samples[:50])


def _pair(pair: dict[str, Any]) -> tuple[object, ...]:
    last = pair["last_publisher"]
    counts = (pair[name] for name in ("new", "changed", "resolved", "unchanged"))
    return (pair["rule_id"], pair["source_id"], *counts, last["name"] if last else "")
