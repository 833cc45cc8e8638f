"""Requests of eight clients at once against gunicorn; beside it the same statements by eight connections of psycopg2."""

import threading
import time
from collections.abc import Callable, Sequence
from statistics import quantiles

import psycopg2
from django.db import connection
from django.test import Client as InProcess
from django.test.utils import CaptureQueriesContext

from scripts_app.models import Run, Script
from tests import steps
from tests.bench import bad_rows
from tests.bench.people import actor
from tests.bench.web import Client
from tests.faults.installation import Installation, Web

CLIENTS, SECONDS, WARM = 8, 8.0, 1.0
SCRIPTS, RUNS = 100, 5
FEW = 1


class Requests:
    """One address.

    Attributes:
        paths: what the clients ask for in turn.
    """

    name: str
    title: str
    paths: Sequence[str]

    def __init__(self, installation: Installation) -> None:
        self.web = Web(installation)

    def measure(self) -> None:
        """Count the statements with few rows and with many, then let both sides work for some seconds each."""
        print(f"\n{self.name}: {self.title}", flush=True)
        few = fill(FEW)
        before = [len(self._statements(path.format(script=few))) for path in self.paths]
        script = fill(SCRIPTS)
        sent = [self._statements(path.format(script=script)) for path in self.paths]
        with self.web:
            paths = [path.format(script=script) for path in self.paths]
            ours = at_once(lambda: _asks(Client(self.web), paths))
        theirs = at_once(lambda: _sends(sent))
        tell("DQX", ours)
        tell("psycopg2", theirs)
        _, ours_p95, ours_rate = ours
        _, p95, rate = theirs
        print(
            f"  95th percentile {ours_p95 / p95:.2f} x, requests a second {ours_rate / rate:.2f} x the same statements alone"
        )
        print(f"  statements a request: {before} with few rows, {[len(each) for each in sent]} with many", flush=True)

    def _statements(self, path: str) -> list[str]:
        """What a request sends, who asks included."""
        headers = Client(self.web).headers
        with CaptureQueriesContext(connection) as captured:
            answer = InProcess().get(path, headers={**headers, "Host": "127.0.0.1"})
        assert answer.status_code == 200, answer.content
        return [query["sql"] for query in captured]


def fill(scripts: int) -> int:
    """No bad row, or a million, and so many scripts with some runs each, and nothing else; the id of the newest script."""
    steps.clear_unmanaged_tables()
    Script.objects.update(staged_run=None)
    Run.objects.all().delete()
    Script.objects.all().delete()
    if scripts > FEW:
        bad_rows.fill()
    for number in range(scripts):
        script = steps.new_script(actor(), name=f"requests {scripts} {number}")
        fields = {
            "script": script,
            "script_name": script.name,
            "content": script.content,
            "content_hash": script.content_hash,
        }
        Run.objects.bulk_create(
            Run(kind="populate", status="succeeded", trigger="cli", actor=actor(), **fields) for _ in range(RUNS)
        )
    return int(script.pk)


def at_once(worker: Callable[[], Callable[[int], None]]) -> tuple[int, float, float]:
    """Eight at work for some seconds; how many requests were answered, the 95th percentile in seconds, and requests a second."""
    took: list[float] = []
    begin = threading.Barrier(CLIENTS)

    def work() -> None:
        ask = worker()
        begin.wait()
        start, nth = time.perf_counter(), 0
        while (now := time.perf_counter()) < start + WARM + SECONDS:
            ask(nth)
            nth += 1
            if now > start + WARM:
                took.append(time.perf_counter() - now)

    threads = [threading.Thread(target=work) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(took), quantiles(took, n=20)[-1], len(took) / SECONDS


def _asks(client: Client, paths: Sequence[str]) -> Callable[[int], None]:
    def ask(nth: int) -> None:
        client.raw(paths[nth % len(paths)])

    return ask


def _sends(sent: Sequence[Sequence[str]]) -> Callable[[int], None]:
    line = psycopg2.connect(**connection.get_connection_params())
    line.autocommit = True

    def send(nth: int) -> None:
        with line.cursor() as cursor:
            for statement in sent[nth % len(sent)]:
                cursor.execute(statement)
                if cursor.description:
                    cursor.fetchall()

    return send


def tell(side: str, figures: tuple[int, float, float]) -> None:
    """One side."""
    number, p95, rate = figures
    print(
        f"  {side:<9} 95th percentile {p95 * 1000:8.1f} ms  {rate:8.1f} requests a second  ({number} requests)",
        flush=True,
    )


class Scripts(Requests):
    """The list."""

    name = "requests-list"
    title = f"list of {SCRIPTS} scripts, {CLIENTS} clients"
    paths = ("/api/sql_scripts/",)


class OneScript(Requests):
    """The detail."""

    name = "requests-detail"
    title = f"one of {SCRIPTS} scripts, {CLIENTS} clients"
    paths = ("/api/sql_scripts/{script}/",)


class BadRows(Requests):
    """A page."""

    name = "requests-bad-rows"
    title = f"pages of 100 of 1,000,000 bad rows, filtered and not, {CLIENTS} clients"
    paths = (
        "/api/bad_detail/?page_size=100",
        "/api/bad_detail/?page_size=100&rule_id=RULE_07",
        "/api/bad_detail/?page_size=100&rule_id=RULE_07&source_id=SOURCE_3&date_from=2024-03-01",
    )


class Charts(Requests):
    """What the page of charts asks for."""

    name = "requests-charts"
    title = f"charts of 1,000,000 bad rows by date, rule and source, and the summary, {CLIENTS} clients"
    paths = ("/api/stats/by_date", "/api/stats/by_rule", "/api/stats/by_source", "/api/stats/summary")
