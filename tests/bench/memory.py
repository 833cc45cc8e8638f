"""How much more memory the worker takes while a million rows pass through it."""

import re
import time
from collections.abc import Iterable
from pathlib import Path

from scripts_app import populate
from scripts_app.models import Run
from tests import steps
from tests.bench import source
from tests.bench.figures import judge
from tests.bench.people import actor
from tests.faults.installation import Installation, Worker

MEBIBYTE = 1 << 20
MOST = 40  # MiB
INTERVAL = 0.02  # seconds
_SHARE = re.compile(r"^Pss:\s+(\d+) kB", re.MULTILINE)


def shared_memory(pids: Iterable[int]) -> float:
    """MiB of all these processes; pages that several share count once."""
    shares = (Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii") for pid in pids)
    return sum(int(match[1]) for share in shares if (match := _SHARE.search(share))) * 1024 / MEBIBYTE


class Streaming:
    """A Celery worker as `make run` starts it, all its processes together, before its first run and at its largest."""

    name = "memory"
    title = "memory of a fresh worker while it streams 1,000,000 rows, against before"

    def __init__(self, installation: Installation) -> None:
        self.worker = Worker(installation)

    def measure(self) -> None:
        """Populate in the worker, look at its memory all the while, and print what was seen."""
        print(f"\n{self.name}: {self.title}", flush=True)
        source.make_findings()
        script = steps.new_script(actor(), source.findings_of("MEMORY"), self.name)
        self.worker.start()
        try:
            self._tell(self._memory(), self._most_during(script.pk))
        finally:
            self.worker.stop()

    def _most_during(self, script: int) -> float:
        run = populate.request(script, actor=actor(), trigger=Run.Trigger.CLI)
        most = 0.0
        while run.is_active:
            most = max(most, self._memory())
            time.sleep(INTERVAL)
            run.refresh_from_db()
        assert steps.succeeded(run).n_rows == source.MILLION
        return most

    def _memory(self) -> float:
        return shared_memory(self.worker.pids())

    def _tell(self, before: float, most: float) -> None:
        more = most - before
        print(
            f"  before {before:6.1f} MiB, most {most:6.1f} MiB: {more:+.1f} MiB; reach +{MOST}: {judge(more, MOST)}",
            flush=True,
        )
