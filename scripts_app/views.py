"""Pages."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode

from badDetail_app.overview import overview
from scripts_app.models import Run, Script


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """What is wrong now, and the last runs."""
    found = overview(actor=request.user)
    for column, rows in (("rule_id", found["worst_rules"]), ("source_id", found["worst_sources"])):
        for row in rows:
            row["url"] = f"{reverse('admin:bad_detail_badrow_changelist')}?{urlencode({column: row[column]})}"
    published = Run.objects.filter(kind=Run.Kind.PUBLISH, status=Run.Status.SUCCEEDED).first()
    found["totals"] |= {"scripts": Script.objects.count(), "last_publish": published and published.finished_at}
    return render(request, "home.html", {**found, "recent_runs": Run.objects.select_related("actor")[:10]})
