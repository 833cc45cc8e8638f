"""The rows of an export as Parquet. Imports pyarrow, an extra (requirements/parquet.txt): loaded only where it is asked for."""

import io
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pyarrow as pa
from pyarrow import compute, csv
from pyarrow.parquet import ParquetWriter

from badDetail_app.export_statements import COLUMNS

# Of CSV at once: some 60,000 rows, which become a row group.
BLOCK = 6 << 20
SCHEMA = pa.schema([(name, pa.date32() if name == "txn_date" else pa.string()) for name in COLUMNS])
_NULL = pa.scalar(None, pa.string())


def write(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The pieces of a Parquet file of CSV without heads, in which NULL is a bare \\N and every text is in quotes.

    A date before the year 1 or after 9999, and an infinite one, becomes NULL: most that read Parquet hold no such dates.
    """
    sink = _Sink()
    with closing(pieces), ParquetWriter(sink, SCHEMA, compression="snappy") as writer:  # type: ignore[type-var]
        for block in _blocks(pieces):
            writer.write_table(_table(block))
            yield sink.taken()
    yield sink.taken()


def _blocks(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The pieces as whole rows. pyarrow's own streaming reads 32 blocks ahead, however slowly the file is taken."""
    rest = bytearray()
    for piece in pieces:
        rest += piece
        if len(rest) >= BLOCK and (end := _end_of_rows(rest)):
            yield bytes(rest[:end])
            del rest[:end]
    if rest:
        yield bytes(rest)


def _end_of_rows(data: bytearray) -> int:
    """Where the last whole row ends: behind a line break that an even number of quotes stands before."""
    end = data.rfind(b"\n") + 1
    odd = data.count(b'"', 0, end) % 2
    while odd:
        before = data.rfind(b"\n", 0, end - 1) + 1
        odd ^= data.count(b'"', before, end) % 2
        end = before
    return end


def _table(block: bytes) -> Any:
    texts = csv.read_csv(
        pa.BufferReader(block),
        read_options=csv.ReadOptions(column_names=COLUMNS, block_size=len(block), use_threads=False),
        parse_options=csv.ParseOptions(newlines_in_values=True),
        convert_options=csv.ConvertOptions(
            column_types=dict.fromkeys(COLUMNS, pa.string()),
            null_values=["\\N"],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )
    days = texts.column("txn_date")
    in_calendar = compute.match_substring_regex(days, r"^\d{4}-\d\d-\d\d$")
    dated = compute.if_else(in_calendar, days, _NULL).cast(pa.date32())
    return pa.table([*texts.columns[:-1], dated], schema=SCHEMA)


class _Sink(io.RawIOBase):
    """Keeps what was written until it is taken."""

    def __init__(self) -> None:
        self.kept = io.BytesIO()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        return self.kept.write(data)

    def taken(self) -> bytes:
        """All that was written since the last time."""
        taken, self.kept = self.kept.getvalue(), io.BytesIO()
        return taken
