"""SQL about a server and the logins on it. Every function returns composed SQL and executes nothing."""

from psycopg2 import sql


def server_version() -> sql.SQL:
    """The server's version as a number, 180000 for 18.0."""
    return sql.SQL("SELECT current_setting('server_version_num')::int")


def search_path() -> sql.SQL:
    """The schemas that bare names are looked up in."""
    return sql.SQL("SELECT current_schemas(false)::text[]")


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
