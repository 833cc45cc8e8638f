"""How many bad rows there are, by date, rule and source: what charts show."""

from typing import Any

from badDetail_app import count_statements as statements
from badDetail_app.report_statements import Filters
from badDetail_app.reports import VIEW
from dqx import sql
from dqx.users.permissions import Actor, require


def by_date(*, actor: Actor, filters: Filters) -> list[dict[str, Any]]:
    """Each date that has bad rows, the earliest first, as {date, name, count}; rows without a date come last, under None.

    Raises:
        NotSignedIn, NotAllowed.
    """
    require(actor, VIEW)
    return sql.rows(statements.by_date(filters))


def by_reference(column: str, *, actor: Actor, filters: Filters, most: int | None = None) -> list[dict[str, Any]]:
    """Each rule or source that has bad rows, the worst first, as {rule_id or source_id, name, count}; the name is None without a reference.

    Args:
        column: "rule_id" or "source_id".
        most: only so many.

    Raises:
        NotSignedIn, NotAllowed.
    """
    require(actor, VIEW)
    return sql.rows(statements.by_reference(filters, column, most))


def summary(*, actor: Actor, filters: Filters) -> dict[str, Any]:
    """The whole in figures: {bad_rows, rules, sources, pairs, undated, first_date, last_date}; dates are ISO text or None.

    Raises:
        NotSignedIn, NotAllowed.
    """
    require(actor, VIEW)
    return sql.row(statements.summary(filters))
