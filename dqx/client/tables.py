"""The tables of schema dq: which there are, their columns, and their rows."""

from typing import Any
from urllib.parse import quote

import click

from dqx.client import listing
from dqx.client.output import counted
from dqx.client.session import Session, command, with_options

HEADS = ("column", "type", "key", "may be NULL", "default")


@click.group(invoke_without_command=True)
@with_options
@click.pass_context
def tables(context: click.Context) -> None:
    """The tables of schema dq that you may see: list (also without a word), show, rows."""
    if not context.invoked_subcommand:
        context.invoke(list_tables)


@command(tables, "list")
def list_tables(session: Session) -> None:
    """Their names."""
    listing.whole(session, ("table",), lambda name: (name,), session.api.get("tables"))


@command(tables, "show")
@click.argument("table")
def show_table(session: Session, table: str) -> None:
    """The columns of a TABLE."""
    listing.whole(session, HEADS, _column, session.api.get(f"{_at(table)}/structure"))


def _column(one: dict[str, Any]) -> tuple[object, ...]:
    length = f"({one['max_length']})" if one["max_length"] else ""
    nullable, key = "yes" if one["is_nullable"] else "", "yes" if one["is_primary_key"] else ""
    return one["column_name"], f"{one['data_type']}{length}", key, nullable, one["column_default"] or ""


@command(tables, "rows")
@click.argument("table")
@click.option("--q", metavar="TEXT", help="Only with this text in a column.")
@click.option("--ordering", metavar="COLUMN", help="By this column; with - the other way round.")
@click.option("--limit", type=click.IntRange(1, 1_000), default=100, show_default=True, help="So many at most.")
@click.option("--skip", type=click.IntRange(0), default=0, help="Without the first so many.")
def rows(session: Session, table: str, q: str | None, ordering: str | None, limit: int, skip: int) -> None:
    """Rows of a TABLE.

    With --json one document a line.
    """
    params = {"q": q, "order_by": ordering, "limit": limit, "skip": skip or None}
    found = session.api.get(f"{_at(table)}/data", params)
    heads = list(found["data"][0]) if found["data"] else []
    listing.show(session, heads, lambda row: [row[name] for name in heads], found["data"], "There is no such row.")
    if found["data"] and not session.as_json:
        session.output.note(f"{len(found['data']):,} of {counted(found['total'], 'row')}.")


def _at(table: str) -> str:
    return f"tables/{quote(table, safe='')}"


def add_to(root: click.Group) -> None:
    """Put these commands where `dqx` finds them."""
    root.add_command(tables)
