"""SQL of the ledger as a queue. Every function returns composed SQL and executes nothing."""

from psycopg2 import sql

# Whoever gave the details of a connection with the request sent them along with the message; such a run can't be taken without it.
# Those that are running are few, and all in the index dq_runs_one_active.
_MAY_BEGIN = sql.SQL(
    "WITH running AS (SELECT connection_name, connection_given, trigger FROM dq.dq_runs WHERE status = 'running'),"
    " busy AS (SELECT connection_name, count(*) AS n FROM running WHERE NOT connection_given GROUP BY connection_name)"
    " SELECT r.id FROM dq.dq_runs r"
    "   LEFT JOIN dq.dq_connections c ON c.name = r.connection_name"
    "   LEFT JOIN busy b ON b.connection_name = r.connection_name"
    " WHERE r.status = 'queued' AND NOT r.connection_given AND (r.not_before IS NULL OR r.not_before <= now())"
    "   AND coalesce(b.n, 0) < CASE WHEN r.connection_name = '' THEN %(here)s ELSE coalesce(c.runs_at_once, 1) END"
    "   AND (r.trigger <> 'schedule' OR r.hurried <> '' OR (SELECT count(*) FROM running WHERE trigger = 'schedule') < %(scheduled)s)"
)


def next_runs() -> sql.Composed:
    """The %(most)s runs that may begin now and matter most: first what people wait for, then programs, then schedules, each in order.

    A connection carries as many at once as it may, this database %(here)s, and all schedules together take %(scheduled)s.
    """
    by_weight = (
        "CASE coalesce(nullif(r.hurried, ''), r.trigger) WHEN 'schedule' THEN 2 WHEN 'api' THEN 1 ELSE 0 END, r.id"
    )
    return _MAY_BEGIN + sql.SQL(" ORDER BY " + by_weight + " LIMIT %(most)s")


def unheard_runs() -> sql.Composed:
    """At most %(most)s runs that could have begun %(seconds)s seconds ago: their messages were lost, or found no room."""
    since = "coalesce(r.not_before, r.created_at) < now() - make_interval(secs => %(seconds)s)"
    return _MAY_BEGIN + sql.SQL(" AND " + since + " LIMIT %(most)s")


def trim_runs() -> sql.SQL:
    """Take %(most)s runs away that ended and were asked for more than %(days)s days ago, and add them to what is kept of them.

    What stays: the last of each script that ended in a way, those whose rows are staged, and those that somebody has yet to be told of.
    Ids grow with time, so the first run that is younger ends the search.
    """
    return sql.SQL(
        "WITH old AS ("
        "  SELECT r.id FROM dq.dq_runs r"
        "   WHERE r.id < coalesce((SELECT y.id FROM dq.dq_runs y WHERE y.created_at >= now() - make_interval(days => %(days)s)"
        "                           ORDER BY y.id LIMIT 1), 9223372036854775807)"
        "     AND r.status IN ('succeeded', 'failed', 'cancelled') AND r.noticed"
        "     AND NOT EXISTS (SELECT FROM dq.dq_sql_scripts s WHERE s.staged_run_id = r.id)"
        "     AND (r.script_id IS NULL OR EXISTS (SELECT FROM dq.dq_runs n WHERE n.script_id = r.script_id AND n.id > r.id"
        "                                            AND n.kind = r.kind AND n.status = r.status))"
        "   ORDER BY r.id LIMIT %(most)s FOR UPDATE SKIP LOCKED),"
        " parted AS (UPDATE dq.dq_due_times d SET run_id = NULL FROM old WHERE d.run_id = old.id),"
        " gone AS (DELETE FROM dq.dq_runs r USING old WHERE r.id = old.id RETURNING r.*),"
        " kept AS ("
        "  INSERT INTO dq.dq_run_counts AS k"
        "         (day, script_id, kind, status, trigger, n, n_rows, n_new, n_changed, n_resolved, seconds)"
        "  SELECT (created_at AT TIME ZONE 'UTC')::date, coalesce(script_id, 0), kind, status, trigger, count(*), sum(n_rows),"
        "         sum(n_new), sum(n_changed), sum(n_resolved),"
        "         coalesce(sum(extract(epoch FROM finished_at - started_at)), 0)"
        "    FROM gone GROUP BY 1, 2, 3, 4, 5"
        "  ON CONFLICT (day, script_id, kind, status, trigger) DO UPDATE"
        "     SET n = k.n + EXCLUDED.n, n_rows = k.n_rows + EXCLUDED.n_rows, n_new = k.n_new + EXCLUDED.n_new,"
        "         n_changed = k.n_changed + EXCLUDED.n_changed, n_resolved = k.n_resolved + EXCLUDED.n_resolved,"
        "         seconds = k.seconds + EXCLUDED.seconds)"
        " SELECT count(*) FROM gone"
    )


def trim_due_times() -> sql.SQL:
    """Take %(most)s due times away that were recorded more than %(days)s days ago; the newest of each schedule stays."""
    return sql.SQL(
        "DELETE FROM dq.dq_due_times WHERE id IN ("
        " SELECT d.id FROM dq.dq_due_times d WHERE d.recorded_at < now() - make_interval(days => %(days)s) AND d.noticed"
        "    AND EXISTS (SELECT FROM dq.dq_due_times n WHERE n.schedule_id = d.schedule_id AND n.due_at > d.due_at)"
        "  ORDER BY d.recorded_at LIMIT %(most)s)"
    )
