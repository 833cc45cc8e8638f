"""What became of due times, to look at."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from dqx import keyset, sql
from dqx.keyset import FIRST, Page, Place
from dqx.users.permissions import Actor
from scripts_app.permissions import get_schedule_for
from scripts_app.scheduling import due_time_statements

# A due time as it is told: schedule_id, due_at, n_times, outcome, reason, state (how its last run stands, or else the outcome), message
# (why that run failed), and the run and the publish that came of it.
Told = dict[str, Any]


def of_schedule(pk: int, *, actor: Actor, outcomes: Sequence[str] = (), place: Place = FIRST, size: int = 100) -> Page:
    """A page of a schedule's due times, newest first.

    Args:
        outcomes: only those with one of these, where any are given.

    Raises:
        NotSignedIn, NotAllowed, NotFound.
    """
    get_schedule_for(actor, pk, "scripts.view_schedule")
    moved = place.key is not None
    query = due_time_statements.page(forward=place.forward, moved=moved, of_some=bool(outcomes))
    key = place.key[0] if place.key else None
    found = sql.rows(query, {"schedule": pk, "outcomes": list(outcomes), "key": key, "n": size + 1})
    return keyset.page_of(found, place, size, lambda row: (row["due_at"].isoformat(),))


def newest(schedules: Sequence[int], n: int) -> dict[int, list[Told]]:
    """The newest due times of each of several schedules, newest first; one statement."""
    found: dict[int, list[Told]] = defaultdict(list)
    for row in sql.rows(due_time_statements.newest(), {"schedules": list(schedules), "n": n}):
        found[row["schedule_id"]].append(row)
    return found
