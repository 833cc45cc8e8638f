"""One line of the table: DQX and psql do the same, one after the other, several times."""

import time
from collections.abc import Callable

from dqx import sql
from tests.bench.figures import Figure, Reach, tell
from tests.faults.installation import Installation


class Comparison:
    """What is compared. Subclasses say what each side does.

    Attributes:
        name: what it is called on the command line.
        title: what is done.
        reach: how many times psql's figures it may be at most; None where it is only told.
        repeats: how often each side does it.
    """

    name: str
    title: str
    reach: Reach | None = None
    repeats = 5

    def __init__(self, installation: Installation) -> None:
        self.installation = installation

    def prepare(self) -> None:
        """Make what both sides need. Not timed."""

    def before(self, nth: int) -> None:
        """Get ready for the nth time, from 0. Not timed."""

    def before_each(self) -> None:
        """Get ready for one side. Not timed."""

    def ours(self) -> None:
        """What DQX does."""
        raise NotImplementedError

    def psql(self) -> float:
        """What psql does; returns the seconds that it tells."""
        raise NotImplementedError

    def measure(self) -> None:
        """Do it and print the figures. Who comes first alternates."""
        print(f"\n{self.name}: {self.title}", flush=True)
        self.prepare()
        ours, psql = [], []
        for nth in range(self.repeats):
            self.before(nth)
            sides = [(self.ours, ours), (self.psql, psql)]
            for work, figures in sides if nth % 2 == 0 else reversed(sides):
                self.before_each()
                figures.append(_figure(work))
        tell(ours, psql, self.reach)


def _figure(work: Callable[[], float | None]) -> Figure:
    wal, start = _wal(), time.perf_counter()
    told = work()
    seconds = time.perf_counter() - start
    return Figure(seconds if told is None else told, _wal() - wal)


def _wal() -> int:
    return int(sql.value("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')"))
