"""The rows of an export as a workbook (XLSX), sent while they come. Nothing in it is computed.

xlsxwriter makes every part but the rows, which it would keep in a temporary file until the last one, at ten times the time. They are cells
of the standard's plainest kind (ECMA-376, part 1, 18.3.1.4): texts in line, dates as the number of the day.
"""

import functools
import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from typing import Any

import xlsxwriter

from badDetail_app.export_statements import COLUMNS
from dqx.spreadsheets import FORMULA

WIDTHS = (14, 32, 14, 32, 28, 48, 12)
BLOCK = 1_000  # rows
LEVEL = 4  # of compression
# What a sheet holds: rows with the head among them; and bytes, so that no part needs the large form of ZIP, which Excel does not open.
MOST_ROWS, MOST_BYTES = 1_048_576, 1_900_000_000
LONGEST_TEXT = 32_767  # characters of a cell, as UTF-16 counts them
# Day 1 of the calendar of workbooks; before March 1900 it counts a day that never was.
_DAY_0, _FIRST_DAY = date(1899, 12, 30), date(1900, 3, 1)
_SHEET = "xl/worksheets/sheet{}.xml"
_EMPTY = b"<sheetData/>"
_DIMENSION = re.compile(b"<dimension [^>]*/>")  # it is not known before the last row, and may be left out
_PLAIN, _GUARDED, _DAY = "0", "1", "2"
# What XML can't hold as it is. Other control characters, and what looks like their escape, are escaped as ST_Xstring has it (22.9.2.19).
_SPECIAL = re.compile(r"[&<>\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
# A superset of it, of what a cell has to guard or keep, and of COPY's escapes, in a line of cells.
_NOT_PLAIN = re.compile(r"_x|[&<>\\\x00-\x08\x0b-\x1f\x80-\U0010ffff]|(?:^|\t)[=+\-@ ]| (?:\t|$)")
# How COPY writes a text that would not fit into a line.
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def write(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The pieces of a workbook of the rows that COPY sends in its text form; as many sheets as they need."""
    sink = Sink()
    with closing(pieces), zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as archive:  # type: ignore[type-var]
        lines, n_sheets, more = _lines(pieces), 0, True
        while more:
            n_sheets += 1
            head, tail = _frame(min(n_sheets, 2))
            with archive.open(_SHEET.format(n_sheets), "w") as sheet:
                sheet.write(head)
                rows = _Rows(lines)
                for block in rows:
                    sheet.write(block)
                    if sink.size:
                        yield sink.taken()
                sheet.write(tail)
            more = rows.more
        _write_rest(archive, n_sheets)
    yield sink.taken()


def _lines(pieces: Iterator[bytes]) -> Iterator[str]:
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n")
        for line in whole:
            yield line.decode()


class _Rows:
    """The rows of one sheet, in blocks.

    Attributes:
        more: whether the sheet was full before the lines were at their end.
    """

    def __init__(self, lines: Iterator[str]) -> None:
        self.lines, self.more = lines, True

    def __iter__(self) -> Iterator[bytes]:
        number, n_bytes = 1, 0
        while number < MOST_ROWS and n_bytes < MOST_BYTES:
            last = min(number + BLOCK, MOST_ROWS)
            rows = [_row(at, line) for at, line in zip(range(number + 1, last + 1), self.lines, strict=False)]
            number += len(rows)
            block = "".join(rows).encode()
            n_bytes += len(block)
            yield block
            if number < last:
                self.more = False
                return


def _row(number: int, line: str) -> str:
    if _is_plain(line):
        rule, rule_name, source, source_name, uid, value, day = line.split("\t")
        if (known := _day(day)) is not None:
            return (
                f'<row r="{number}"><c r="A{number}" t="inlineStr"><is><t>{rule}</t></is></c>'
                f'<c r="B{number}" t="inlineStr"><is><t>{rule_name}</t></is></c>'
                f'<c r="C{number}" t="inlineStr"><is><t>{source}</t></is></c>'
                f'<c r="D{number}" t="inlineStr"><is><t>{source_name}</t></is></c>'
                f'<c r="E{number}" t="inlineStr"><is><t>{uid}</t></is></c>'
                f'<c r="F{number}" t="inlineStr"><is><t>{value}</t></is></c>'
                f'<c r="G{number}" s="{_DAY}"><v>{known}</v></c></row>'
            )
    cells = (_cell(letter, number, text) for letter, text in zip("ABCDEFG", line.split("\t"), strict=True))
    return f'<row r="{number}">{"".join(cells)}</row>'


def _is_plain(line: str) -> bool:
    """Whether a line is of the usual kind, which is written as it is, at a third of the time: nothing to escape, guard or leave out."""
    return len(line) < LONGEST_TEXT // 2 and not _NOT_PLAIN.search(line)


def _cell(letter: str, number: int, text: str) -> str:
    if text == "\\N":
        return ""
    if letter == "G" and (day := _day(text)) is not None:
        return f'<c r="G{number}" s="{_DAY}"><v>{day}</v></c>'
    if "\\" in text:
        text = _ESCAPE.sub(lambda found: _ESCAPED.get(found[1], found[1]), text)
    if len(text) > LONGEST_TEXT // 2:
        text = _cut(text)
    style = _GUARDED if text.startswith(FORMULA) else _PLAIN
    keep = ' xml:space="preserve"' if text != text.strip() else ""
    return f'<c r="{letter}{number}" s="{style}" t="inlineStr"><is><t{keep}>{_SPECIAL.sub(_as_xml, text)}</t></is></c>'


@functools.lru_cache(maxsize=5_000)
def _day(text: str) -> int | None:
    """The number of a day in the calendar of workbooks; None for a date that it lacks, which is told as text."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return (day - _DAY_0).days if day >= _FIRST_DAY else None


def _cut(text: str) -> str:
    """As much as a cell holds; a database that is older than DQX may have longer values."""
    units = text.encode("utf-16-le")
    if len(units) <= LONGEST_TEXT * 2:
        return text
    return units[: LONGEST_TEXT * 2 - 2].decode("utf-16-le", "ignore") + "…"


def _as_xml(found: "re.Match[str]") -> str:
    character = found[0]
    return _ENTITIES.get(character) or f"_x{ord(character):04X}_"


@functools.cache
def _frame(number: int) -> tuple[bytes, bytes]:
    """What stands before and after the rows of the first sheet or of another one, the head among what stands before."""
    sheet = _skeleton(number).read(_SHEET.format(number))
    before, after = _DIMENSION.sub(b"", sheet).split(_EMPTY)
    head = "".join(_cell(letter, 1, name) for letter, name in zip("ABCDEFG", COLUMNS, strict=True))
    return before + f'<sheetData><row r="1">{head}</row>'.encode(), b"</sheetData>" + after


def _write_rest(archive: zipfile.ZipFile, n_sheets: int) -> None:
    skeleton = _skeleton(n_sheets)
    for name in skeleton.namelist():
        if not name.startswith("xl/worksheets/sheet"):
            archive.writestr(name, skeleton.read(name))


def _skeleton(n_sheets: int) -> zipfile.ZipFile:
    """An empty workbook of so many sheets."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        # The styles, by their number: 0 is the plain one. An apostrophe before the text, as a person would type it, keeps a
        # spreadsheet from computing the text of a cell that is edited later.
        styles = [book.add_format({"quote_prefix": True}), book.add_format({"num_format": "yyyy-mm-dd"})]
        for _ in range(n_sheets):
            sheet = book.add_worksheet()
            sheet.freeze_panes(1, 0)
            for column, width in enumerate(WIDTHS):
                sheet.set_column(column, column, width)
        assert [style._get_xf_index() for style in styles] == [int(_GUARDED), int(_DAY)]  # noqa: S101
    return zipfile.ZipFile(file)


class Sink(io.RawIOBase):
    """Keeps what is written until it is taken. It can't be searched, so a ZIP is written to it as to a line."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[bytes] = []
        self.size = 0

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, data: Any) -> int:
        """Keep it."""
        self.parts.append(bytes(data))
        self.size += len(data)
        return len(data)

    def taken(self) -> bytes:
        """All that was written since the last time."""
        taken = b"".join(self.parts)
        self.parts, self.size = [], 0
        return taken
