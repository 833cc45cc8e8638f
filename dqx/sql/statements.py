"""SQL of sessions: their limits, locks and clock. Every function returns composed SQL and executes nothing."""

from collections.abc import Sequence

from psycopg2 import sql


def clock() -> sql.SQL:
    """The time by the server's clock."""
    return sql.SQL("SELECT clock_timestamp()")


def limit_statement(seconds: float, megabytes: int) -> sql.Composed:
    """Let the transaction's statements end after so long, and each sort and hash have so much memory; dates are written as ISO has them."""
    return sql.SQL(
        "SET LOCAL statement_timeout = {milliseconds}; SET LOCAL work_mem = {memory}; SET LOCAL datestyle = 'ISO, YMD'"
    ).format(milliseconds=sql.Literal(int(seconds * 1000)), memory=sql.Literal(f"{megabytes}MB"))


def limit_session(seconds: float, zone: str, schemas: Sequence[str], server_version: int) -> sql.Composed:
    """The limits and the text forms of one transaction of the runner; bare names are looked up in `schemas`."""
    # Notices a client that has gone while a statement works; PostgreSQL has it from 14 on.
    gone = "SET LOCAL client_connection_check_interval = '1s'; " if server_version >= 140000 else ""
    return sql.SQL(
        gone + "SET LOCAL statement_timeout = {milliseconds}; SET LOCAL lock_timeout = '5s';"
        " SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL intervalstyle = 'postgres'; SET LOCAL bytea_output = 'hex';"
        " SET LOCAL timezone = {zone}; SET LOCAL search_path = {path}"
    ).format(
        milliseconds=sql.Literal(int(seconds * 1000)),
        zone=sql.Literal(zone),
        path=sql.SQL(", ").join(map(sql.Identifier, schemas)),
    )


def take_place() -> sql.SQL:
    """A row if one of the locks (%(space)s, 1) to (%(space)s, %(most)s) was free; the transaction then has it."""
    return sql.SQL(
        "SELECT n FROM generate_series(1, %(most)s) AS n WHERE pg_try_advisory_xact_lock(%(space)s, n) LIMIT 1"
    )


def try_lock() -> sql.SQL:
    """Take the session's lock (%(space)s, %(key)s) if nobody has it; whether it was got."""
    return sql.SQL("SELECT pg_try_advisory_lock(%(space)s, %(key)s)")


def try_lock_in_transaction() -> sql.SQL:
    """The same until the transaction ends."""
    return sql.SQL("SELECT pg_try_advisory_xact_lock(%(space)s, %(key)s)")


def lock_in_transaction() -> sql.SQL:
    """Wait for the lock (%(space)s, %(key)s) and have it until the transaction ends."""
    return sql.SQL("SELECT pg_advisory_xact_lock(%(space)s, %(key)s)")


def unlock() -> sql.SQL:
    """Let go of the session's lock."""
    return sql.SQL("SELECT pg_advisory_unlock(%(space)s, %(key)s)")


def reads_our_secrets() -> sql.SQL:
    """A row where the session may read the password hashes of a DQX that lives in its database."""
    return sql.SQL(
        "SELECT true AS reads FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = 'dq' AND c.relname = 'users' AND c.relkind = 'r' AND has_schema_privilege(n.oid, 'USAGE')"
        "   AND (has_table_privilege(c.oid, 'SELECT') OR has_any_column_privilege(c.oid, 'SELECT'))"
        "   AND EXISTS (SELECT FROM pg_class s WHERE s.relnamespace = n.oid AND s.relname = 'dq_sql_scripts')"
    )
