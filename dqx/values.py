"""Values in PostgreSQL's text form as JSON: numbers stay numbers, nothing loses a digit, and what JSON has no word for is a string."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from dqx.value_statements import value_types

Writer = Callable[[str], str]


class _Type(NamedTuple):
    """A type as the catalog has it.

    Attributes:
        base: oid of the type that a domain is made of.
        element: oid of an array's element, and `delimiter` what stands between two.
    """

    base: int | None = None
    element: int | None = None
    delimiter: str = ","


# --- Simple values ----------------------------------------------------------------------------------------------------

_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")
_TIMESTAMP = re.compile(r"(\d{4,}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)([+-]\d\d(?::\d\d){0,2})?")
_TIME_WITH_ZONE = re.compile(r"(\d\d:\d\d:\d\d(?:\.\d+)?)([+-]\d\d(?::\d\d){0,2})")


def _string(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _number(text: str) -> str:
    """NaN and the infinities are no JSON; a zero that is negative would be read as a whole number."""
    if text == "-0":
        return "-0.0"
    return text if _NUMBER.fullmatch(text) else _string(text)


def _boolean(text: str) -> str:
    """As the type writes it, and as a cast to text does."""
    return {"t": "true", "f": "false", "true": "true", "false": "false"}.get(text) or _string(text)


def _json(text: str) -> str:
    """As it is, so that every digit and every doubled key arrives; as a string if some other server takes for JSON what is none."""
    try:
        json.loads(text, parse_int=str, parse_float=str, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return _string(text)
    return text


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _timestamp(text: str) -> str:
    """ISO 8601; years before Christ and the infinities stay as PostgreSQL writes them."""
    found = _TIMESTAMP.fullmatch(text)
    return _string(f"{found[1]}T{found[2]}{_offset(found[3])}" if found else text)


def _time_with_zone(text: str) -> str:
    found = _TIME_WITH_ZONE.fullmatch(text)
    return _string(f"{found[1]}{_offset(found[2])}" if found else text)


def _offset(text: str | None) -> str:
    """Hours and minutes; PostgreSQL leaves the minutes out where they are none."""
    return "" if text is None else text if ":" in text else f"{text}:00"


# By oid, which PostgreSQL never changes: bool, int8, int2, int4, oid, json, float4, float8, timestamp, timestamptz, timetz, jsonb.
_WRITERS: dict[int, Writer] = {
    16: _boolean,
    **dict.fromkeys((20, 21, 23, 26, 700, 701), _number),
    **dict.fromkeys((114, 3802), _json),
    **dict.fromkeys((1114, 1184), _timestamp),
    1266: _time_with_zone,
}


def writers(oids: Sequence[int], *, ask: Callable[..., list[dict[str, Any]]]) -> list[Writer]:
    """For each type the function that writes a value of it.

    Args:
        oids: the types, as the database calls them that the values come from.
        ask: who executes a statement there.
    """
    types = {
        row["oid"]: _Type(row["base"], row["element"], row["delimiter"] or ",")
        for row in ask(value_types(), {"oids": [*oids]})
    }
    return [_writer(oid, types) for oid in oids]


def _writer(oid: int, types: Mapping[int, _Type]) -> Writer:
    """Of a domain it is that of its base, and of an array it writes each element."""
    kind = types.get(oid, _Type())
    if kind.base is not None:
        return _writer(kind.base, types)
    if kind.element is not None:
        return _array(_writer(kind.element, types), kind.delimiter)
    return _WRITERS.get(oid, _string)


# --- Arrays and rows ----------------------------------------------------------------------------------------------------


def _array(element: Writer, delimiter: str) -> Writer:
    """Arrays in JSON, nested as they are; where their numbering begins is left out."""
    tokens = re.compile(
        rf'[{{}}]|{re.escape(delimiter)}|"((?:[^"\\]|\\.)*)"|((?:[^{{}}"\\{re.escape(delimiter)}]|\\.)+)', re.DOTALL
    )

    def write(text: str) -> str:
        body = text[text.index("{") :] if text.startswith("[") and "={" in text else text
        return "".join(_token(token, element, delimiter) for token in tokens.finditer(body))

    return write


def _token(token: re.Match[str], element: Writer, delimiter: str) -> str:
    quoted, plain = token[1], token[2]
    if quoted is not None:
        return element(re.sub(r"\\(.)", r"\1", quoted, flags=re.DOTALL))
    if plain is not None:
        return "null" if plain == "NULL" else element(re.sub(r"\\(.)", r"\1", plain, flags=re.DOTALL))
    return {"{": "[", "}": "]", delimiter: ","}[token[0]]


_FIELD = re.compile(r'("(?:[^"\\]|""|\\\\)*"|[^,()"\\]*)[,)]')
_ESCAPE = re.compile(rb"\\(.)", re.DOTALL)
_ESCAPED = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}


def fields(line: bytes, n_columns: int) -> list[str | None] | None:
    r"""The values of a line of COPY that is one row written as a text; None for a line that is \N.

    Raises:
        UnicodeDecodeError: the server sent what is not UTF-8.
    """
    if line == rb"\N":
        return None
    row = _ESCAPE.sub(lambda found: _ESCAPED.get(found[1], found[1]), line).decode()
    if not n_columns:
        return []
    return [_field(found[1]) for found in _FIELD.finditer(row, 1)]


def _field(text: str) -> str | None:
    if not text:
        return None
    if text[0] != '"':
        return text
    return text[1:-1].replace('""', '"').replace("\\\\", "\\")


def unique(names: list[str]) -> list[str]:
    """The names of columns, so that each can be a key: of two called id the second becomes id_2, or the next number that is free."""
    taken, found = set(names), []
    for place, name in enumerate(names):
        number, free = 2, name
        if name in names[:place]:
            while (free := f"{name}_{number}") in taken:
                number += 1
        taken.add(free)
        found.append(free)
    return found
