"""Which columns a script has, asked of the server: it parses and plans the text, and runs nothing."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import psycopg2
from django.conf import settings
from psycopg2.extensions import Column

from dqx.errors import Refused
from dqx.sql import Reader
from scripts_app import statements, text
from scripts_app.server_errors import refusal

COLUMNS = ("rule_id", "source_id", "source_uid", "data_value", "txn_date")
# Types that have a text which a date can be read from: unknown, date, timestamp with and without zone, text and its kin.
DATE_LIKE = {705, 1082, 1114, 1184, 25, 1042, 1043, 19}


class Select(NamedTuple):
    """A script that was checked: its statement, and its names of the five columns in our order."""

    statement: str
    skipped: int
    names: tuple[str, ...]


def check(content: str, database: Mapping[str, Any] | None = None) -> Select:
    """Let PostgreSQL judge a script on a connection of its own that has 5 seconds.

    Args:
        content: a text that `text.clean` returned.
        database: where it will run, in the form of Django's settings; the runner's own when None.

    Raises:
        Refused: it is not one SELECT of exactly the five columns; with the server's message, line and column.
        Unavailable: the server or the runner's login is away.
    """
    statement, skipped = text.statement(content)
    # A plan that never looks whether it shall stop does not hear the server's own limit.
    with Reader(settings.CHECK_SECONDS, database) as reader, reader.ended_after(settings.CHECK_SECONDS + 1) as late:
        try:
            found = describe(reader, statement)
        except psycopg2.Error as exc:
            if exc.pgcode is None and late.is_set():
                raise Refused(
                    "time_limit", f"Planning the script took longer than {settings.CHECK_SECONDS} seconds."
                ) from exc
            raise refusal(exc, content, -skipped) from exc
    return Select(statement, skipped, the_five(found))


def describe(reader: Reader, statement: str) -> list[Column]:
    """The columns of a statement, by a cursor that the server opens on the text and never reads from.

    The text travels as a value, so PostgreSQL itself refuses what is not exactly one SELECT.
    """
    return reader.columns(statements.open_cursor(), {"script": statement})


def the_five(found: list[Column]) -> tuple[str, ...]:
    """The names that a script gives to the five columns, in our order.

    Raises:
        Refused: script_columns.
    """
    names = [column.name for column in found]
    lowered = [name.lower() for name in names]
    missing = [name for name in COLUMNS if name not in lowered]
    doubled = sorted({name for name in lowered if lowered.count(name) > 1})
    extra = [name for name, low in zip(names, lowered, strict=True) if low not in COLUMNS]
    if missing or doubled or extra:
        parts = {"missing": missing, "doubled": doubled, "too many": extra}
        told = "; ".join(f"{word}: {', '.join(which[:20])}" for word, which in parts.items() if which)
        raise Refused(
            "script_columns",
            f"The script has to return exactly rule_id, source_id, source_uid, data_value and txn_date ({told}).",
            missing=missing,
            doubled=doubled,
            extra=extra[:100],
        )
    by_name = dict(zip(lowered, found, strict=True))
    if by_name["txn_date"].type_code not in DATE_LIKE:
        raise Refused(
            "script_columns", "txn_date has to be a date. Cast it, for example txn_date::date.", column="txn_date"
        )
    return tuple(by_name[name].name for name in COLUMNS)
