"""SQL of counts: bad rows by date, rule and source, and in all. Every function returns composed SQL and executes nothing."""

from psycopg2 import sql

from badDetail_app.report_statements import COUNTS, ROWS, Filters, where

# What rows are counted by, and where its name stands.
NAMES = {"rule_id": ("rule_ref", "rule_name"), "source_id": ("source_ref", "source_name")}


def _counted(filters: Filters) -> sql.Composed:
    """The rows that fit, or their daily counts where those can tell: columns rule_id, source_id, txn_date and n."""
    if filters.are_counted:
        return sql.SQL("SELECT rule_id, source_id, txn_date, n_rows AS n FROM {} {}").format(COUNTS, where(filters))
    return sql.SQL("SELECT rule_id, source_id, txn_date, 1 AS n FROM {} {}").format(ROWS, where(filters))


def by_date(filters: Filters) -> sql.Composed:
    """Rows by their date, the earliest first; those without one last."""
    return sql.SQL(
        "SELECT txn_date::text AS date, txn_date::text AS name, sum(n)::bigint AS count FROM ({}) c"
        " GROUP BY txn_date ORDER BY txn_date NULLS LAST"
    ).format(_counted(filters))


def by_reference(filters: Filters, column: str, most: int | None) -> sql.Composed:
    """Rows by "rule_id" or "source_id", most first, with the name; the first `most` of them."""
    table, name = NAMES[column]
    return sql.SQL(
        "SELECT c.id AS {column}, r.{name} AS name, c.count"
        "  FROM (SELECT {column} AS id, sum(n)::bigint AS count FROM ({counted}) d GROUP BY 1) c"
        "  LEFT JOIN {table} r ON r.{column} = c.id ORDER BY c.count DESC, c.id LIMIT {most}"
    ).format(
        column=sql.Identifier(column),
        name=sql.Identifier(name),
        table=sql.Identifier("dq", table),
        counted=_counted(filters),
        most=sql.Literal(most),
    )


def worst_records(filters: Filters, most: int) -> sql.Composed:
    """The `most` records that fail the most rules, at least two, with these rules.

    No index helps to find them, so all rows that fit are looked at; their rules are then found by the primary key.
    """
    return sql.SQL(
        "WITH worst AS (SELECT source_id, source_uid, count(*) AS n FROM {rows} {where}"
        "                GROUP BY 1, 2 HAVING count(*) > 1 ORDER BY 3 DESC, 1, 2 LIMIT {most})"
        " SELECT w.source_id, s.source_name AS name, w.source_uid, w.n AS count, f.rules"
        "   FROM worst w LEFT JOIN dq.source_ref s ON s.source_id = w.source_id"
        "  CROSS JOIN LATERAL ("
        "        SELECT json_agg(json_build_object('rule_id', d.rule_id, 'name', r.rule_name) ORDER BY d.rule_id) AS rules"
        "          FROM (SELECT rule_id FROM {rows} {own}) d LEFT JOIN dq.rule_ref r ON r.rule_id = d.rule_id) f"
        "  ORDER BY w.n DESC, w.source_id, w.source_uid"
    ).format(rows=ROWS, where=where(filters), own=where(filters, _OF_RECORD), most=sql.Literal(most))


# The rows of the record w.
_OF_RECORD = sql.SQL(
    "rule_id = ANY (ARRAY(SELECT DISTINCT k.rule_id FROM dq.bad_detail_daily k WHERE k.source_id = w.source_id))"
    " AND source_id = w.source_id AND source_uid = w.source_uid"
)


def summary(filters: Filters) -> sql.Composed:
    """Bad rows, how many rules, sources and pairs have some, first and last date, and how many have no date."""
    return sql.SQL(
        "SELECT coalesce(sum(n), 0)::bigint AS bad_rows, count(DISTINCT rule_id) AS rules, count(DISTINCT source_id) AS sources,"
        "       count(DISTINCT (rule_id, source_id)) AS pairs, min(txn_date)::text AS first_date, max(txn_date)::text AS last_date,"
        "       coalesce(sum(n) FILTER (WHERE txn_date IS NULL), 0)::bigint AS undated FROM ({}) c"
    ).format(_counted(filters))
