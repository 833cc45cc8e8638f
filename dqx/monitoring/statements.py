"""SQL of those who watch: composed here, executed elsewhere."""

from psycopg2 import sql


def applied_migrations() -> sql.SQL:
    """App and name of each migration that the database has; an error where there are none at all."""
    return sql.SQL("SELECT app, name FROM dqx.django_migrations")


def keep_alive() -> sql.SQL:
    """%(name)s, which takes from %(queues)s, lives. Workers that have gone are forgotten; beat, which takes from none, is missed for ever.
    No clock but the server's counts."""
    return sql.SQL(
        "WITH gone AS ("
        "  DELETE FROM dqx.workers WHERE seen_at < now() - INTERVAL '1 hour' AND name <> %(name)s AND queues <> '{}')"
        " INSERT INTO dqx.workers (name, queues, seen_at)"
        " VALUES (%(name)s, %(queues)s, now())"
        " ON CONFLICT (name) DO UPDATE SET queues = EXCLUDED.queues, seen_at = EXCLUDED.seen_at"
    )


def signs_of_life() -> sql.SQL:
    """Name and queues of all, and whether each was seen within the last %(seconds)s; not in the future, which a clock set back leaves."""
    return sql.SQL(
        "SELECT name, queues,"
        "       seen_at BETWEEN now() - make_interval(secs => %(seconds)s) AND now() + INTERVAL '5 seconds' AS lives"
        "  FROM dqx.workers"
    )
