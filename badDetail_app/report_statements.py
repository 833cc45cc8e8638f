"""SQL of reports on the bad rows. Every function returns composed SQL, with the values in it as literals, and executes nothing."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from psycopg2 import sql

from dqx.keyset import Place

KEY = ("rule_id", "source_id", "source_uid")
NULLABLE = ("txn_date", "data_value")
ROWS, COUNTS = sql.Identifier("dq", "bad_detail"), sql.Identifier("dq", "bad_detail_daily")


class Filters(NamedTuple):
    """Which bad rows: a row has to be among the values of each list that is not empty, within the dates, and hold one of the words.

    `undated` asks for those without a date (True) or with one (False).
    """

    rule_ids: Sequence[str] = ()
    source_ids: Sequence[str] = ()
    source_uids: Sequence[str] = ()
    words: Sequence[str] = ()
    first_date: date | None = None
    last_date: date | None = None
    undated: bool | None = None

    @property
    def are_counted(self) -> bool:
        """Whether the daily counts know how many rows there are."""
        return not (self.source_uids or self.words)


class Ordering(NamedTuple):
    """One column, then the rest of the key. Rows without a value in it come last, both ways round."""

    column: str = "rule_id"
    descending: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns, each in the same direction; they tell any two rows apart."""
        return (self.column, *(name for name in KEY if name != self.column))


def page(filters: Filters, ordering: Ordering, place: Place, most: int) -> sql.Composed:
    """Up to `most` rows from a place on, nearest first, with the names of rule and source.

    By rule_id, the default, the primary key gives them in order and from the place on. A date is text, since Python knows no date before
    Christ and no infinite one, and other programs may have written such.
    """
    beyond = [_beyond(ordering, place)] if place.key is not None else []
    return sql.SQL(
        "SELECT p.rule_id, r.rule_name, p.source_id, s.source_name, p.source_uid, p.data_value, p.txn_date::text AS txn_date"
        "  FROM (SELECT rule_id, source_id, source_uid, data_value, txn_date FROM {rows} {where} ORDER BY {order} LIMIT {most}) p"
        "  LEFT JOIN dq.rule_ref r ON r.rule_id = p.rule_id"
        "  LEFT JOIN dq.source_ref s ON s.source_id = p.source_id"
        " ORDER BY {outer}"
    ).format(
        rows=ROWS,
        where=where(filters, *beyond),
        order=order(ordering, place.forward, sorting=bool(filters.words)),
        most=sql.Literal(most),
        outer=order(ordering, place.forward, "p"),
    )


def count(filters: Filters) -> sql.Composed:
    """How many rows there are: by the daily counts where they can tell, else by counting."""
    if filters.are_counted:
        template = sql.SQL("SELECT coalesce(sum(n_rows), 0)::bigint FROM {} {}")
        return template.format(COUNTS, where(filters))
    return sql.SQL("SELECT count(*) FROM {} {}").format(ROWS, where(filters))


def rows_to_export(
    filters: Filters, ordering: Ordering | None, cell: Callable[[sql.Composable], sql.Composable]
) -> sql.Composed:
    """All rows that fit, with names; `cell` makes of a text column what stands in the file. Without an ordering as they are found."""
    columns = (
        ("b", "rule_id"),
        ("r", "rule_name"),
        ("b", "source_id"),
        ("s", "source_name"),
        ("b", "source_uid"),
        ("b", "data_value"),
    )
    cells = [sql.SQL("{} AS {}").format(cell(sql.Identifier(*column)), sql.Identifier(column[1])) for column in columns]
    return sql.SQL(
        "SELECT {cells}, b.txn_date FROM (SELECT * FROM {rows} {where}) b"
        " LEFT JOIN dq.rule_ref r ON r.rule_id = b.rule_id LEFT JOIN dq.source_ref s ON s.source_id = b.source_id {order}"
    ).format(
        cells=sql.SQL(", ").join(cells),
        rows=ROWS,
        where=where(filters),
        order=sql.SQL("ORDER BY ") + order(ordering, True, "b") if ordering else sql.SQL(""),
    )


def known_rules() -> sql.SQL:
    """Id and name of the rules that have bad rows or a reference."""
    return sql.SQL(
        "SELECT rule_id AS id, r.rule_name AS name"
        "  FROM (SELECT DISTINCT rule_id FROM dq.bad_detail_daily) d FULL JOIN dq.rule_ref r USING (rule_id) ORDER BY 1"
    )


