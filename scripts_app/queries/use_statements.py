"""SQL of what uses a rule or a source. Every function returns composed SQL and executes nothing."""

from psycopg2 import sql


def scripts_of(column: str) -> sql.Composed:
    """How many scripts published a pair with each of %(ids)s in "rule_id" or "source_id", and the first %(most)s of their names."""
    return sql.SQL(
        "SELECT p.{column} AS id, count(DISTINCT s.id) AS scripts,"
        "       (array_agg(DISTINCT s.name::text))[1:%(most)s] AS script_names"
        "  FROM dq.dq_script_scope p JOIN dq.dq_sql_scripts s ON s.id = p.script_id"
        " WHERE p.{column} = ANY(%(ids)s) GROUP BY 1"
    ).format(column=sql.Identifier(column))
