"""Pages."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode

from badDetail_app.activity import LAST_DAYS
from badDetail_app.overview import overview
from dqx.users.permissions import may, require
from scripts_app import attention, catalogue
from scripts_app.models import Run, Schedule
from scripts_app.permissions import ACTIONS, get_run_for
from scripts_app.scheduling.schedule_times import DAYS, zones

# As templates/partials/chart.html has it.
TREND = {
    "id": "trend",
    "title": "Bad rows over time",
    "setting": {"name": "days", "label": "How many days", "usual": "30", "options": LAST_DAYS},
}


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """What is wrong now, whether it gets better, and what somebody should look at. What takes time to find comes from the API."""
    actor = request.user
    found = overview(actor=actor)
    for column, rows in (("rule_id", found["worst_rules"]), ("source_id", found["worst_sources"])):
        for row in rows:
            row |= {"id": row[column], "url": f"{reverse('bad-detail')}?{urlencode({column: row[column]})}"}
    published = Run.objects.filter(kind=Run.Kind.PUBLISH, status=Run.Status.SUCCEEDED).only("finished_at").first()
    return render(
        request,
        "home.html",
        {
            **found,
            **attention.found(actor=actor)._asdict(),
            "last_publish": published and published.finished_at,
            "progress": attention.progress(actor=actor),
            "recent_runs": catalogue.without_text()[:10],
            "trend": TREND,
        },
    )


@login_required
def runs(request: HttpRequest) -> HttpResponse:
    """The ledger; its rows come from the API."""
    require(request.user, "scripts.view_run")
    return render(request, "runs.html", {"statuses": Run.Status.choices, "keep_days": settings.KEEP_RUNS_DAYS})


@login_required
def run(request: HttpRequest, pk: str) -> HttpResponse:
    """One run."""
    found = get_run_for(request.user, int(pk))
    told = {"may_cancel": may(request.user, ACTIONS[Run.Kind(found.kind)]), "attempts": settings.RUN_ATTEMPTS}
    return render(request, "run.html", {"pk": pk, **told})


@login_required
def scheduler(request: HttpRequest) -> HttpResponse:
    """The schedules; what they are comes from the API."""
    require(request.user, "scripts.view_schedule")
    verbs = ("add", "change", "delete", "run")
    told = {f"may_{verb}": may(request.user, f"scripts.{verb}_schedule") for verb in verbs}
    states = (("", "All"), ("trouble", "Need attention"), ("on", "On"), ("off", "Off"))
    choices = {
        "states": states,
        "frequencies": Schedule.Frequency.choices,
        "days": DAYS[1:] + DAYS[:1],
        "zones": sorted(zones()),
    }
    return render(request, "scheduler.html", {**told, **choices, "silence": attention.silence(actor=request.user)})
