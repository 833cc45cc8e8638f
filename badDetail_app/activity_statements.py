"""SQL of what publishes did lately. Every function returns composed SQL and executes nothing.

Events are only ever appended, so the block-range index on `at` leads to those of the last days, however many there are before.
"""

from collections.abc import Sequence
from datetime import datetime

from psycopg2 import sql

from badDetail_app.report_statements import Filters, count, where

EVENTS = sql.Identifier("dq", "bad_detail_events")


def by_day(filters: Filters, starts: Sequence[datetime]) -> sql.Composed:
    """Events by day and action, with when the first of them was; beside each how many rows are bad now and whether there are older events.

    One statement, since a publish between two would let them contradict each other. Without events there is one row, without an action.

    Args:
        filters: lists of rules, sources and records.
        starts: when each day begins; `day` counts from 1.
    """
    return sql.SQL(
        "SELECT e.day, e.action, e.n, e.first_at, ({count}) AS bad_rows,"
        "       EXISTS (SELECT FROM {events} {before}) AS is_older"
        "  FROM (SELECT 1) one LEFT JOIN ("
        "       SELECT width_bucket(at, {starts}) AS day, action, count(*) AS n, min(at) AS first_at FROM {events} {since} GROUP BY 1, 2"
        "       ) e ON true"
    ).format(
        count=count(filters),
        events=EVENTS,
        starts=sql.Literal(list(starts)),
        before=where(filters, sql.SQL("at < {}").format(sql.Literal(starts[0]))),
        since=where(filters, _since(starts[0])),
    )


def by_pair(filters: Filters, since: datetime) -> sql.Composed:
    """Events by rule, source and action since then."""
    return sql.SQL("SELECT rule_id, source_id, action, count(*) AS n FROM {} {} GROUP BY 1, 2, 3").format(
        EVENTS, where(filters, _since(since))
    )


def _since(start: datetime) -> sql.Composed:
    return sql.SQL("at >= {}").format(sql.Literal(start))
