"""Changing rows of the tables of schema dq. PostgreSQL reads the values; what it refuses is told by the column's name."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import DataError, IntegrityError, InternalError, ProgrammingError, transaction
from psycopg2 import errorcodes

from dqx import sql
from dqx.audit import log
from dqx.errors import Conflict, DQXError, Invalid, NotFound
from dqx.tables import policy, statements
from dqx.tables.browsing import Table, limited, table_for, written
from dqx.users.permissions import Actor, require

JSON_TYPES = ("json", "jsonb")
ARRAY = "A"  # pg_type.typcategory
REFUSED = (DataError, IntegrityError, InternalError, ProgrammingError)


def add(name: str, *, actor: Actor, data: Mapping[str, Any]) -> str:
    """A new row; what is not given gets the column's default.

    Returns:
        the row as JSON text.

    Raises:
        NotSignedIn, NotAllowed, NotFound.
        Invalid: a column is unknown, missing or written by the server, or a value does not fit it; the column is named.
        Conflict: another row has the key, or the table changes only through operations of its own.
    """
    table = _writable(name, actor, "tables.add_row")
    given = _given(table, data)
    with limited():
        row = _change(table, given, statements.insert(name, [*given], table.names), {})
        [text] = written(table, [row])
        _record(actor, "tables.add_row", table, row, None, text)
    return text


def change(name: str, record_id: str, *, actor: Actor, id_column: str = "", data: Mapping[str, Any]) -> str:
    """Change what is given of the row whose unique column `id_column` (by default the primary key) is `record_id`.

    Returns:
        the row as JSON text.

    Raises:
        As `add`.
    """
    table = _writable(name, actor, "tables.change_row")
    key, given = _key(table, id_column), _given(table, data)
    if not given:
        raise Invalid("data_empty", "There is nothing to change. Give at least one column.", field="data")
    with limited():
        [before] = written(table, [_find(table, key, record_id)])
        row = _change(table, given, statements.update(name, key, [*given], table.names), {"key": record_id})
        [after] = written(table, [row])
        _record(actor, "tables.change_row", table, row, before, after)
    return after


def delete(name: str, record_id: str, *, actor: Actor, id_column: str = "") -> None:
    """Delete the row whose unique column `id_column` (by default the primary key) is `record_id`.

    Raises:
        As `add`; Conflict also where other rows need it.
    """
    table = _writable(name, actor, "tables.delete_row")
    key = _key(table, id_column)
    with limited():
        row = _find(table, key, record_id)
        [before] = written(table, [row])
        try:
            sql.execute(statements.delete(name, key), {"key": record_id})
        except IntegrityError as exc:
            raise _conflict(exc) from exc
        _record(actor, "tables.delete_row", table, row, before, None)


def _writable(name: str, actor: Actor, action: str) -> Table:
    require(actor, action)
    table = table_for(actor, name)
    if name in policy.KEPT:
        code, message = policy.KEPT[name]
        raise Conflict(code, message, table=name)
    return table


def row_key(table: Table) -> str:
    """The column by which a page names rows: the primary key, or else one that is unique and never NULL; empty where there is none."""
    needed = [column["column_name"] for column in table.columns if not column["is_nullable"]]
    return next((name for name in _unique(table) if name in needed), "")


def _unique(table: Table) -> list[str]:
    """The columns that are unique by themselves, the primary key first."""
    unique = [row["name"] for row in sql.rows(statements.unique_columns(), {"table": table.name})]
    return [name for name in unique if name in table.names]


def _key(table: Table, id_column: str) -> str:
    usable = _unique(table)
    if id_column:
        table.column(id_column, "id_column")
    wanted = id_column or next((name for name in usable if table.key == [name]), "")
    if wanted not in usable:
        which = f"Take one of these: {', '.join(usable)}." if usable else "The table has none."
        what = (
            f"Column '{id_column}' is not unique by itself" if id_column else "No column is the primary key by itself"
        )
        raise Invalid("id_column_not_unique", f"{what}; a row is named by one that is. {which}", field="id_column")
    return wanted


def _given(table: Table, data: Mapping[str, Any]) -> dict[str, Any]:
    """The values as PostgreSQL reads them, by column."""
    given = {}
    for name, value in data.items():
        column = table.column(name, f"data.{name}")
        if column["is_generated"]:
            raise Invalid(
                "column_generated", f"Column '{name}' is written by the server.", field=f"data.{name}", column=name
            )
        given[name] = _as_text(column, value)
    return given


def _as_text(column: Mapping[str, Any], value: Any) -> str | None:
    if value is None:
        return None
    if column["data_type"] in JSON_TYPES:
        text = json.dumps(value, ensure_ascii=False, default=_exact)
    elif isinstance(value, list) and column["category"] == ARRAY:
        text = _array(value)
    elif isinstance(value, (list, dict)):
        raise _misfit(column, "a list or an object does not fit it")
    else:
        text = _plain(value)
    if "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise _misfit(column, "it holds a NUL or half of a character")
    return text


def _exact(number: Decimal) -> float | int:
    """Python's JSON knows no decimals; jsonb keeps what a float can say."""
    return int(number) if number == number.to_integral_value() else float(number)


