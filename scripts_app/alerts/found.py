"""What was found to be wrong, and which rules it concerns."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from scripts_app.models import AlertRule, Scope

Pair = tuple[str, str]


class Found(NamedTuple):
    """Something that is wrong, before it is known whom that concerns. `subject` tells it from others of its kind."""

    kind: str
    subject: str
    title: str
    script_id: int | None = None
    schedule_id: int | None = None
    pair: Pair | None = None
    run_id: int | None = None
    due_at: datetime | None = None
    why: str = ""
    n_rows: int = 0
    n_reopened: int = 0
    examples: tuple[str, ...] = ()

    def concerns(self, rule: AlertRule, pairs: dict[int, set[Pair]]) -> bool:
        """Whether it is of the kind and the scope of a rule.

        Args:
            pairs: what each script published last. That is how a run or a schedule has to do with rules and sources.
        """
        if self.kind not in rule.on or (self.n_rows and self.n_rows <= rule.threshold):
            return False
        if rule.scripts and self.script_id not in rule.scripts:
            return False
        if not (rule.rules or rule.sources):
            return True
        mine = {self.pair} if self.pair else pairs.get(self.script_id or 0, set())
        return any(
            (not rule.rules or one in rule.rules) and (not rule.sources or other in rule.sources) for one, other in mine
        )


def pairs_of(scripts: Iterable[int | None]) -> dict[int, set[Pair]]:
    """The pairs that scripts published last."""
    found: dict[int, set[Pair]] = {}
    for script, rule, source in Scope.objects.filter(script__in={pk for pk in scripts if pk}).values_list(
        "script", "rule_id", "source_id"
    ):
        found.setdefault(script, set()).add((rule, source))
    return found
