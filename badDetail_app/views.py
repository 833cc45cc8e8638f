"""Pages of the bad rows; what they show comes from the API."""

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from badDetail_app import reports
from badDetail_app.activity import LAST_DAYS
from dqx.users.permissions import require

FORMATS = (("csv", "CSV"), ("xlsx", "Excel (XLSX)"), ("parquet", "Parquet"))
PAGE_SIZES = (50, 100, 250, 1000)
UNITS = (("", "Automatic"), ("day", "Days"), ("week", "Weeks"), ("month", "Months"), ("year", "Years"))
WORST = [(str(most), f"Worst {most}") for most in (10, 20, 50, 100)]


@login_required
def bad_detail(request: HttpRequest) -> HttpResponse:
    """The grid of bad rows, with the life of each."""
    require(request.user, reports.VIEW)
    return render(request, "bad_detail.html", {"formats": FORMATS, "sizes": PAGE_SIZES})


@login_required
def visualization(request: HttpRequest) -> HttpResponse:
    """The bad rows in charts."""
    require(request.user, reports.VIEW)
    charts = {
        "by_date": _chart("by-date", "Bad rows by date", "unit", "A point for each", "", UNITS),
        "by_rule": _chart("by-rule", "Bad rows by rule", "top_rules", "How many rules", "10", WORST),
        "by_source": _chart("by-source", "Bad rows by source", "top_sources", "How many sources", "10", WORST),
        "activity": _chart("activity", "Opened and resolved by publishes", "days", "How many days", "30", LAST_DAYS),
    }
    return render(request, "visualization.html", charts)


def _chart(
    id: str, title: str, name: str, label: str, usual: str, options: Sequence[tuple[str, str]]
) -> dict[str, Any]:
    """What templates/partials/chart.html needs: `usual` is the option where the address says nothing."""
    return {"id": id, "title": title, "setting": {"name": name, "label": label, "usual": usual, "options": options}}
