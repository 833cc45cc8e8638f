"""SQL of those who watch: composed here, executed elsewhere."""

from psycopg2 import sql


def applied_migrations() -> sql.SQL:
    """App and name of each migration that the database has; an error where there are none at all."""
    return sql.SQL("SELECT app, name FROM dqx.django_migrations")


def keep_alive() -> sql.SQL:
    """Worker %(name)s, which takes from %(queues)s, lives; those that have gone are forgotten. No clock but the server's counts."""
    return sql.SQL(
        "WITH gone AS (DELETE FROM dqx.workers WHERE seen_at < now() - INTERVAL '1 hour' AND name <> %(name)s)"
        " INSERT INTO dqx.workers (name, queues, seen_at)"
        " VALUES (%(name)s, %(queues)s, now())"
        " ON CONFLICT (name) DO UPDATE SET queues = EXCLUDED.queues, seen_at = EXCLUDED.seen_at"
    )


def live_workers() -> sql.SQL:
    """Name and queues of each worker that was seen within the last %(seconds)s; not one of the future, which a clock set back leaves."""
    return sql.SQL(
        "SELECT name, queues"
        "  FROM dqx.workers"
        " WHERE seen_at BETWEEN now() - make_interval(secs => %(seconds)s) AND now() + INTERVAL '5 seconds'"
    )
