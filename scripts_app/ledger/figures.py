"""The figures of runs for those who watch."""

from collections.abc import Callable, Iterator
from typing import Any

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from scripts_app.ledger import figure_statements as statements
from scripts_app.models import DueTime, Run
from scripts_app.scheduling import lateness

Row = dict[str, Any]
CHANGES = ("new", "changed", "resolved")


def families(ask: Callable[..., list[Row]]) -> Iterator[Metric]:
    """Runs by kind and status, rows populated and published, schedules that are late, and how long the oldest queued run has waited."""
    ended, active = ask(statements.ended_runs()), ask(statements.active_runs())
    yield _runs([*ended, *active])
    yield from _rows(ended)
    waited = max((row["seconds"] for row in active if row["status"] == Run.Status.QUEUED), default=0.0)
    yield from _schedules(ask)
    yield GaugeMetricFamily(
        "dqx_oldest_queued_run_seconds", "How long the oldest queued run has waited; 0 where none does.", value=waited
    )


def _runs(rows: list[Row]) -> Metric:
    family = GaugeMetricFamily("dqx_runs", "Runs of the ledger.", labels=["kind", "status"])
    counts = {(row["kind"], row["status"]): row["n"] for row in rows}
    for kind in Run.Kind.values:
        for status in Run.Status.values:  # those that have none too, so that a first failure is a change from 0
            family.add_metric([kind, status], counts.get((kind, status), 0))
    return family


def _rows(ended: list[Row]) -> Iterator[Metric]:
    good = {row["kind"]: row for row in ended if row["status"] == Run.Status.SUCCEEDED}
    populated = good.get(Run.Kind.POPULATE, {}).get("n_rows", 0)
    yield CounterMetricFamily("dqx_rows_populated", "Rows that populates have staged.", value=populated)
    published = CounterMetricFamily(
        "dqx_rows_published", "Rows that publishes have changed in the table of bad rows.", labels=["change"]
    )
    for change in CHANGES:
        published.add_metric([change], good.get(Run.Kind.PUBLISH, {}).get(f"n_{change}", 0))
    yield published


def _schedules(ask: Callable[..., list[Row]]) -> Iterator[Metric]:
    (found,), late = ask(statements.schedules()), lateness.found(ask=ask)
    words = "Schedules that are switched on."
    yield GaugeMetricFamily("dqx_schedules", words, value=found["n"])
    words = "Schedules that nobody took up in time, or whose run has not begun in time."
    yield GaugeMetricFamily("dqx_schedules_late", words, value=len(late))
    words = "How long ago the first of the late schedules was due; 0 where none is late."
    longest = max((one.seconds for one in late.values()), default=0.0)
    yield GaugeMetricFamily("dqx_schedule_lateness_seconds", words, value=longest)
    family = GaugeMetricFamily(
        "dqx_due_times", "Due times of the last 24 hours by what became of them.", labels=["outcome"]
    )
    counts = {row["outcome"]: row["n"] for row in ask(statements.due_times())}
    for outcome in DueTime.Outcome.values:
        family.add_metric([outcome], counts.get(outcome, 0))
    yield family
