"""SQL about schemas, tables and grants. Every function returns composed SQL and executes nothing."""

from collections.abc import Sequence
from typing import Any

from psycopg2 import sql

# The value of a column that holds when a row was made, where an older DQX left none.
NOW = sql.SQL("now()")


def _name(*parts: str) -> sql.Composed:
    return sql.SQL(".").join(map(sql.Identifier, parts))


def schema_exists() -> sql.SQL:
    """Whether %(schema)s is there."""
    return sql.SQL("SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = %(schema)s)")


def create_schema(schema: str) -> sql.Composed:
    """Make a schema."""
    return sql.SQL("CREATE SCHEMA {}").format(_name(schema))


def table_exists() -> sql.SQL:
    """Whether %(schema)s has a table %(table)s; to_regclass would follow the search path."""
    return sql.SQL("SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname = %(schema)s AND tablename = %(table)s)")


def set_schema(table: str, old: str, new: str) -> sql.Composed:
    """Move a table between schemas, with its sequences, indexes and constraints."""
    return sql.SQL("ALTER TABLE {} SET SCHEMA {}").format(_name(old, table), _name(new))


def columns_of() -> sql.SQL:
    """Name, length in characters (or NULL) and nullability of the columns of a table."""
    return sql.SQL(
        "SELECT column_name AS column, character_maximum_length AS length, is_nullable = 'YES' AS is_nullable"
        "  FROM information_schema.columns WHERE table_schema = %(schema)s AND table_name = %(table)s"
    )


def constraints_of() -> sql.SQL:
    """Names of the constraints of a table."""
    return sql.SQL(
        "SELECT constraint_name AS name FROM information_schema.table_constraints"
        " WHERE table_schema = %(schema)s AND table_name = %(table)s"
    )


def widen(table: str, column: str, length: int) -> sql.Composed:
    """Let a text column take more characters; changes no row."""
    return sql.SQL("ALTER TABLE {} ALTER COLUMN {} TYPE varchar({})").format(
        _name("dq", table), _name(column), sql.Literal(length)
    )


def _literal(value: Any) -> sql.Composable:
    return value if isinstance(value, sql.Composable) else sql.Literal(value)


def fill_nulls(table: str, column: str, default: Any) -> sql.Composed:
    """Put the default where nothing is."""
    name = _name(column)
    return sql.SQL("UPDATE {} SET {} = {} WHERE {} IS NULL").format(_name("dq", table), name, _literal(default), name)


def set_not_null(table: str, column: str, default: Any) -> sql.Composed:
    """Refuse NULL from now on; the default keeps programs alive that leave the column out."""
    name = _name(column)
    return sql.SQL("ALTER TABLE {} ALTER COLUMN {} SET DEFAULT {}, ALTER COLUMN {} SET NOT NULL").format(
        _name("dq", table), name, _literal(default), name
    )


def drop_not_null(table: str, column: str) -> sql.Composed:
    """Allow NULL again."""
    return sql.SQL("ALTER TABLE {} ALTER COLUMN {} DROP NOT NULL").format(_name("dq", table), _name(column))


def create_adoptions() -> sql.SQL:
    """The memory of what was added to tables that were there before, so that going back gives them up as they came."""
    return sql.SQL(
        "CREATE TABLE IF NOT EXISTS dqx.adopted_tables"
        " (table_name text PRIMARY KEY, added text[] NOT NULL, tightened text[] NOT NULL, constraints text[] NOT NULL)"
    )


def record_adoption() -> sql.SQL:
    """Remember the columns %(added)s and %(tightened)s and the %(constraints)s of %(table)s."""
    return sql.SQL(
        "INSERT INTO dqx.adopted_tables (table_name, added, tightened, constraints)"
        " VALUES (%(table)s, %(added)s::text[], %(tightened)s::text[], %(constraints)s::text[])"
    )


def adoption() -> sql.SQL:
    """What was added to %(table)s; no row where DQX made it."""
    return sql.SQL("SELECT added, tightened, constraints FROM dqx.adopted_tables WHERE table_name = %(table)s")


def forget_adoption() -> sql.SQL:
    """Forget %(table)s."""
    return sql.SQL("DELETE FROM dqx.adopted_tables WHERE table_name = %(table)s")


def role_exists() -> sql.SQL:
    """Whether there is a role %(role)s."""
    return sql.SQL("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = %(role)s)")


def schema_is_ours() -> sql.SQL:
    """A row where %(schema)s belongs to the login and role %(role)s may not look into it yet."""
    return sql.SQL(
        "SELECT nspname FROM pg_namespace WHERE nspname = %(schema)s AND pg_get_userbyid(nspowner) = current_user"
        "   AND NOT has_schema_privilege(%(role)s, oid, 'USAGE')"
    )


