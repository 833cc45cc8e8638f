"""SQL of the life of one bad row. Every function returns composed SQL and executes nothing."""

from psycopg2 import sql


def present() -> sql.SQL:
    """The row %(rule_id)s, %(source_id)s, %(source_uid)s as it is bad now, if it is."""
    return sql.SQL(
        "SELECT data_value, txn_date::text AS txn_date FROM dq.bad_detail"
        " WHERE rule_id = %(rule_id)s AND source_id = %(source_id)s AND source_uid = %(source_uid)s"
    )


def names() -> sql.SQL:
    """The names of the rule and the source."""
    return sql.SQL(
        "SELECT (SELECT rule_name FROM dq.rule_ref WHERE rule_id = %(rule_id)s) AS rule_name,"
        "       (SELECT source_name FROM dq.source_ref WHERE source_id = %(source_id)s) AS source_name"
    )


def span() -> sql.SQL:
    """When the row was opened first, and when something happened to it last."""
    return sql.SQL(
        "SELECT min(at) FILTER (WHERE action = 'opened') AS first_seen, max(at) AS last_changed FROM dq.bad_detail_events"
        " WHERE rule_id = %(rule_id)s AND source_id = %(source_id)s AND source_uid = %(source_uid)s"
    )


def events() -> sql.SQL:
    """What publishes did to the row: the newest %(most)s, newest first."""
    return sql.SQL(
        "SELECT at, action, publication, old_value, new_value, old_date::text AS old_date, new_date::text AS new_date"
        "  FROM dq.bad_detail_events"
        " WHERE rule_id = %(rule_id)s AND source_id = %(source_id)s AND source_uid = %(source_uid)s"
        " ORDER BY id DESC LIMIT %(most)s"
    )
