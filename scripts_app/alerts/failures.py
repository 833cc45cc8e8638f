"""Runs that failed: of a script and a kind of run the first one is told, and the next success is its end."""

from collections.abc import Sequence
from datetime import datetime

from scripts_app.alerts import incidents
from scripts_app.alerts.found import Found
from scripts_app.models import AlertRule, Incident, Run, Trouble


def look(runs: Sequence[Run], rules: Sequence[AlertRule], now: datetime) -> None:
    """Open and close by how each script's newest run of a kind among these ended. One that was cancelled says nothing.

    Args:
        runs: ended ones, in the order in which they ended.
    """
    newest = {
        (run.kind, run.script_id): run
        for run in runs
        if run.script_id is not None and run.status != Run.Status.CANCELLED
    }
    failed = [run for run in newest.values() if run.status == Run.Status.FAILED]
    incidents.open_all([_found(run) for run in failed], rules)
    good = [_subject(run) for run in newest.values() if run.status == Run.Status.SUCCEEDED]
    incidents.close(Incident.objects.filter(kind=Trouble.RUN_FAILED, subject__in=good), now)


def close_forsaken(now: datetime) -> None:
    """End the incidents of scripts that were deleted."""
    incidents.close(Incident.objects.filter(kind=Trouble.RUN_FAILED, script=None), now)


def _subject(run: Run) -> str:
    return f"{run.kind} of script {run.script_id}"


def _found(run: Run) -> Found:
    return Found(
        kind=Trouble.RUN_FAILED,
        subject=_subject(run),
        title=f"{run.get_kind_display()} of {run.script_name}",
        script_id=run.script_id,
        run_id=run.pk,
        why=run.error["message"] if run.error else "",
    )
