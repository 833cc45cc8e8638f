"""SQL about schemas, tables and grants. Every function returns composed SQL and executes nothing."""

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
