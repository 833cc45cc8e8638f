"""SQL of the browser of schema dq. Every function returns composed SQL and executes nothing."""

from collections.abc import Sequence

from psycopg2 import sql

SCHEMA = "dq"
TIMES = "D"  # pg_type.typcategory


def _table(name: str) -> sql.Identifier:
    return _name(SCHEMA, name)


def _name(*parts: str) -> sql.Identifier:
    """These statements are executed with parameters, among which a per cent sign is written twice."""
    return sql.Identifier(*(part.replace("%", "%%") for part in parts))


def _listed(names: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(_name, names))


def _texts(columns: Sequence[str]) -> sql.Composable:
    """Each column in the text form of its type."""
    return sql.SQL(", ").join(sql.SQL("{0}::text AS {0}").format(_name(name)) for name in columns)


def tables() -> sql.SQL:
    """The tables of the schema, and whether the role %(role)s may read them."""
    return sql.SQL(
        "SELECT c.relname AS name,"
        "       EXISTS (SELECT FROM pg_roles r WHERE r.rolname = %(role)s AND has_table_privilege(r.oid, c.oid, 'SELECT')) AS is_readable"
        "  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = 'dq' AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1"
    )


def columns() -> sql.SQL:
    """The columns of table %(table)s in their order, as information_schema describes them, with what is needed to write them."""
    return sql.SQL(
        "SELECT a.attname AS column_name, format_type(a.atttypid, NULL) AS data_type, NOT a.attnotnull AS is_nullable,"
        "       pg_get_expr(d.adbin, d.adrelid) AS column_default,"
        "       CASE WHEN a.atttypid IN (1042, 1043) AND a.atttypmod > 4 THEN a.atttypmod - 4 END AS max_length,"
        "       coalesce(i.indisprimary, false) AS is_primary_key,"
        "       a.atttypid::bigint AS oid, format_type(a.atttypid, a.atttypmod) AS full_type, t.typcategory::text AS category,"
        "       a.attgenerated <> '' OR a.attidentity = 'a' AS is_generated"
        "  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
        "  JOIN pg_type t ON t.oid = a.atttypid"
        "  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum"
        "  LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary AND a.attnum = ANY(i.indkey)"
        " WHERE n.nspname = 'dq' AND c.relname = %(table)s AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum"
    )


def unique_columns() -> sql.SQL:
    """The columns of %(table)s that are unique by themselves, the primary key first."""
    return sql.SQL(
        "SELECT a.attname AS name FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
        "  JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]"
        " WHERE n.nspname = 'dq' AND c.relname = %(table)s AND i.indisunique AND i.indisvalid AND i.indnkeyatts = 1"
        "   AND i.indpred IS NULL AND i.indexprs IS NULL GROUP BY 1 ORDER BY bool_or(i.indisprimary) DESC, 1"
    )


def time_limit(seconds: float) -> sql.Composed:
    """Let the transaction's statements end after so long; values are written in the forms that `dqx.values` reads."""
    return sql.SQL(
        "SET LOCAL statement_timeout = {}; SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL intervalstyle = 'postgres';"
        " SET LOCAL bytea_output = 'hex'; SET LOCAL extra_float_digits = 3"
    ).format(sql.Literal(int(seconds * 1000)))


def page(
    table: str, columns: Sequence[str], order: Sequence[tuple[str, bool]], match: sql.Composable | None = None
) -> sql.Composed:
    """%(limit)s rows after the first %(skip)s, ordered by columns, each with whether it falls; without any as they lie.

    Args:
        match: what a row has to fulfil, as `holds` says it.
    """
    ordering = sql.SQL(", ").join(
        sql.SQL("t.{} {}").format(_name(name), sql.SQL("DESC NULLS LAST" if falls else "ASC NULLS LAST"))
        for name, falls in order
    )
    # The rows are chosen before anything becomes a text, else those that are skipped would too: after 900,000 rows that doubled the time.
    return sql.SQL(
        "SELECT {columns} FROM (SELECT t.* FROM {rows} t {order} LIMIT %(limit)s OFFSET %(skip)s) t {order}"
    ).format(
        columns=_texts(columns),
        rows=_table(table) if match is None else _matching(table, match),
        order=sql.SQL("ORDER BY ") + ordering if order else sql.SQL(""),
    )


