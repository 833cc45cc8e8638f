"""SQL of the figures that are watched. Every function returns composed SQL and executes nothing."""

from psycopg2 import sql


def by_pair() -> sql.SQL:
    """Bad rows of the %(most)s worst pairs, and of all others together, whose rule and source are NULL; from the daily counts."""
    return sql.SQL(
        "SELECT CASE WHEN place <= %(most)s THEN rule_id END AS rule, CASE WHEN place <= %(most)s THEN source_id END AS source,"
        "       sum(n)::bigint AS n, count(*) AS n_pairs"
        "  FROM (SELECT rule_id, source_id, sum(n_rows) AS n, row_number() OVER (ORDER BY sum(n_rows) DESC, rule_id, source_id) AS place"
        "          FROM dq.bad_detail_daily GROUP BY 1, 2) c"
        " GROUP BY 1, 2"
    )
