"""What publishes did to the bad rows lately, and so whether it gets better."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from badDetail_app import activity_statements as statements
from badDetail_app.history import VIEW
from badDetail_app.models import Event
from badDetail_app.report_statements import Filters
from dqx import patience, sql
from dqx.sql.statements import limit_statement
from dqx.users.permissions import Actor, require

SECONDS = 5
# What charts offer to look back.
LAST_DAYS = [(str(days), f"{days} days") for days in (30, 90, 365)]
ACTIONS = [str(action) for action in Event.Action]
# What an action adds to the number of bad rows.
WORTH = {Event.Action.OPENED: 1, Event.Action.REOPENED: 1, Event.Action.CHANGED: 0, Event.Action.RESOLVED: -1}
SENTENCE = f"To look through what publishes did takes longer than {SECONDS} seconds. Ask for fewer days."


def by_day(*, actor: Actor, filters: Filters, days: int, zone: ZoneInfo) -> dict[str, Any]:
    """What publishes did on each of the last days, today included.

    Returns:
        `since`, when the first of the days began, and `days`, the earliest first, each {date, opened, changed, resolved, reopened,
        bad_rows}. `bad_rows` is how many there were at its end, counted back from now by what publishes did. It is None on days before
        the first publish, and where the count would be less than nothing, since another program took rows away.

    Raises:
        NotSignedIn, NotAllowed.
        Refused: it takes too long.
    """
    require(actor, VIEW)
    starts = beginnings(days, zone)
    with patience.limited(limit_statement(SECONDS, settings.WORK_MEM_MB), SENTENCE):
        found = sql.rows(statements.by_day(filters, starts))
    told = [{"date": start.date(), **dict.fromkeys(ACTIONS, 0)} for start in starts]
    for row in found:
        if row["action"]:
            told[row["day"] - 1][row["action"]] = row["n"]
    first = min((row["day"] for row in found if row["action"]), default=len(starts))
    _count_back(told, found[0]["bad_rows"], 0 if found[0]["is_older"] else first - 1)
    return {"since": starts[0], "days": told}


def _count_back(days: list[dict[str, Any]], bad_rows: int, first_known: int) -> None:
    left: int | None = bad_rows
    for place in reversed(range(len(days))):
        known = left is not None and left >= 0 and place >= first_known
        left = left if known else None
        days[place]["bad_rows"] = left
        left = None if left is None else left - net(days[place])


def net(did: dict[str, Any]) -> int:
    """How many bad rows more there are by what was done."""
    return sum(worth * did[action] for action, worth in WORTH.items())


def changes(*, actor: Actor, filters: Filters, days: int, zone: ZoneInfo) -> dict[str, Any]:
    """What publishes did in the last days to each rule and to each source.

    Returns:
        `since`, and `rules` and `sources`, each a list of {rule_id or source_id, opened, changed, resolved, reopened, net}, by id. `net` is
        how many bad rows more there are by it.

    Raises:
        As `by_day`.
    """
    require(actor, VIEW)
    since = beginnings(days, zone)[0]
    with patience.limited(limit_statement(SECONDS, settings.WORK_MEM_MB), SENTENCE):
        found = sql.rows(statements.by_pair(filters, since))
    return {"since": since, "rules": _summed(found, "rule_id"), "sources": _summed(found, "source_id")}


def _summed(found: Iterable[dict[str, Any]], column: str) -> list[dict[str, Any]]:
    sums: dict[str, dict[str, Any]] = {}
    for row in found:
        one = sums.setdefault(row[column], {column: row[column], **dict.fromkeys(ACTIONS, 0)})
        one[row["action"]] += row["n"]
    return [{**sums[key], "net": net(sums[key])} for key in sorted(sums)]


def beginnings(days: int, zone: ZoneInfo) -> list[datetime]:
    """When each of the last days began in a time zone, today last."""
    today = sql.now().astimezone(zone).date()
    return [datetime.combine(today - timedelta(days=back), time.min, zone) for back in reversed(range(days))]
