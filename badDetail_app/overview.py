"""What is wrong now, in figures that cost the same however many bad rows there are."""

from datetime import date
from typing import Any

from django.utils.formats import date_format

from badDetail_app import counts
from badDetail_app import overview_statements as statements
from badDetail_app.report_statements import Filters
from dqx import sql
from dqx.users.permissions import Actor

MOST_WORST = 10


def overview(*, actor: Actor) -> dict[str, Any]:
    """The figures of the first page.

    Returns:
        `totals`, as `counts.summary` has them, with the dates in words; `worst_rules` and `worst_sources`, each with id, name, count and
        share (of the largest, 0 to 1).

    Raises:
        NotSignedIn, NotAllowed.
    """
    totals = counts.summary(actor=actor, filters=Filters())
    return {
        "totals": {**totals, **{name: _in_words(totals[name]) for name in ("first_date", "last_date")}},
        "worst_rules": _worst("rule_id", actor),
        "worst_sources": _worst("source_id", actor),
    }


def _worst(column: str, actor: Actor) -> list[dict[str, Any]]:
    found = counts.by_reference(column, actor=actor, filters=Filters(), most=MOST_WORST)
    return [{**row, "share": row["count"] / found[0]["count"]} for row in found]


def _in_words(iso: str | None) -> str | None:
    """A date of Python's calendar as people write it; others, such as infinity, as PostgreSQL does."""
    try:
        return date_format(date.fromisoformat(iso), "j F Y") if iso else None
    except ValueError:
        return iso


def rules_and_sources() -> tuple[list[str], list[str]]:
    """Ids of the rules and of the sources that have bad rows, for filters."""
    pairs = sql.rows(statements.pairs_known())
    return sorted({pair["rule_id"] for pair in pairs}), sorted({pair["source_id"] for pair in pairs})