def _matching(table: str, match: sql.Composable) -> sql.Composed:
    """The rows that fulfil it. OFFSET 0: the planner can't know how many do, and would walk an index that gives the order until it has met
    enough of them, which is slower than the table as it lies.
    """
    return sql.SQL("(SELECT t.* FROM {} t WHERE {} OFFSET 0)").format(_table(table), match)


def holds(columns: Sequence[tuple[str, str]]) -> sql.Composable:
    """Whether row t holds the text %(q)s in one of its columns, each with its type's category; upper and lower case are the same.

    Not LIKE: every character means itself. What is a time is looked for as PostgreSQL writes it and as the browser shows it.
    """
    forms = [form for name, category in columns for form in _forms(_name(name), category)]
    found = [sql.SQL('strpos(lower({} COLLATE pg_catalog."default"), lower(%(q)s)) > 0').format(form) for form in forms]
    return sql.SQL("({})").format(sql.SQL(" OR ").join(found)) if found else sql.SQL("false")


def _forms(column: sql.Identifier, category: str) -> list[sql.Composed]:
    texts = [sql.SQL("t.{}::text").format(column)]
    return [*texts, sql.SQL("(to_json(t.{}) #>> '{{}}')").format(column)] if category == TIMES else texts


def count(table: str, match: sql.Composable | None = None) -> sql.Composable:
    """How many rows a table has, or how many fulfil `match`; of all the bad rows the daily counts know it."""
    if match is not None:
        return sql.SQL("SELECT count(*) FROM {} t WHERE {}").format(_table(table), match)
    if table == "bad_detail":
        return sql.SQL("SELECT coalesce(sum(n_rows), 0)::bigint FROM dq.bad_detail_daily")
    return sql.SQL("SELECT count(*) FROM {}").format(_table(table))


def insert(table: str, given: Sequence[str], columns: Sequence[str]) -> sql.Composed:
    """A new row of the values %(v0)s, %(v1)s …; answers with it."""
    if not given:
        return sql.SQL("INSERT INTO {} DEFAULT VALUES RETURNING {}").format(_table(table), _texts(columns))
    places = sql.SQL(", ").join(sql.Placeholder(f"v{at}") for at in range(len(given)))
    return sql.SQL("INSERT INTO {} ({}) VALUES ({}) RETURNING {}").format(
        _table(table), _listed(given), places, _texts(columns)
    )


def find(table: str, key: str, columns: Sequence[str]) -> sql.Composed:
    """The row whose unique column is %(key)s, kept from others until the transaction ends."""
    return sql.SQL("SELECT {} FROM {} WHERE {} = %(key)s FOR UPDATE").format(_texts(columns), _table(table), _name(key))


def update(table: str, key: str, given: Sequence[str], columns: Sequence[str]) -> sql.Composed:
    """Change the row whose unique column is %(key)s; answers with it."""
    changes = sql.SQL(", ").join(
        sql.SQL("{} = {}").format(_name(name), sql.Placeholder(f"v{at}")) for at, name in enumerate(given)
    )
    return sql.SQL("UPDATE {} SET {} WHERE {} = %(key)s RETURNING {}").format(
        _table(table), changes, _name(key), _texts(columns)
    )


def delete(table: str, key: str) -> sql.Composed:
    """Take away the row whose unique column is %(key)s."""
    return sql.SQL("DELETE FROM {} WHERE {} = %(key)s").format(_table(table), _name(key))


def fits(full_type: str, max_length: int | None) -> sql.Composed:
    """Whether %(value)s is of a type; a text that is too long is cut by a cast, so its length is compared.

    The name of the type comes from format_type(), which quotes what has to be.
    """
    if max_length is not None:
        return sql.SQL("SELECT char_length(%(value)s::text) <= {}").format(sql.Literal(max_length))
    return sql.SQL("SELECT %(value)s::{} IS NOT NULL").format(sql.SQL(full_type.replace("%", "%%")))
