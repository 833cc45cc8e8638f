"""SQL of health: composed here, executed elsewhere."""

from psycopg2 import sql


def applied_migrations() -> sql.SQL:
    """App and name of each migration that the database has; an error where there are none at all."""
    return sql.SQL("SELECT app, name FROM dqx.django_migrations")