def known_sources() -> sql.SQL:
    """Id and name of the sources that have bad rows or a reference."""
    return sql.SQL(
        "SELECT source_id AS id, s.source_name AS name"
        "  FROM (SELECT DISTINCT source_id FROM dq.bad_detail_daily) d FULL JOIN dq.source_ref s USING (source_id) ORDER BY 1"
    )


def _conditions(filters: Filters) -> Iterator[sql.Composable]:
    lists = {"rule_id": filters.rule_ids, "source_id": filters.source_ids, "source_uid": filters.source_uids}
    yield from (_among(column, values) for column, values in lists.items() if values)
    # A row without a date is in no span of dates.
    if filters.first_date:
        yield sql.SQL("txn_date >= {}").format(sql.Literal(filters.first_date))
    if filters.last_date:
        yield sql.SQL("txn_date <= {}").format(sql.Literal(filters.last_date))
    if filters.undated is not None:
        yield sql.SQL("txn_date IS NULL" if filters.undated else "txn_date IS NOT NULL")
    if filters.words:
        yield sql.SQL("({})").format(sql.SQL(" OR ").join(_holds(word) for word in filters.words))


def _among(column: str, values: Sequence[str]) -> sql.Composed:
    """One value as an equality: before PostgreSQL 17 an index gives no order for the values of a list."""
    if len(values) == 1:
        return sql.SQL("{} = {}").format(sql.Identifier(column), sql.Literal(values[0]))
    return sql.SQL("{} = ANY({})").format(sql.Identifier(column), sql.Literal(list(values)))


def _holds(word: str) -> sql.Composed:
    """Not LIKE: every character means itself. Upper and lower case are the same."""
    return sql.SQL("strpos(lower(source_uid), lower({0})) > 0 OR strpos(lower(data_value), lower({0})) > 0").format(
        sql.Literal(word)
    )


def where(filters: Filters, *more: sql.Composable) -> sql.Composable:
    """The WHERE clause of the filters and of more conditions; nothing where there are none."""
    conditions = [*_conditions(filters), *more]
    return sql.SQL("WHERE ") + sql.SQL(" AND ").join(conditions) if conditions else sql.SQL("")


def order(ordering: Ordering, forward: bool = True, table: str | None = None, *, sorting: bool = False) -> sql.Composed:
    """The columns, each with its direction; with `sorting` no index gives that order.

    The planner can't know how many rows hold a word. Expecting many it walks the primary key until it has met enough of them, which takes
    nine seconds on three million rows that hold few; to look at all, by several processes, and sort takes one and a half.
    """
    way = sql.SQL(" DESC" if ordering.descending == forward else " ASC")
    last = sql.SQL(" NULLS LAST" if forward else " NULLS FIRST")
    columns = [
        sql.Identifier(*filter(None, (table, name))) + way + (last if name in NULLABLE else sql.SQL(""))
        for name in ordering.columns
    ]
    if sorting and ordering.column == "rule_id":
        columns[0] = sql.SQL("rule_id || ''") + way
    return sql.SQL(", ").join(columns)


def _beyond(ordering: Ordering, place: Place) -> sql.Composable:
    """Whether a row lies beyond the place's key; one comparison of rows, so that an index on the columns is used.

    Where the first column may be NULL such rows are the last: forward they come after every value, backward before none.
    """
    key: tuple[Any, ...] = place.key or ()
    names = ordering.columns
    sign = ">" if ordering.descending != place.forward else "<"
    if ordering.column not in NULLABLE:
        return _compare(names, sign, key)
    if key[0] is not None:
        beyond = _compare(names, sign, key)
        return sql.SQL("({} OR {} IS NULL)").format(beyond, sql.Identifier(names[0])) if place.forward else beyond
    among_nulls = sql.SQL("({} IS NULL AND {})").format(sql.Identifier(names[0]), _compare(names[1:], sign, key[1:]))
    return (
        among_nulls
        if place.forward
        else sql.SQL("({} IS NOT NULL OR {})").format(sql.Identifier(names[0]), among_nulls)
    )


def _compare(names: Sequence[str], sign: str, key: Sequence[Any]) -> sql.Composed:
    return sql.SQL("({}) {} ({})").format(
        sql.SQL(", ").join(map(sql.Identifier, names)), sql.SQL(sign), sql.SQL(", ").join(map(sql.Literal, key))
    )
