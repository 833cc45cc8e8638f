"""The figures of bad rows for those who watch."""

from collections.abc import Callable, Iterator
from typing import Any

from prometheus_client.core import GaugeMetricFamily, Metric

from badDetail_app import figure_statements as statements

# Each pair of rule and source is a series of its own, which is kept for ever by who watches; so many, and one for all others.
MOST_PAIRS = 500
OTHERS = "(all others together)"  # longer than an id can be


def families(ask: Callable[..., list[dict[str, Any]]]) -> Iterator[Metric]:
    """dqx_bad_rows by rule and source, the 500 worst pairs; the others are one series; and how many pairs there are."""
    found = ask(statements.by_pair(), {"most": MOST_PAIRS})
    words = f"Bad rows that count now, by the {MOST_PAIRS} worst pairs of rule and source."
    rows = GaugeMetricFamily("dqx_bad_rows", words, labels=["rule", "source"])
    for row in found:
        rows.add_metric([row["rule"] or OTHERS, row["source"] or OTHERS], row["n"])
    yield rows
    n_pairs = sum(row["n_pairs"] for row in found)
    yield GaugeMetricFamily("dqx_bad_row_pairs", "Pairs of rule and source that have bad rows.", value=n_pairs)
