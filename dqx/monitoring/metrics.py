"""The figures of /metrics, in the format of Prometheus.

Requests are counted by the processes of the web. Where gunicorn starts several, each keeps its counts in a file of its own in the folder
PROMETHEUS_MULTIPROC_DIR (dqx.serving sets it), and whichever is asked adds them all up. All else is read when somebody asks.
"""

from collections.abc import Callable, Iterable
from concurrent.futures import Future

import psycopg2
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from prometheus_client.values import MutexValue, ValueClass

from dqx.errors import Unavailable
from dqx.monitoring import broker, database, workers
from dqx.monitoring.database import Ask
from dqx.monitoring.single import Single

# What an app can tell, from its tables.
Source = Callable[[Ask], Iterable[Metric]]
STATEMENT_SECONDS = 2.0
SECONDS = 5.0
BROKER_SECONDS = 2.0
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
LABELS = ("method", "view", "status")
BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)

_web = CollectorRegistry()
_requests = Counter("dqx_requests", "Requests answered.", LABELS, registry=_web)
_seconds = Histogram("dqx_request_seconds", "Seconds until an answer began.", LABELS, registry=_web, buckets=BUCKETS)


def count_request(method: str | None, view: str, status: int, seconds: float) -> None:
    """Count a request that was answered.

    Args:
        view: the name of what answered; one of a few, never a part of the address.
    """
    labels = (known(method), view, str(status))
    _requests.labels(*labels).inc()
    _seconds.labels(*labels).observe(seconds)


def known(method: str | None) -> str:
    """The method, or "other": a client may write anything there."""
    return method if method in METHODS else "other"


class _Given(Collector):
    """Figures that are there already."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self.families = list(families)

    def collect(self) -> Iterable[Metric]:
        """As they are."""
        return self.families


class Figures:
    """What the apps tell of their tables, asked once at a time: a database that hangs does not hold up those who ask."""

    def __init__(self, *sources: Source) -> None:
        self._sources = (workers.families, *sources)
        self._question = Single(self._ask)

    def text(self) -> bytes:
        """All figures. What does not answer is left out, and told by dqx_database_up or dqx_broker_up."""
        queues = broker.waiting.ask()  # at the same time as the database
        registry = CollectorRegistry()
        if ValueClass is MutexValue:
            registry.register(_Given(_web.collect()))
        else:
            MultiProcessCollector(registry)
        registry.register(_Given([*self._from_database(), *_from_broker(queues)]))
        return generate_latest(registry)

    def _from_database(self) -> list[Metric]:
        try:
            return self._question.ask().result(SECONDS)
        except TimeoutError:
            return [_up("database", False)]

    def _ask(self) -> list[Metric]:
        found: list[Metric] = []
        try:
            with database.reader(STATEMENT_SECONDS) as reader:
                for source in self._sources:
                    found += source(reader.rows)
        except (Unavailable, psycopg2.Error):
            return [*found, _up("database", False)]
        return [*found, _up("database", True)]


def _from_broker(answer: "Future[dict[str, int]]") -> list[Metric]:
    try:
        found = answer.result(BROKER_SECONDS)
    except (Unavailable, TimeoutError):
        return [_up("broker", False)]
    depth = GaugeMetricFamily("dqx_queue_depth", "Messages that wait for a worker of the queue.", labels=["queue"])
    for queue, n in found.items():
        depth.add_metric([queue], n)
    return [depth, _up("broker", True)]


def _up(part: str, answers: bool) -> Metric:
    return gauge(f"dqx_{part}_up", f"Whether the {part} answered, and in time.", int(answers))


def gauge(name: str, words: str, value: float) -> Metric:
    """A figure without labels that goes up and down."""
    return GaugeMetricFamily(name, words, value=value)
