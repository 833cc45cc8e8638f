"""Pages of rules and sources; what they show comes from the API."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from dqx.users.permissions import may
from reference_app.models import KINDS
from reference_app.permissions import require_for


@login_required
def references(request: HttpRequest) -> HttpResponse:
    """Rules, or the sources of ?kind=sources."""
    name = "sources" if request.GET.get("kind") == "sources" else "rules"
    kind = KINDS[name]
    require_for(request.user, kind, "view")
    word = str(kind._meta.verbose_name)
    told = {f"may_{verb}": may(request.user, f"reference.{verb}_{word}") for verb in ("add", "change", "delete")}
    tabs = [{"name": one, "label": one.capitalize(), "here": one == name} for one in KINDS]
    columns = [field for field in kind._meta.local_fields if field.name != "description"]
    key, title = columns
    return render(
        request, "references.html", {**told, "kind": name, "word": word, "tabs": tabs, "key": key, "title": title}
    )
