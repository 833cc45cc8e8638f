"""SQL of migrations that are in nobody's way: composed here, executed elsewhere."""

from psycopg2 import sql


def index_state() -> sql.SQL:
    """Whether index %(index)s, where it is there at all, was made to its end."""
    return sql.SQL("SELECT indisvalid AS is_valid FROM pg_index WHERE indexrelid = to_regclass(%(index)s)")


def drop_index(index: str) -> sql.Composed:
    """Drop an index while others use its table."""
    return sql.SQL("DROP INDEX CONCURRENTLY {}").format(sql.Identifier(index))


def lock_timeout() -> sql.SQL:
    """How long the session waits for a lock; 0 is for ever."""
    return sql.SQL("SELECT current_setting('lock_timeout')")


def set_lock_timeout(limit: str) -> sql.Composed:
    """Let it wait so long."""
    return sql.SQL("SET lock_timeout = {}").format(sql.Literal(limit))
