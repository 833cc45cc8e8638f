"""SQL of what is known of pairs. Every function returns composed SQL and executes nothing."""

from psycopg2 import sql


def pairs_known() -> sql.SQL:
    """The rules and sources that have bad rows, for filters."""
    return sql.SQL("SELECT DISTINCT rule_id, source_id FROM dq.bad_detail_daily ORDER BY 1, 2")
