"""SQL of exports. Every function returns composed SQL and executes nothing."""

from psycopg2 import sql

from badDetail_app.report_statements import Filters, Ordering, rows_to_export
from dqx.spreadsheets import FORMULA, NUMBER

COLUMNS = ("rule_id", "rule_name", "source_id", "source_name", "source_uid", "data_value", "txn_date")


def as_csv(filters: Filters, ordering: Ordering | None) -> sql.Composed:
    """The rows as CSV with heads, for people's spreadsheets: what looks like a formula gets an apostrophe in front, numbers do not.

    NULL is nothing between two commas, the empty text is "".
    """
    return sql.SQL("COPY ({}) TO STDOUT WITH (FORMAT csv, HEADER true, ENCODING 'UTF8')").format(
        rows_to_export(filters, ordering, guarded)
    )


def as_plain_csv(filters: Filters, ordering: Ordering | None) -> sql.Composed:
    r"""The rows as CSV for our own eyes: no heads, nothing in front, every text in quotes, NULL a bare \N."""
    return sql.SQL("COPY ({}) TO STDOUT WITH (FORMAT csv, NULL '\\N', FORCE_QUOTE *, ENCODING 'UTF8')").format(
        rows_to_export(filters, ordering, _as_it_is)
    )


def as_text(filters: Filters, ordering: Ordering | None) -> sql.Composed:
    """The rows in COPY's text form: a line each, tabs between, NULL as \\N, what would not fit into a line escaped."""
    return sql.SQL("COPY ({}) TO STDOUT WITH (ENCODING 'UTF8')").format(rows_to_export(filters, ordering, _as_it_is))


def _as_it_is(column: sql.Composable) -> sql.Composable:
    return column


def guarded(column: sql.Composable) -> sql.Composed:
    """A text as a cell that no spreadsheet computes. ascii() is the code of the first character, and quicker than a pattern."""
    codes = sql.SQL(", ").join(sql.Literal(ord(character)) for character in FORMULA)
    return sql.SQL(
        "CASE WHEN ascii({column}) IN ({codes}) AND {column} !~ {number} THEN '''' || {column} ELSE {column} END"
    ).format(column=column, codes=codes, number=sql.Literal(NUMBER))
