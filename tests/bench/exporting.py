"""An export of a million bad rows against psql's \\copy of the same rows to a file."""

import threading
from pathlib import Path

from tests.bench import bad_rows, psql
from tests.bench.comparison import Comparison
from tests.bench.figures import Reach, judge
from tests.bench.memory import INTERVAL, shared_memory
from tests.bench.source import MILLION
from tests.bench.web import Client
from tests.faults.installation import Installation, Web

MOST = 30  # MiB
PATH = "/api/bad_detail/export"
_ROWS = (
    "SELECT b.rule_id, r.rule_name, b.source_id, s.source_name, b.source_uid, b.data_value, b.txn_date FROM dq.bad_detail b"
    " LEFT JOIN dq.rule_ref r USING (rule_id) LEFT JOIN dq.source_ref s USING (source_id)"
)


class Export(Comparison):
    """The file as it arrives at a client of gunicorn."""

    query: str
    order = ""
    repeats = 5

    def __init__(self, installation: Installation) -> None:
        super().__init__(installation)
        self.web = Web(installation)
        self.folder = Path(installation.home.folder)

    def measure(self) -> None:
        """As ever, and how much more memory the server took."""
        with self.web:
            Client(self.web).get("/api/bad_detail/?page_size=1")
            before = shared_memory(self.web.pids())
            with Watch(self.web) as watch:
                super().measure()
        more = watch.most - before
        verdict = f"reach +{MOST}: {judge(more, MOST)}" if self.reach else "no reach set"
        print(f"  memory of the server before {before:6.1f} MiB, at most {more:+6.1f} MiB; {verdict}", flush=True)

    def prepare(self) -> None:
        """The rows, and both sides once."""
        bad_rows.fill()
        self.ours()
        self.psql()

    def ours(self) -> None:
        """Download it."""
        Client(self.web).download(f"{PATH}?{self.query}", self.folder / "ours")

    def psql(self) -> float:
        """The same rows into a file."""
        file = self.folder / "theirs"
        took = psql.seconds(f"\\copy ({_ROWS} {self.order}) TO '{file}' WITH (FORMAT csv, HEADER true)")
        assert file.stat().st_size > MILLION
        return took


class Csv(Export):
    """The usual one."""

    name = "export"
    title = "export of 1,000,000 rows as CSV; psql: \\copy to a file"
    query = "format=csv"
    reach = Reach(2.0)


class CsvInOrder(Export):
    """As the pages ask for it."""

    name = "export-in-order"
    title = "the same, ordered by the key; psql: \\copy with ORDER BY"
    query = "format=csv&ordering=rule_id"
    order = "ORDER BY 1, 3, 5"
    reach = Reach(2.0)


class Parquet(Export):
    """For programs."""

    name = "export-parquet"
    title = "the same as Parquet; psql: \\copy to a file, as CSV"
    query = "format=parquet"
    repeats = 3


class Xlsx(Export):
    """For people."""

    name = "export-xlsx"
    title = "the same as a workbook; psql: \\copy to a file, as CSV"
    query = "format=xlsx"
    repeats = 1


class Watch:
    """Looks at the server's memory for as long as the block runs.

    Attributes:
        most: the most that was seen, in MiB.
    """

    def __init__(self, web: Web) -> None:
        self.web, self.most, self.ended = web, 0.0, threading.Event()
        self.thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> "Watch":
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        self.thread.join()

    def _look(self) -> None:
        while not self.ended.wait(INTERVAL):
            self.most = max(self.most, shared_memory(self.web.pids()))
