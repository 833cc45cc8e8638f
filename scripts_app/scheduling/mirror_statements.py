"""SQL of what beat sees of the schedules. Every function returns composed SQL and executes nothing."""

from psycopg2 import sql


def beside_each_other() -> sql.SQL:
    """Each active schedule beside beat's entry of its name, and each entry of ours beside the schedule that it is for.

    An entry is ours by its task, %(task)s, or by its name, %(prefix)s and an id. In one statement, so that nothing changes between the two.
    """
    return sql.SQL(
        "SELECT s.id, s.cron_schedule, s.timezone, t.*"
        "  FROM (SELECT id, cron_schedule, timezone FROM dq.dq_schedules WHERE is_active) s"
        "  FULL JOIN ("
        "    SELECT p.name, p.task, p.args, p.kwargs, p.enabled, p.one_off, p.queue, p.exchange, p.routing_key, p.priority, p.headers,"
        "           p.start_time, p.expires, p.expire_seconds, p.interval_id, p.solar_id, p.clocked_id,"
        "           c.minute, c.hour, c.day_of_month, c.month_of_year, c.day_of_week, c.timezone AS crontab_timezone"
        "      FROM django_celery_beat_periodictask p LEFT JOIN django_celery_beat_crontabschedule c ON c.id = p.crontab_id"
        "     WHERE p.task = %(task)s OR starts_with(p.name, %(prefix)s)"
        "  ) t ON t.name = %(prefix)s || s.id"
        " ORDER BY s.id, t.name"
    )
