"""What scripts can read, by name: schemas, tables and columns, asked as the login that reads them, in the database that is read."""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import psycopg2
from django.conf import settings

from dqx.errors import NotFound, Unavailable
from dqx.sql import Reader
from dqx.users.permissions import Actor, require
from scripts_app.databases import reading
from scripts_app.queries import readable_statements

MOST_TABLES = 2_000
Found = TypeVar("Found")


class Tables(NamedTuple):
    """Tables and views.

    Attributes:
        search_path: the schemas in which a bare name is looked up, in that order.
        tables: `schema` and `name` of each, by schema and name.
        truncated: there are more.
    """

    search_path: list[str]
    tables: list[dict[str, Any]]
    truncated: bool


def tables(*, actor: Actor, connection: str | None = None, words: str = "") -> Tables:
    """The tables, views and foreign tables that a script can read, 2,000 at the most; partitions come last.

    Args:
        connection: name of a stored connection; this database where None.
        words: only those in whose name or schema this stands, in upper or lower case.

    Raises:
        NotSignedIn, NotAllowed.
        Invalid: there is no such connection.
        Unavailable: the database can't be reached, or is slow to tell.
    """
    require(actor, "scripts.view_catalogue")

    def look(reader: Reader) -> Tables:
        path = reader.rows(readable_statements.search_path())[0]["schemas"]
        found = reader.rows(readable_statements.tables(), {"words": words.lower(), "most": MOST_TABLES + 1})
        return Tables(path, found[:MOST_TABLES], len(found) > MOST_TABLES)

    return _asked(actor, connection, look)


def columns(schema: str, table: str, *, actor: Actor, connection: str | None = None) -> list[dict[str, Any]]:
    """The columns of a table that a script can read, `name` and `type` of each, in the table's order.

    Raises:
        As `tables`, and NotFound: there is no such table, or nothing of it can be read.
    """
    require(actor, "scripts.view_catalogue")
    of_table = {"schema": schema, "table": table}
    found = _asked(actor, connection, lambda reader: reader.rows(readable_statements.columns(), of_table))
    if not found:
        raise NotFound("table_not_found", f"Scripts can read no table '{schema}.{table}'.")
    return found


def _asked(actor: Actor, connection: str | None, look: Callable[[Reader], Found]) -> Found:
    database = reading.address(reading.choose(connection, actor=actor))
    with Reader(settings.CHECK_SECONDS, database) as reader, reader.ended_after(settings.CHECK_SECONDS + 1):
        try:
            return look(reader)
        except psycopg2.Error as exc:
            raise Unavailable("catalogue_away", "The database does not tell what can be read. Try again.") from exc