def ungranted() -> sql.SQL:
    """Those of %(tables)s of schema dq that are there and that role %(role)s may not read."""
    return sql.SQL(
        "SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = 'dq' AND c.relname = ANY(%(tables)s) AND c.relkind IN ('r', 'p')"
        "   AND NOT (has_schema_privilege(%(role)s, n.oid, 'USAGE') AND has_table_privilege(%(role)s, c.oid, 'SELECT'))"
    )


def grant_usage(schema: str, role: str) -> sql.Composed:
    """Let a role look into a schema."""
    return sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(_name(schema), _name(role))


def grant_select(schema: str, table: str, role: str) -> sql.Composed:
    """Let a role read one table."""
    return sql.SQL("GRANT SELECT ON {} TO {}").format(_name(schema, table), _name(role))


def grant_select_on_all(schema: str, role: str) -> sql.Composed:
    """Let a role read the tables of a schema, those that the login makes later included."""
    return sql.SQL(
        "GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {role};"
        " ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT SELECT ON TABLES TO {role}"
    ).format(schema=_name(schema), role=_name(role))


def unreadable_schemas() -> sql.SQL:
    """The schemas among %(schemas)s that are missing or that role %(role)s may not look into."""
    return sql.SQL(
        "SELECT wanted.name FROM unnest(%(schemas)s::text[]) AS wanted (name) LEFT JOIN pg_namespace n ON n.nspname = wanted.name"
        " WHERE n.oid IS NULL OR NOT has_schema_privilege(%(role)s, n.oid, 'USAGE') ORDER BY 1"
    )


def runner_powers() -> sql.SQL:
    """What role %(role)s may do that it should not: superuser, owner of DQX's tables, write access to bad_detail, other roles."""
    return sql.SQL(
        "SELECT r.rolsuper AS superuser,"
        "       has_table_privilege(r.oid, 'dq.bad_detail', 'INSERT, UPDATE, DELETE, TRUNCATE') AS writes,"
        "       has_table_privilege(r.oid, 'dq.users', 'SELECT') AS sees_users,"
        "       EXISTS (SELECT FROM pg_auth_members m WHERE m.member = r.oid) AS has_roles,"
        "       has_function_privilege(r.oid, 'pg_catalog.set_config(text, text, boolean)', 'EXECUTE') AS set_config"
        "  FROM pg_roles r WHERE r.rolname = %(role)s"
    )


def search_path() -> sql.SQL:
    """The schemas that bare names are looked up in."""
    return sql.SQL("SELECT current_schemas(false)::text[]")


def server_version() -> sql.SQL:
    """The server's version as a number, 180000 for 18.0."""
    return sql.SQL("SELECT current_setting('server_version_num')::int")


def clock() -> sql.SQL:
    """The time by the server's clock."""
    return sql.SQL("SELECT clock_timestamp()")


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


def limit_statement(seconds: float, megabytes: int) -> sql.Composed:
    """Let the transaction's statements end after so long, and each sort and hash have so much memory; dates are written as ISO has them."""
    return sql.SQL(
        "SET LOCAL statement_timeout = {milliseconds}; SET LOCAL work_mem = {memory}; SET LOCAL datestyle = 'ISO, YMD'"
    ).format(milliseconds=sql.Literal(int(seconds * 1000)), memory=sql.Literal(f"{megabytes}MB"))


def take_place() -> sql.SQL:
    """A row if one of the locks (%(space)s, 1) to (%(space)s, %(most)s) was free; the transaction then has it."""
    return sql.SQL(
        "SELECT n FROM generate_series(1, %(most)s) AS n WHERE pg_try_advisory_xact_lock(%(space)s, n) LIMIT 1"
    )


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


def value_types() -> sql.SQL:
    """The types %(oids)s and those that they are made of: of a domain its base, of an array its element and what stands between two."""
    return sql.SQL(
        "WITH RECURSIVE t AS ("
        "  SELECT oid, typtype, typbasetype, typelem, typinput FROM pg_type WHERE oid = ANY(%(oids)s::oid[])"
        "  UNION"
        "  SELECT p.oid, p.typtype, p.typbasetype, p.typelem, p.typinput FROM t JOIN pg_type p"
        "      ON p.oid = CASE WHEN t.typtype = 'd' THEN t.typbasetype WHEN t.typinput::text = 'array_in' THEN t.typelem END)"
        " SELECT t.oid::bigint AS oid, CASE WHEN t.typtype = 'd' THEN t.typbasetype::bigint END AS base,"
        "        CASE WHEN t.typtype <> 'd' AND t.typinput::text = 'array_in' THEN t.typelem::bigint END AS element,"
        "        (SELECT e.typdelim::text FROM pg_type e WHERE e.oid = t.typelem) AS delimiter"
        "   FROM t"
    )
