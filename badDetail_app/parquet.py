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
        for batch in _batches(pieces):
            writer.write_batch(batch)
            yield sink.taken()
    yield sink.taken()


def _batches(pieces: Iterator[bytes]) -> Iterator[Any]:
    source = io.BufferedReader(_File(pieces), BLOCK)
    if not source.peek(1):
        return  # which is an error to pyarrow
    texts = csv.open_csv(
        source,
        read_options=csv.ReadOptions(column_names=COLUMNS, block_size=BLOCK, use_threads=False),
        parse_options=csv.ParseOptions(newlines_in_values=True),
        convert_options=csv.ConvertOptions(
            column_types=dict.fromkeys(COLUMNS, pa.string()),
            null_values=["\\N"],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )
    for batch in texts:
        days = batch.column("txn_date")
        in_calendar = compute.match_substring_regex(days, r"^\d{4}-\d\d-\d\d$")
        dated = compute.if_else(in_calendar, days, _NULL).cast(pa.date32())
        yield pa.record_batch([*batch.columns[:-1], dated], schema=SCHEMA)


class _File(io.RawIOBase):
    """Pieces as a file to read."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self.pieces, self.rest = pieces, memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self.rest:
            piece = next(self.pieces, None)
            if piece is None:
                return 0
            self.rest = memoryview(piece)
        size = min(len(buffer), len(self.rest))
        buffer[:size], self.rest = self.rest[:size], self.rest[size:]
        return size


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
