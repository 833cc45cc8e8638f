"""SQL of what a publish brought, and of what is left of it. Every function returns composed SQL and executes nothing."""

from psycopg2 import sql


def came_and_went() -> sql.SQL:
    """What the publications %(publications)s did to each pair: rows opened, reopened and resolved. Block ranges lead to their events."""
    return sql.SQL(
        "SELECT publication, rule_id, source_id,"
        "       count(*) FILTER (WHERE action = 'opened') AS opened, count(*) FILTER (WHERE action = 'reopened') AS reopened,"
        "       count(*) FILTER (WHERE action = 'resolved') AS resolved"
        "  FROM dq.bad_detail_events"
        " WHERE publication = ANY(%(publications)s) AND action IN ('opened', 'reopened', 'resolved')"
        " GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
    )


def examples() -> sql.SQL:
    """Up to %(most)s records that publication %(publication)s opened or reopened in each of the pairs %(rules)s, %(sources)s."""
    return sql.SQL(
        "SELECT w.rule_id, w.source_id, e.source_uid"
        "  FROM unnest(%(rules)s::varchar[], %(sources)s::varchar[]) AS w (rule_id, source_id)"
        " CROSS JOIN LATERAL (SELECT source_uid FROM dq.bad_detail_events e"
        "        WHERE e.rule_id = w.rule_id AND e.source_id = w.source_id AND e.publication = %(publication)s"
        "          AND e.action IN ('opened', 'reopened') LIMIT %(most)s) e"
    )


def published_before() -> sql.SQL:
    """Those of the pairs %(rules)s, %(sources)s that had events before publication %(publication)s."""
    return sql.SQL(
        "SELECT w.rule_id, w.source_id FROM unnest(%(rules)s::varchar[], %(sources)s::varchar[]) AS w (rule_id, source_id)"
        " WHERE EXISTS (SELECT FROM dq.bad_detail_events e"
        "        WHERE e.rule_id = w.rule_id AND e.source_id = w.source_id AND e.publication < %(publication)s)"
    )


def still_bad() -> sql.SQL:
    """How many rows of a pair that came since publication %(since)s are bad now; counted up to %(most)s."""
    return sql.SQL(
        "SELECT count(*) FROM (SELECT DISTINCT e.source_uid FROM dq.bad_detail_events e"
        "   JOIN dq.bad_detail b ON b.rule_id = e.rule_id AND b.source_id = e.source_id AND b.source_uid = e.source_uid"
        "  WHERE e.rule_id = %(rule)s AND e.source_id = %(source)s AND e.publication >= %(since)s"
        "    AND e.action IN ('opened', 'reopened') LIMIT %(most)s) k"
    )


def names() -> sql.SQL:
    """The names of the pairs %(rules)s, %(sources)s; NULL where a rule or a source has none."""
    return sql.SQL(
        "SELECT w.rule_id, w.source_id, r.rule_name, s.source_name"
        "  FROM unnest(%(rules)s::varchar[], %(sources)s::varchar[]) AS w (rule_id, source_id)"
        "  LEFT JOIN dq.rule_ref r ON r.rule_id = w.rule_id LEFT JOIN dq.source_ref s ON s.source_id = w.source_id"
    )


def open_kinds() -> sql.SQL:
    """How many subjects are open, by kind; several rules may ask for one."""
    return sql.SQL(
        "SELECT kind, count(DISTINCT subject) AS n FROM dq.dq_alert_incidents WHERE closed_at IS NULL GROUP BY kind"
    )


def message_statuses() -> sql.SQL:
    """How many messages are kept, by status."""
    return sql.SQL("SELECT status, count(*) AS n FROM dq.dq_alert_messages GROUP BY status")
