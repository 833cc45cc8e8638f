"""Looking at the tables of schema dq."""

import contextlib
import json
import time
from collections.abc import Mapping
from typing import Any, NamedTuple

from django.conf import settings

from dqx import patience, sql, values
from dqx.errors import Invalid, NotFound
from dqx.tables import policy, statements
from dqx.users.permissions import Actor, require

SECONDS, SEARCH_SECONDS = 30, 10
MOST_SKIPPED = 1_000_000


class Table(NamedTuple):
    """A table as somebody sees it: columns with secrets are not among its `columns`."""

    name: str
    columns: list[dict[str, Any]]

    @property
    def names(self) -> list[str]:
        """The names of the columns."""
        return [column["column_name"] for column in self.columns]

    @property
    def key(self) -> list[str]:
        """The columns of the primary key."""
        return [column["column_name"] for column in self.columns if column["is_primary_key"]]

    def column(self, name: str, parameter: str) -> dict[str, Any]:
        """The column called `name`, which a parameter or field named.

        Raises:
            Invalid: there is none.
        """
        found = next((column for column in self.columns if column["column_name"] == name), None)
        if found is None:
            raise Invalid(
                "column_unknown", f"Table '{self.name}' has no column '{name}'.", field=parameter, column=name
            )
        return found


def names(*, actor: Actor) -> list[str]:
    """The tables that an actor may see, by name.

    Raises:
        NotSignedIn, NotAllowed.
    """
    require(actor, "tables.view_table")
    role = (settings.RUNNER_DATABASE or {}).get("USER", "")
    found = sql.rows(statements.tables(), {"role": role})
    return [table["name"] for table in found if policy.visible(actor, table)]


def table_for(actor: Actor, name: str) -> Table:
    """A table that an actor may see.

    Raises:
        NotSignedIn, NotAllowed.
        NotFound: there is none, or it is not for them.
    """
    if name not in names(actor=actor):
        raise NotFound("table_not_found", f"There is no table '{name}' in schema dq.", table=name)
    found = sql.rows(statements.columns(), {"table": name})
    return Table(name, [column for column in found if not policy.is_secret(column["column_name"])])


def structure(name: str, *, actor: Actor) -> list[dict[str, Any]]:
    """The columns of a table: {column_name, data_type, is_nullable, column_default, max_length, is_primary_key} each.

    Raises:
        NotSignedIn, NotAllowed, NotFound.
    """
    told = ("column_name", "data_type", "is_nullable", "column_default", "max_length", "is_primary_key")
    return [{name: column[name] for name in told} for column in table_for(actor, name).columns]


def page(name: str, *, actor: Actor, skip: int = 0, limit: int = 100, order_by: str = "", q: str = "") -> str:
    """Rows of a table as the JSON text of {data, total, skip, limit}.

    Args:
        order_by: a column, with a minus in front for falling; the primary key decides among equals.
        q: only rows that hold this text in a column that the actor sees.

    Raises:
        NotSignedIn, NotAllowed, NotFound.
        Invalid: there is no such column.
        Refused: it took too long.
    """
    table = table_for(actor, name)
    order = [(column, False) for column in table.key]
    if order_by:
        named = table.column(order_by.removeprefix("-"), "order_by")["column_name"]
        order = [(named, order_by.startswith("-")), *(one for one in order if one[0] != named)]
    total, found = _found(table, order, q, {"limit": limit, "skip": skip, "q": q})
    data = ", ".join(written(table, found))
    return f'{{"data": [{data}], "total": {total}, "skip": {skip}, "limit": {limit}}}'


def _found(
    table: Table, order: list[tuple[str, bool]], q: str, params: dict[str, Any]
) -> tuple[int, list[dict[str, Any]]]:
    """How many rows there are, and those of the page."""
    if not q:
        with limited():
            total = sql.value(statements.count(table.name), {})
            return total, sql.rows(statements.page(table.name, table.names, order), params)
    match = statements.holds([(column["column_name"], column["category"]) for column in table.columns])
    began = time.monotonic()
    with _searching(table.name):
        total = sql.value(statements.count(table.name, match), params)
        left = SEARCH_SECONDS - (time.monotonic() - began)
        sql.execute(statements.time_limit(max(left, 0.1)))
        return total, sql.rows(statements.page(table.name, table.names, order, match), params)


def written(table: Table, rows: list[dict[str, Any]]) -> list[str]:
    """Rows in the text forms of their types, each as a JSON object."""
    if not rows:
        return []
    writers = values.writers([column["oid"] for column in table.columns], ask=sql.rows)
    by_name = dict(zip(table.names, writers, strict=True))
    return [_object(row, by_name) for row in rows]


def _object(row: Mapping[str, str | None], writers: Mapping[str, values.Writer]) -> str:
    told = (
        f"{json.dumps(name, ensure_ascii=False)}: {'null' if value is None else writers[name](value)}"
        for name, value in row.items()
    )
    return "{" + ", ".join(told) + "}"


def _searching(name: str) -> contextlib.AbstractContextManager[None]:
    advice = "Search on the page of bad rows." if name == "bad_detail" else "Ask for its rows with a query."
    sentence = f"Table '{name}' is too large to be searched: it takes longer than {SEARCH_SECONDS} seconds. {advice}"
    return patience.limited(statements.time_limit(SEARCH_SECONDS), sentence)


def limited() -> contextlib.AbstractContextManager[None]:
    """A transaction whose statements end after half a minute.

    Raises:
        Refused: one did.
    """
    sentence = f"The table took longer than {SECONDS} seconds. Ask for less of it."
    return patience.limited(statements.time_limit(SECONDS), sentence)
