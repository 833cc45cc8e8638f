"""Pages of the scripts: the list, and of one script the review, what is staged, and its versions. What they show comes from the API."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from dqx.users.permissions import may, require
from scripts_app.catalogue import State
from scripts_app.permissions import get_script_for

# As people say it; the others are their own words.
WORDS = {State.NEVER_POPULATED: "Never run"}
# What the pages offer only to those who may, by the name that the templates give it.
OFFERS = {
    "may_write": "scripts.change_script",
    "may_populate": "scripts.populate_script",
    "may_publish": "scripts.publish_script",
}


@login_required
def listed(request: HttpRequest) -> HttpResponse:
    """All scripts, searched and filtered."""
    require(request.user, "scripts.view_script")
    states = [(state.value, WORDS.get(state, state.value.capitalize())) for state in State]
    return render(request, "scripts.html", {"states": states, **_offers(request)})


@login_required
def review(request: HttpRequest, pk: str) -> HttpResponse:
    """What a publish would change, and the publish."""
    return _page(request, pk, "review", "scripts.review_script")


@login_required
def staging(request: HttpRequest, pk: str) -> HttpResponse:
    """The staged rows."""
    return _page(request, pk, "staging", "scripts.review_script")


@login_required
def versions(request: HttpRequest, pk: str) -> HttpResponse:
    """The texts that the script had."""
    return _page(request, pk, "versions", "scripts.view_version")


def _page(request: HttpRequest, pk: str, here: str, action: str) -> HttpResponse:
    script = get_script_for(request.user, int(pk), action)
    return render(request, f"script_{here}.html", {"script": script, "here": here, **_offers(request)})


def _offers(request: HttpRequest) -> dict[str, Any]:
    return {name: may(request.user, action) for name, action in OFFERS.items()}
