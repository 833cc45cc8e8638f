"""SQL of due times and what became of them. Every function returns composed SQL and executes nothing."""

from datetime import timedelta

from psycopg2 import sql

# A populate's publish is the next run of its schedule. A run that was trimmed from the ledger leaves that it ran.
_TOLD = sql.SQL(
    "SELECT d.schedule_id, d.due_at, d.n_times, d.outcome, d.reason,"
    "       CASE WHEN d.outcome = 'ran' THEN coalesce(p.status, r.status, 'ran') ELSE d.outcome END AS state,"
    "       r.id AS run_id, r.kind AS run_kind, r.status AS run_status, r.trigger AS run_trigger, r.attempt AS run_attempt,"
    "       coalesce(p.error, r.error) ->> 'message' AS message, p.id AS publish_id, p.status AS publish_status"
    "  FROM ({source}) d"
    "  LEFT JOIN dq.dq_runs r ON r.id = d.run_id"
    "  LEFT JOIN LATERAL ("
    "    SELECT n.id, n.kind, n.trigger, n.status, n.error FROM dq.dq_runs n"
    "     WHERE n.schedule_id = d.schedule_id AND n.id > r.id ORDER BY n.id LIMIT 1"
    "  ) p ON p.kind = 'publish' AND p.trigger = 'schedule'"
    " ORDER BY d.schedule_id, d.due_at {order}"
)
_COLUMNS = sql.SQL("schedule_id, due_at, n_times, outcome, reason, run_id")


def newest() -> sql.Composed:
    """The newest %(n)s due times of each of the schedules %(schedules)s, with what became of them; newest first."""
    # The unique index of schedule and due time.
    source = sql.SQL(
        "SELECT t.* FROM unnest(%(schedules)s::int[]) AS s (id) CROSS JOIN LATERAL ("
        "SELECT {} FROM dq.dq_due_times WHERE schedule_id = s.id ORDER BY due_at DESC LIMIT %(n)s) t"
    ).format(_COLUMNS)
    return _TOLD.format(source=source, order=sql.SQL("DESC"))


def page(*, forward: bool, moved: bool, of_some: bool) -> sql.Composed:
    """%(n)s due times of the schedule %(schedule)s from a place on, nearest first.

    Args:
        forward: towards the past.
        moved: from %(key)s on, and not from the end of the list.
        of_some: only those whose outcome is one of %(outcomes)s.
    """
    order, beyond = ("DESC", "<") if forward else ("ASC", ">")
    conditions = [sql.SQL("schedule_id = %(schedule)s")]
    conditions += [sql.SQL(f"due_at {beyond} %(key)s::timestamptz")] if moved else []
    conditions += [sql.SQL("outcome = ANY(%(outcomes)s)")] if of_some else []
    source = sql.SQL("SELECT {} FROM dq.dq_due_times WHERE {} ORDER BY due_at {} LIMIT %(n)s").format(
        _COLUMNS, sql.SQL(" AND ").join(conditions), sql.SQL(order)
    )
    return _TOLD.format(source=source, order=sql.SQL(order))


def late(seconds: int, *, of_some: bool) -> sql.Composed:
    """The due times of active schedules that nobody has taken up, and those whose run has not begun, so many seconds after they were due
    at %(now)s (NULL: by the clock of the database); the longest ago first.

    An attempt that waits to be made again has begun before.

    Args:
        of_some: only of the schedules %(schedules)s.
    """
    # The partial indexes of the next due times and of the queued runs: both are few, however many schedules and runs there are.
    return sql.SQL(
        "SELECT schedule_id, since, extract(epoch FROM {now} - since)::float AS seconds, run_id FROM ("
        " SELECT id AS schedule_id, next_due_at AS since, NULL::bigint AS run_id"
        "   FROM dq.dq_schedules WHERE is_active"
        "  UNION ALL"
        " SELECT s.id, d.due_at, r.id FROM dq.dq_runs r"
        "   JOIN dq.dq_due_times d ON d.run_id = r.id"
        "   JOIN dq.dq_schedules s ON s.id = r.schedule_id AND s.is_active"
        "  WHERE r.status = 'queued' AND r.attempt = 1 AND r.trigger = 'schedule'"
        ") due WHERE since < {now} - {seconds}{some} ORDER BY since, schedule_id"
    ).format(
        now=sql.SQL("coalesce(%(now)s::timestamptz, now())"),
        seconds=sql.Literal(timedelta(seconds=seconds)),
        some=sql.SQL(" AND schedule_id = ANY(%(schedules)s)" if of_some else ""),
    )
