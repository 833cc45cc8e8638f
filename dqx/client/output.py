"""What commands print: tables for people, JSON for programs; notes beside them on standard error.

Values are other people's data. What would steer the terminal, break a line or turn text round is shown as an escape.
"""

import json
import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NoReturn

from rich.box import SIMPLE_HEAD
from rich.console import Console, RenderableType
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from dqx.client import fitting
from dqx.client.errors import OUTPUT_CLOSED, Failure

# Where no terminal sets a width nothing is folded, so that each row stays one line for grep and its like.
WIDE = 1_000_000
_STEERS = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def clean(text: object, keep: str = "") -> str:
    """Text that a terminal shows as it is.

    Args:
        keep: control characters that stay, such as the line break of a message.
    """
    return _STEERS.sub(lambda found: found[0] if found[0] in keep else _escaped(found[0]), str(text))


def _escaped(character: str) -> str:
    code = ord(character)
    return _SHORT.get(character) or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")


class _Console(Console):
    def on_broken_pipe(self) -> NoReturn:
        raise closed()


def closed() -> Failure:
    """Whoever read our output has stopped; the rest goes nowhere, without a word."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return Failure("output_closed", "", OUTPUT_CLOSED)


class Output:
    """Standard output and standard error of a command.

    Args:
        as_json: standard output is JSON and nothing else, and failures are JSON too, on standard error.
    """

    def __init__(self, as_json: bool = False) -> None:
        self.as_json = as_json
        self.out, self.err = (_Console(**_look(stream)) for stream in (sys.stdout, sys.stderr))

    def document(self, value: Any) -> None:
        """One JSON document on one line."""
        self.write(json.dumps(value) + "\n")

    def write(self, text: str) -> None:
        """Text as it is."""
        try:
            sys.stdout.write(text)
        except BrokenPipeError:
            raise closed() from None

    def text(self, text: str) -> None:
        """A person's own text: exactly as it is for a program or file, and without what steers for a terminal."""
        self.write(clean(text, "\n\t") if sys.stdout.isatty() else text)

    def note(self, message: str, style: str = "") -> None:
        """A line for people, beside the result."""
        self.err.print(Text(clean(message, "\n"), style=style), soft_wrap=True)

    def failure(self, failure: Failure) -> None:
        """Why the command did not do it."""
        if self.as_json and failure.message:
            sys.stderr.write(json.dumps(failure.as_dict()) + "\n")
        elif failure.message:
            line = Text.assemble(("Error: ", "bold red"), clean(_sentence(failure), "\n"))
            self.err.print(line, soft_wrap=True)
            for hint in _hints(failure):
                self.err.print(Text(clean(hint, "\n\t")), soft_wrap=True)

    def table(self, heads: Sequence[str], rows: Iterable[Sequence[object]], title: str = "") -> None:
        """Rows under heads. Numbers stand to the right; None is shown as NULL, apart from the empty text."""
        rows = [list(row) for row in rows]
        if title:
            self.lines(Text(clean(title)))
        table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, collapse_padding=True)
        shown = [place for place in range(len(heads)) if not self.out.is_terminal or _is_used(rows, place)]
        columns = [[clean(heads[place]), *(_cell(row[place]).plain for row in rows)] for place in shown]
        widths: Sequence[int | None] = fitting.widths(columns, self.out.width) or [None] * len(shown)
        for place, column, width in zip(shown, columns, widths, strict=True):
            numbers = bool(rows) and all(_is_number(row[place]) for row in rows)
            justify: Any = "right" if numbers else "left"
            whole = numbers or fitting.is_whole(column[1:])  # where they do not fit, the others give way
            table.add_column(
                Text(column[0]), justify=justify, overflow="fold", width=width, no_wrap=whole and width is None
            )
        for row in rows:
            table.add_row(*(_cell(row[place]) for place in shown))
        self.lines(table)

    def facts(self, facts: Iterable[tuple[str, object]]) -> None:
        """Names and values, one a line; without those that are None."""
        grid = Table.grid(padding=(0, 2))
        for name, value in facts:
            if value is not None:
                grid.add_row(Text(name, style="dim"), _cell(value))
        self.lines(grid)

    def lines(self, shown: RenderableType) -> None:
        """Something in lines; where they go to a program or a file, without the blanks at their ends."""
        if self.out.is_terminal:
            self.out.print(shown)
            return
        with self.out.capture() as captured:
            self.out.print(shown)
        self.write("".join(f"{line.rstrip()}\n" for line in captured.get().splitlines()))

    @contextmanager
    def progress(self, what: str) -> Iterator[Any]:
        """A line that shows how far something is while the block runs, where there is a terminal; yields what to tell it."""
        if self.as_json or not self.err.is_terminal:
            yield lambda told: None
            return
        columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
        with Progress(*columns, console=self.err, transient=True) as line:
            task = line.add_task(clean(what), total=None)
            yield lambda told: line.update(task, description=clean(f"{what}  {told}"))


def _look(stream: Any) -> dict[str, Any]:
    terminal = stream.isatty()
    return {"file": stream, "markup": False, "emoji": False, "highlight": False, "width": None if terminal else WIDE}


def _is_used(rows: Sequence[Sequence[object]], place: int) -> bool:
    """Whether a column says anything; the width of a terminal is dear."""
    return not rows or any(row[place] != "" for row in rows)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _cell(value: object) -> Text:
    if value is None:
        return Text("NULL", style="dim")
    if isinstance(value, bool | dict | list):
        return Text(clean(json.dumps(value, ensure_ascii=False)))
    return Text(clean(value))


def _hints(failure: Failure) -> Iterator[str]:
    """What a refusal tells besides its sentence."""
    fields = failure.details.get("fields")
    if isinstance(fields, dict) and len(fields) > 1:
        told = (f"{failure.typed(name) or name}: {_said(words)}" for name, words in fields.items())
        yield from (f"  {one}" for one in told if one != _sentence(failure))
    elif isinstance(fields, dict):
        yield from (_place(name, failure.typed(name)) for name in fields if not failure.message.startswith(f"{name}: "))
    for name in ("detail", "hint", "run"):
        if failure.details.get(name):
            yield f"  {name}: {failure.details[name]}"
    lines = failure.details.get("lines") or []
    if len(lines) > 1:
        yield from (f"  line {line['line']}: {line['message']}" for line in lines)
    yield from failure.details.get("shown", ())


def _place(field: str, name: str | None) -> str:
    """Where what is wrong was given."""
    if name is None:
        return f"  field: {field}"
    return f"  {'option' if name.startswith('-') else 'argument'}: {name}"


def _sentence(failure: Failure) -> str:
    """What went wrong; a field that it begins with is called as it was typed."""
    field, colon, words = failure.message.partition(": ")
    name = failure.typed(field) if colon and field in failure.details.get("fields", ()) else None
    return f"{name}: {words}" if name else failure.message


def _said(words: Any) -> str:
    """What is wrong with a field; of a list by its places."""
    inner = words.values() if isinstance(words, dict) else words if isinstance(words, list) else [str(words)]
    return " ".join(word if isinstance(word, str) else _said(word) for word in inner)


def shortened(text: str, most: int = 160) -> str:
    """A sentence of others, cut where it is long; programs get all of it."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def counted(number: int, thing: str) -> str:
    """1 row, 2 rows."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def moment(value: str | None) -> str | None:
    """A time of the API as people here read it."""
    if value is None:
        return None
    try:
        return datetime.fromisoformat(value).astimezone().strftime("%Y-%m-%d %H:%M")
    except (ValueError, OverflowError):
        return value
