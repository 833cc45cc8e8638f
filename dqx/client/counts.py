"""How many bad rows there are: of each rule, of each source, or on each date."""

from typing import Any

import click

from dqx.client import listing
from dqx.client.session import Session

# For each, what its answer calls the id; dates have none.
KEYS = {"rule": "rule_id", "source": "source_id", "date": "date"}
by_option = click.option(
    "--by", type=click.Choice(list(KEYS)), help="Count them: of each rule or source, the worst first, or on each date."
)


def show(session: Session, by: str, params: dict[str, Any], limit: int | None) -> None:
    """Count the bad rows that pass the filters.

    Args:
        by: of `KEYS`.
        limit: only so many rules or sources.

    Raises:
        UsageError: dates are all of them.
        Failure: it is refused, or there is no answer.
    """
    if by == "date" and limit:
        raise click.UsageError("--by date tells all dates, the earliest first; leave --limit out.")
    found = session.api.get(f"stats/by_{by}", {**params, "limit": limit})
    heads = ("date", "bad rows") if by == "date" else (by, "name", "bad rows")
    listing.whole(session, heads, lambda one: _line(by, one), found, "No bad row passes the filters.")


def _line(by: str, one: dict[str, Any]) -> tuple[object, ...]:
    if by == "date":
        return one["date"] or "none", one["count"]
    return one[KEYS[by]], one["name"] or "", one["count"]
