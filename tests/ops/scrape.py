"""Reads /metrics as Prometheus does."""

import urllib.request
from typing import Any

from prometheus_client.parser import text_string_to_metric_families


class Scraped:
    """Figures by name and labels."""

    def __init__(self, text: str) -> None:
        self.samples = [
            (sample.name, sample.labels, sample.value)
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        ]

    def __call__(self, name: str, **labels: str) -> float:
        """The sum of the figures of this name that have these labels."""
        return sum(value for found, has, value in self.samples if found == name and labels.items() <= has.items())

    def has(self, name: str) -> bool:
        """Whether there is a figure of this name."""
        return any(found == name for found, _, _ in self.samples)


def scrape(http: Any) -> Scraped:
    """What a server on this machine tells."""
    with urllib.request.urlopen(f"{http.address}/metrics", timeout=30) as answer:
        return Scraped(answer.read().decode())
