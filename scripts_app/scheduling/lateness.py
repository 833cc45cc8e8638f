"""Which schedules are late. The only definition: list, admin, first page, alerts and figures all tell what this finds."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings

from dqx import sql
from scripts_app.scheduling import due_time_statements


class Late(NamedTuple):
    """A due time that is past for longer than DQX_LATE_SECONDS: nobody has taken it up, or its run has not begun."""

    since: datetime
    seconds: float
    run_id: int | None

    @property
    def why(self) -> str:
        """In a sentence."""
        if self.run_id is None:
            return "Nobody has taken it up: beat, the broker or the workers are not at work."
        return "Its run still waits for a worker, or for other runs to end."


def found(
    schedules: Sequence[int] | None = None,
    *,
    now: datetime | None = None,
    ask: Callable[..., list[dict[str, Any]]] = sql.rows,
) -> dict[int, Late]:
    """What is late, by schedule, the longest first; one statement.

    Args:
        schedules: only these; None is all.
        now: a moment; that of the database's clock where it is not given.
        ask: who executes the statement.
    """
    query = due_time_statements.late(settings.LATE_SECONDS, of_some=schedules is not None)
    rows = ask(query, {"schedules": list(schedules or ()), "now": now})
    late: dict[int, Late] = {}
    for row in rows:
        late.setdefault(row.pop("schedule_id"), Late(**row))
    return late
