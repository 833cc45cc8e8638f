"""SQL of the figures that are watched. Every function returns composed SQL and executes nothing."""

from psycopg2 import sql


def ended_runs() -> sql.SQL:
    """Runs that have ended by kind and status, and their rows, those included that were trimmed.

    From the index dq_runs_ended alone, since the ledger is long and wide.
    """
    return sql.SQL(
        "SELECT kind, status, sum(n)::bigint AS n, sum(n_rows)::bigint AS n_rows, sum(n_new)::bigint AS n_new,"
        "       sum(n_changed)::bigint AS n_changed, sum(n_resolved)::bigint AS n_resolved FROM ("
        " SELECT kind, status, count(*) AS n, sum(n_rows) AS n_rows, sum(n_new) AS n_new, sum(n_changed) AS n_changed,"
        "        sum(n_resolved) AS n_resolved"
        "   FROM dq.dq_runs WHERE status IN ('succeeded', 'failed', 'cancelled') GROUP BY kind, status"
        "  UNION ALL"
        " SELECT kind, status, n, n_rows, n_new, n_changed, n_resolved FROM dq.dq_run_counts) AS r GROUP BY kind, status"
    )


def active_runs() -> sql.SQL:
    """Runs that are queued or running by kind and status, and the seconds since the first of them was asked for."""
    return sql.SQL(
        "SELECT kind, status, count(*) AS n, extract(epoch FROM max(now() - created_at))::float AS seconds"
        "  FROM dq.dq_runs WHERE status IN ('queued', 'running') GROUP BY kind, status"
    )


def schedules() -> sql.SQL:
    """How many schedules are active."""
    return sql.SQL("SELECT count(*) AS n FROM dq.dq_schedules WHERE is_active")


def due_times() -> sql.SQL:
    """Due times that were recorded within 24 hours, by outcome."""
    return sql.SQL(
        "SELECT outcome, sum(n_times)::bigint AS n FROM dq.dq_due_times WHERE recorded_at > now() - INTERVAL '24 hours'"
        " GROUP BY outcome"
    )
