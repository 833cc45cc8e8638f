"""SQL of queries that people look at. Every function returns composed SQL and executes nothing."""

from psycopg2 import sql

# In front of the query's text in `preview`; the server counts an error's place from the start of the statement.
_PREVIEW = "COPY (SELECT CASE WHEN octet_length(t) <= {most} THEN t END FROM (SELECT q::text AS t FROM (\n"


def preview(statement: str, n_columns: int, most_rows: int, most_bytes: int) -> tuple[sql.Composed, int]:
    r"""Send up to `most_rows` rows of a checked query to the client, and the length of what stands before its text.

    Each row is one text, as PostgreSQL writes a row: every value as its type writes it. The columns get names of ours, so that
    doubled ones do no harm. A row of more than `most_bytes` never leaves the server; it comes as \N.

    The statement was opened as a cursor, so it is one SELECT whose parentheses, quotes and comments are closed; the line breaks end
    a comment at its end.
    """
    head = sql.SQL(_PREVIEW).format(most=sql.Literal(most_bytes))
    names = sql.SQL(", ").join(sql.Identifier(f"c{number}") for number in range(n_columns))
    tail = sql.SQL("\n) AS q{columns} LIMIT {rows}) AS r) TO STDOUT").format(
        columns=sql.SQL(" ({})").format(names) if n_columns else sql.SQL(""), rows=sql.Literal(most_rows)
    )
    return sql.Composed([head, sql.SQL(statement), tail]), len(_PREVIEW.replace("{most}", str(most_bytes)))


def exact_floats() -> sql.SQL:
    """Let floating-point numbers be written without loss, by servers before PostgreSQL 12 too."""
    return sql.SQL("SET LOCAL extra_float_digits = 3")


def column_types() -> sql.SQL:
    """What the columns' types %(oids)s are called, with modifiers %(modifiers)s, which count where a type has no fixed length."""
    return sql.SQL(
        "SELECT format_type(c.oid, CASE WHEN t.typlen = -1 THEN c.modifier ELSE -1 END) AS name FROM ("
        "  SELECT oid, modifier, row_number() OVER () AS place"
        "    FROM unnest(%(oids)s::oid[], %(modifiers)s::int[]) AS u (oid, modifier)) AS c"
        "  LEFT JOIN pg_type t ON t.oid = c.oid ORDER BY c.place"
    )
