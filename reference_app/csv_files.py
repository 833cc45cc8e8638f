"""Rules and sources as CSV: what an export writes and an import reads."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from dqx.errors import Invalid
from dqx.spreadsheets import guarded, unguarded
from reference_app.models import Rule, Source

Kind = type[Rule] | type[Source]
SEPARATORS = ",;\t"
MOST_WRONG = 100


class Line(NamedTuple):
    """A line of a file: the number that an editor shows where it begins, and its values by column."""

    number: int
    values: dict[str, str]


class _Wrong(Exception):
    """What is wrong with a line, and with which of its columns."""

    def __init__(self, message: str, column: str = "") -> None:
        super().__init__(message)
        self.column = column


def columns_of(kind: Kind) -> list[str]:
    """The names of the columns: id, name, description."""
    return [field.name for field in kind._meta.local_fields]


# --- Writing --------------------------------------------------------------------------------------------------------------------


def written(kind: Kind, references: Iterable[Any]) -> Iterator[bytes]:
    """The pieces of a file with a head; what a spreadsheet would take for a formula gets an apostrophe in front."""
    columns = columns_of(kind)
    yield _row(columns)
    for reference in references:
        yield _row([guarded(getattr(reference, column)) for column in columns])


def _row(cells: list[str]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow(cells)
    return buffer.getvalue().encode()


# --- Reading --------------------------------------------------------------------------------------------------------------------


def read(kind: Kind, text: str) -> list[Line]:
    """The lines of a file. Its first one names the columns, in any order; `id` and `name` will do; the description may lack.

    Commas, semicolons or tabs stand between cells, as the head has them. Empty lines count for nothing.

    Raises:
        Invalid: something is wrong; `lines` has [{line, column, message}], the first hundred, and `n_wrong` how many there are.
    """
    rows = _rows(text.removeprefix("\ufeff"))
    number, head = next(rows, (1, []))
    try:
        columns = _columns(kind, head)
    except _Wrong as exc:
        raise refusal([(number, exc)]) from exc
    seen: dict[str, int] = {}
    found, wrong = [], []
    for number, cells in rows:
        try:
            line = Line(number, _values(kind, columns, cells))
            _check_first(seen, line, line.values[columns_of(kind)[0]])
        except _Wrong as exc:
            wrong.append((number, exc))
        else:
            found.append(line)
    if wrong:
        raise refusal(wrong)
    return found


def _rows(text: str) -> Iterator[tuple[int, Any]]:
    """Each row that is not empty, with the number of the line where it begins; a _Wrong in its stead where the file can't be read on."""
    head = text.lstrip("\r\n").partition("\n")[0]
    separator = max(SEPARATORS, key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    before = 0
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as exc:
            yield before + 1, _Wrong(f"The line can't be read: {exc}.")
            return
        if any(cells):
            yield before + 1, cells
        before = reader.line_num


def _columns(kind: Kind, head: Any) -> list[str]:
    if isinstance(head, _Wrong):
        raise head
    known = columns_of(kind)
    others = {"id": known[0], "name": known[1]}
    named = [others.get(cell.strip().lower(), cell.strip().lower()) for cell in head]
    for name, cell in zip(named, head, strict=True):
        if name not in known or named.count(name) > 1:
            what = "comes twice" if name in known else "is unknown"
            raise _Wrong(f"The column '{cell}' {what}. The first line names the columns: {', '.join(known)}.")
    for name in known[:2]:
        if name not in named:
            raise _Wrong(f"The column {name} lacks. The first line names the columns: {', '.join(known)}.")
    return named


def _values(kind: Kind, columns: list[str], cells: Any) -> dict[str, str]:
    if isinstance(cells, _Wrong):
        raise cells
    if len(cells) != len(columns):
        raise _Wrong(f"It has {len(cells)} cells; the first line names {len(columns)} columns.")
    values = {name: unguarded(cell) for name, cell in zip(columns, cells, strict=True)}
    for name in columns_of(kind)[:2]:
        longest = kind._meta.get_field(name).max_length or 0  # type: ignore[union-attr]
        if not values[name].strip():
            raise _Wrong(f"The {name} is empty.", name)
        if len(values[name]) > longest:
            raise _Wrong(f"The {name} has {len(values[name])} characters; at most {longest} fit.", name)
    return values


def _check_first(seen: dict[str, int], line: Line, pk: str) -> None:
    first = seen.setdefault(pk, line.number)
    if first != line.number:
        raise _Wrong(f"The id '{pk}' stands in line {first} already.")


def refusal(wrong: list[tuple[int, Any]]) -> Invalid:
    """What is wrong with the lines of a file: each number with the reason."""
    lines = [{"line": number, "column": exc.column, "message": str(exc)} for number, exc in wrong[:MOST_WRONG]]
    number, first = wrong[0]
    many = (
        f"{len(wrong):,} lines are wrong; the first is line {number}" if len(wrong) > 1 else f"Line {number} is wrong"
    )
    return Invalid("import_refused", f"{many}: {first} Nothing was imported.", lines=lines, n_wrong=len(wrong))
