"""SQL of the bad rows that rules and sources have. Every function returns composed SQL and executes nothing."""

from psycopg2 import sql

from badDetail_app.count_statements import NAMES
from badDetail_app.report_statements import COUNTS


def counts_of(column: str) -> sql.Composed:
    """How many bad rows each of %(ids)s has in "rule_id" or "source_id"; no row for one that has none."""
    return sql.SQL(
        "SELECT {column} AS id, sum(n_rows)::bigint AS bad_rows FROM {counts} WHERE {column} = ANY(%(ids)s) GROUP BY 1"
    ).format(column=sql.Identifier(column), counts=COUNTS)


def missing(column: str) -> sql.Composed:
    """The %(most)s ids with the most bad rows that have no reference, and in `total` how many such ids there are."""
    return sql.SQL(
        "SELECT {column} AS id, sum(n_rows)::bigint AS bad_rows, count(*) OVER () AS total FROM {counts} c"
        " WHERE n_rows > 0 AND NOT EXISTS (SELECT FROM {table} r WHERE r.{column} = c.{column})"
        " GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT %(most)s"
    ).format(column=sql.Identifier(column), counts=COUNTS, table=sql.Identifier("dq", NAMES[column][0]))
