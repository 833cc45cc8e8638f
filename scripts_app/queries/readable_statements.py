"""SQL of what a login can read. Every function returns composed SQL and executes nothing."""

from psycopg2 import sql


def search_path() -> sql.SQL:
    """The schemas in which the session looks a bare name up."""
    return sql.SQL("SELECT ARRAY(SELECT s::text FROM unnest(current_schemas(false)) AS s) AS schemas")


def tables() -> sql.SQL:
    """Up to %(most)s of what can be read, in whose name or schema %(words)s stands; partitions last, which nobody names in a script."""
    return sql.SQL(
        "SELECT n.nspname::text AS schema, c.relname::text AS name"
        "  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"
        "   AND has_schema_privilege(n.oid, 'USAGE')"
        "   AND (has_table_privilege(c.oid, 'SELECT') OR has_any_column_privilege(c.oid, 'SELECT'))"
        "   AND (%(words)s = '' OR position(%(words)s IN lower(n.nspname || '.' || c.relname)) > 0)"
        " ORDER BY c.relispartition, n.nspname, c.relname LIMIT %(most)s"
    )


def columns() -> sql.SQL:
    """The columns of %(schema)s.%(table)s that can be read."""
    return sql.SQL(
        "SELECT a.attname::text AS name, format_type(a.atttypid, a.atttypmod) AS type"
        "  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = %(schema)s AND c.relname = %(table)s AND c.relkind IN ('r', 'p', 'v', 'm', 'f')"
        "   AND a.attnum > 0 AND NOT a.attisdropped AND has_schema_privilege(n.oid, 'USAGE')"
        "   AND has_column_privilege(c.oid, a.attnum, 'SELECT') ORDER BY a.attnum"
    )
