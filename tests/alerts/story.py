"""What happens in a database with alerts, in a few words."""

import itertools
from typing import Any

from django.utils import timezone

from scripts_app.alerts import delivery, noticing
from scripts_app.models import Channel, DueTime, Message, Run, Schedule, Script
from tests import steps

_numbers = itertools.count(1)


def script_row(name: str = "") -> Script:
    """A script, without the time that a check takes."""
    return Script.objects.create(name=name or f"script {next(_numbers)}", content=steps.FIVE)


def ended(script: Script, status: str = "failed", kind: str = "populate", **fields: Any) -> Run:
    """A run that ended just now."""
    error = {"code": "x", "message": "column x does not exist.", "details": {}} if status == "failed" else None
    now = timezone.now()
    return Run.objects.create(
        script=script, script_name=script.name, content=script.content, content_hash=script.content_hash, kind=kind, status=status,
        trigger="schedule", error=error, started_at=now, finished_at=now, **fields,
    )  # fmt: skip


def schedule_row(script: Script, name: str = "nightly", **fields: Any) -> Schedule:
    """An active schedule."""
    return Schedule.objects.create(job_name=name, script=script, cron_schedule="0 2 * * *", is_active=True, **fields)


def due(schedule: Schedule, outcome: str, hours_ago: float = 1, **fields: Any) -> DueTime:
    """A due time and what became of it."""
    at = timezone.now() - timezone.timedelta(hours=hours_ago)
    if outcome == "ran" and hours_ago > 0.1:
        fields.setdefault("reason", "DQX came to it late.")
    return DueTime.objects.create(schedule=schedule, due_at=at, outcome=outcome, **fields)


def tick() -> int:
    """What beat lets happen twice a minute; how many messages were sent."""
    noticing.notice()
    return delivery.tell()


def time_passes() -> None:
    """Every pause is over."""
    Channel.objects.update(quiet_until=None)
    Message.objects.filter(status="waiting").update(next_at=timezone.now() - timezone.timedelta(hours=9))


def publish_rows(actor: Any, script: Script, rows: dict[str, str], rule: str = "R1", source: str = "S1") -> Run:
    """Let the script find these records with these values, and publish."""
    steps.fill_source_table((rule, source, uid, value, "2024-01-01") for uid, value in rows.items())
    steps.succeeded(steps.run_populate(script, actor))
    return steps.succeeded(steps.run_publish(script, actor))
