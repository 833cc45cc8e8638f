"""SQL of the overview: sums of the daily counts and a look at rows, none of which grows with the number of bad rows."""

from psycopg2 import sql


def totals() -> sql.SQL:
    """Bad rows, rules and sources that have some, first and last business date."""
    return sql.SQL(
        "SELECT coalesce(sum(n_rows), 0)::bigint AS bad_rows, count(DISTINCT rule_id) AS rules, count(DISTINCT source_id) AS sources,"
        "       min(txn_date) AS first_date, max(txn_date) AS last_date"
        "  FROM dq.bad_detail_daily"
    )


def worst_rules() -> sql.SQL:
    """The %(most)s rules with the most bad rows."""
    return sql.SQL(
        "SELECT c.rule_id, coalesce(r.rule_name, '') AS name, c.count"
        "  FROM (SELECT rule_id, sum(n_rows)::bigint AS count FROM dq.bad_detail_daily GROUP BY 1) c"
        "  LEFT JOIN dq.rule_ref r USING (rule_id) ORDER BY c.count DESC, c.rule_id LIMIT %(most)s"
    )


def worst_sources() -> sql.SQL:
    """The %(most)s sources with the most bad rows."""
    return sql.SQL(
        "SELECT c.source_id, coalesce(s.source_name, '') AS name, c.count"
        "  FROM (SELECT source_id, sum(n_rows)::bigint AS count FROM dq.bad_detail_daily GROUP BY 1) c"
        "  LEFT JOIN dq.source_ref s USING (source_id) ORDER BY c.count DESC, c.source_id LIMIT %(most)s"
    )


def examples() -> sql.SQL:
    """%(each)s rows of each of the %(most)s worst pairs, by the primary key."""
    return sql.SQL(
        "SELECT b.rule_id, r.rule_name, b.source_id, s.source_name, b.source_uid, b.data_value, b.txn_date"
        "  FROM (SELECT rule_id, source_id, sum(n_rows) AS n FROM dq.bad_detail_daily GROUP BY 1, 2 ORDER BY 3 DESC LIMIT %(most)s) p"
        " CROSS JOIN LATERAL (SELECT * FROM dq.bad_detail d WHERE d.rule_id = p.rule_id AND d.source_id = p.source_id"
        "                      ORDER BY d.source_uid LIMIT %(each)s) b"
        "  LEFT JOIN dq.rule_ref r ON r.rule_id = b.rule_id LEFT JOIN dq.source_ref s ON s.source_id = b.source_id"
        " ORDER BY p.n DESC, b.source_uid"
    )


def pairs_known() -> sql.SQL:
    """The rules and sources that have bad rows, for filters."""
    return sql.SQL("SELECT DISTINCT rule_id, source_id FROM dq.bad_detail_daily ORDER BY 1, 2")
