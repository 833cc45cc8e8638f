"""How many bad rows there are, by date, rule and source: what charts show."""

from typing import Any

from django.conf import settings

from badDetail_app import count_statements as statements
from badDetail_app.report_statements import Filters
from badDetail_app.reports import VIEW
from dqx import patience, sql
from dqx.sql.statements import limit_statement
from dqx.users.permissions import Actor, require

SECONDS = 5


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


def worst_records(*, actor: Actor, filters: Filters, most: int) -> list[dict[str, Any]]:
    """The records that fail the most rules, at least two, as {source_id, name, source_uid, count, rules}; `name` is the source's, `rules`
    are {rule_id, name}. All rows that fit are looked at, about a second for each million.

    Raises:
        NotSignedIn, NotAllowed.
        Refused: it takes too long.
    """
    require(actor, VIEW)
    sentence = f"To find the worst records takes longer than {SECONDS} seconds. Ask for one source or rule."
    with patience.limited(limit_statement(SECONDS, settings.WORK_MEM_MB), sentence):
        return sql.rows(statements.worst_records(filters, most))
