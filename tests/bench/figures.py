"""What was measured, and how it is printed."""

from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

MEGABYTE = 1_000_000


class Figure(NamedTuple):
    """One measurement: how long, and how many bytes of write-ahead log."""

    seconds: float
    wal: int


class Reach(NamedTuple):
    """At most how many times psql's figures; `wal` is None where it isn't asked for."""

    seconds: float
    wal: float | None = None


def tell(ours: Sequence[Figure], psql: Sequence[Figure], reach: Reach | None) -> None:
    """Print both sides and the ratios of their medians."""
    _side("DQX", ours)
    _side("psql", psql)
    _ratio("time", [figure.seconds for figure in ours], [figure.seconds for figure in psql], reach and reach.seconds)
    if reach and reach.wal:
        _ratio("WAL", [figure.wal for figure in ours], [figure.wal for figure in psql], reach.wal)


def judge(measured: float, most: float) -> str:
    """Whether it is within reach."""
    return "reached" if measured <= most else "missed"


def _side(name: str, figures: Sequence[Figure]) -> None:
    times = [figure.seconds for figure in figures]
    wal = median(figure.wal for figure in figures) / MEGABYTE
    print(
        f"  {name:<5} {min(times):8.3f} {median(times):8.3f} {max(times):8.3f} s  (least, median, most of {len(times)})"
        f"  WAL {wal:7.1f} MB"
    )


def _ratio(what: str, ours: Sequence[float], psql: Sequence[float], most: float | None) -> None:
    ratio = median(ours) / median(psql)
    pairs = sorted(a / b for a, b in zip(ours, psql, strict=True))
    verdict = f"reach {most:.2f}: {judge(ratio, most)}" if most else "no reach set"
    print(f"  {what:<5} {ratio:8.3f} x psql; {verdict}  (pair by pair {pairs[0]:.3f} to {pairs[-1]:.3f})", flush=True)
