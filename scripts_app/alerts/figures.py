"""The figures of alerts for those who watch."""

from collections.abc import Callable, Iterator
from typing import Any

from prometheus_client.core import GaugeMetricFamily, Metric

from scripts_app.alerts import statements
from scripts_app.models import Message, Trouble

Row = dict[str, Any]


def families(ask: Callable[..., list[Row]]) -> Iterator[Metric]:
    """What is wrong by kind, each subject once; and messages by status."""
    yield _counted(
        "dqx_alert_incidents", "What is wrong, by kind.", "kind", Trouble.values, ask(statements.open_kinds())
    )
    told = ask(statements.message_statuses())
    yield _counted("dqx_alert_messages", "Messages that are kept, by status.", "status", Message.Status.values, told)


def _counted(name: str, words: str, label: str, values: list[str], rows: list[Row]) -> Metric:
    family = GaugeMetricFamily(name, words, labels=[label])
    counts = {row[label]: row["n"] for row in rows}
    for value in values:
        family.add_metric([value], counts.get(value, 0))
    return family
