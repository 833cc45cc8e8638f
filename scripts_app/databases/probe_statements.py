"""SQL about a database that a connection leads to. Every function returns composed SQL and executes nothing."""

from psycopg2 import sql


def about_session() -> sql.SQL:
    """Version, database and user of the session, whether it is a superuser, and whether it could write if it were let.

    The last is a hint: functions that write don't show in the catalogs.
    """
    return sql.SQL(
        "SELECT current_setting('server_version') AS server_version, current_database()::text AS database,"
        '       current_user::text AS "user",'
        "       COALESCE((SELECT rolsuper FROM pg_roles WHERE rolname = current_user), false) AS is_superuser,"
        "       has_database_privilege(current_database(), 'CREATE') OR EXISTS ("
        "         SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        "          WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"
        "            AND has_schema_privilege(n.oid, 'USAGE')"
        "            AND has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')) AS can_write"
    )
