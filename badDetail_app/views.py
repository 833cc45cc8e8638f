"""Pages of the bad rows; what they show comes from the API."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from badDetail_app import reports
from dqx.users.permissions import require

FORMATS = (("csv", "CSV"), ("xlsx", "Excel (XLSX)"), ("parquet", "Parquet"))
PAGE_SIZES = (50, 100, 250, 1000)


@login_required
def bad_detail(request: HttpRequest) -> HttpResponse:
    """The grid of bad rows, with the life of each."""
    require(request.user, reports.VIEW)
    return render(request, "bad_detail.html", {"formats": FORMATS, "sizes": PAGE_SIZES})