def _plain(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _array(items: list[Any]) -> str:
    return "{" + ",".join(_item(item) for item in items) + "}"


def _item(item: Any) -> str:
    if item is None:
        return "NULL"
    if isinstance(item, list):
        return _array(item)
    text = json.dumps(item, ensure_ascii=False, default=_exact) if isinstance(item, dict) else _plain(item)
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _find(table: Table, key: str, record_id: str) -> dict[str, Any]:
    try:
        with transaction.atomic():
            found = (
                []
                if "\x00" in record_id
                else sql.rows(statements.find(table.name, key, table.names), {"key": record_id})
            )
    except DataError:  # no value of the column's type reads like this
        found = []
    if not found:
        raise NotFound("row_not_found", f"Table '{table.name}' has no row whose {key} is '{record_id}'.")
    return found[0]


def _change(table: Table, given: Mapping[str, Any], statement: Any, more: dict[str, Any]) -> dict[str, Any]:
    bound = {f"v{at}": value for at, value in enumerate(given.values())}
    try:
        with transaction.atomic():
            return sql.row(statement, {**bound, **more})
    except REFUSED as exc:
        raise _refusal(table, given, exc) from exc


def _refusal(table: Table, given: Mapping[str, Any], exc: Exception) -> DQXError:
    cause: Any = exc.__cause__
    code, diagnosis = cause.pgcode, cause.diag
    if code in (errorcodes.UNIQUE_VIOLATION, errorcodes.FOREIGN_KEY_VIOLATION, errorcodes.EXCLUSION_VIOLATION):
        return _conflict(exc)
    if code == errorcodes.NOT_NULL_VIOLATION:
        name = diagnosis.column_name
        return Invalid("column_missing", f"Column '{name}' needs a value.", field=f"data.{name}", column=name)
    if code == errorcodes.CHECK_VIOLATION:
        return Invalid(
            "check_failed", f"The row breaks the rule '{diagnosis.constraint_name}' of the table.", field="data"
        )
    for name, value in given.items():
        column = table.column(name, "data")
        reason = _why_not(column, value)
        if reason:
            return _misfit(column, reason)
    return Invalid("row_refused", f"PostgreSQL refuses the row: {diagnosis.message_primary}.", field="data")


def _why_not(column: Mapping[str, Any], value: str | None) -> str:
    """What is wrong with a value for a column; empty where nothing is."""
    if value is None:
        return ""
    try:
        with transaction.atomic():
            fits = sql.value(statements.fits(column["full_type"], column["max_length"]), {"value": value})
    except (DataError, IntegrityError) as exc:
        return str(getattr(exc.__cause__, "diag").message_primary)  # noqa: B009 - psycopg2's, unknown to the type checker
    return "" if fits else f"it is longer than {column['max_length']} characters"


def _misfit(column: Mapping[str, Any], reason: str) -> Invalid:
    name = column["column_name"]
    return Invalid(
        "value_misfit",
        f"The value does not fit column '{name}' of type {column['full_type']}: {reason}.",
        field=f"data.{name}",
        column=name,
    )


def _conflict(exc: Exception) -> Conflict:
    diagnosis = exc.__cause__.diag  # type: ignore[union-attr]
    codes = {errorcodes.UNIQUE_VIOLATION: "row_taken", errorcodes.FOREIGN_KEY_VIOLATION: "row_tied"}
    code = codes.get(exc.__cause__.pgcode, "row_conflict")  # type: ignore[union-attr]
    said = (diagnosis.message_detail or diagnosis.message_primary or "").rstrip(".")
    return Conflict(code, f"{said}.", constraint=diagnosis.constraint_name)


def _record(
    actor: Actor, action: str, table: Table, row: Mapping[str, Any], before: str | None, after: str | None
) -> None:
    key = json.dumps([row[name] for name in table.key], ensure_ascii=False) if len(table.key) > 1 else None
    only = row[table.key[0]] if len(table.key) == 1 else ""
    read = [None if text is None else json.loads(text) for text in (before, after)]
    log.record(actor=actor, action=action, thing=f"dq.{table.name}", key=key or only, before=read[0], after=read[1])
