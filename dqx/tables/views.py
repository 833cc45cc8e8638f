"""The page of the tables of schema dq; their rows come from the API."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from dqx.tables import browsing, offer

PAGE_SIZES = (50, 100, 250, 1000)


@login_required
def tables(request: HttpRequest, name: str = "") -> HttpResponse:
    """The list of tables, and one of them where it is named."""
    told = {"tables": browsing.names(actor=request.user), "name": name, "sizes": PAGE_SIZES}
    if name:
        told["offer"] = offer.offered(name, actor=request.user)
    return render(request, "tables.html", told)
