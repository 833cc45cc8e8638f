"""The page on which a script is written."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from dqx.users.permissions import may, require
from scripts_app.databases import connections
from scripts_app.models import Script
from scripts_app.permissions import get_script_for

SIZES = (100, 500, 1_000)
# What the page offers only to those who may, by the name that it gives it.
OFFERS = {
    "save": "scripts.change_script",
    "run": "scripts.run_query",
    "format": "scripts.format_script",
    "populate": "scripts.populate_script",
    "delete": "scripts.delete_script",
    "connect": "scripts.view_connection",
    "publish": "scripts.publish_script",
}


@login_required
def new(request: HttpRequest) -> HttpResponse:
    """A new script."""
    require(request.user, "scripts.add_script")
    return _editor(request, None)


@login_required
def script(request: HttpRequest, pk: str) -> HttpResponse:
    """A script that is there; its text comes from the API."""
    return _editor(request, get_script_for(request.user, int(pk), "scripts.view_script"))


def _editor(request: HttpRequest, found: Script | None) -> HttpResponse:
    offers = {name for name, action in OFFERS.items() if may(request.user, action)}
    stored = connections.listed(actor=request.user).rows if "connect" in offers else []
    shown = {"script": found, "pk": found.pk if found else 0, "may": offers, "connections": stored, "sizes": SIZES}
    return render(request, "editor.html", {**shown, "most_seconds": settings.POPULATE_SECONDS})
