"""A schedule with a history, for the tests of pages."""

from datetime import timedelta

from django.utils import timezone

from scripts_app.models import DueTime, Run, Schedule
from tests import steps

OUTCOMES = ("ran", "missed", "skipped", "refused", "failed", "queued")


def history(schedule, actor, nights=12):
    """Of the last nights one after the other went well, was missed, was skipped, could not start, failed, and waits for a worker."""
    kept = {
        "script_name": "x",
        "content": "",
        "content_hash": "",
        "trigger": "schedule",
        "schedule": schedule,
        "kind": "populate",
    }
    for n in range(nights, 0, -1):
        outcome = OUTCOMES[(nights - n) % len(OUTCOMES)] if n != 1 else "ran"
        due = DueTime(schedule=schedule, due_at=timezone.now() - timedelta(days=n), outcome="ran")
        if outcome == "failed":
            due.run = steps.failed_run(schedule.script, actor, schedule=schedule)
        elif outcome in ("missed", "skipped", "refused"):
            due.outcome, due.reason = outcome, f"Because it was <b>{outcome}</b>."
            due.n_times = 40 if outcome == "missed" else 1
        else:
            due.run = Run.objects.create(status="succeeded", actor=actor, **kept)
        due.save()


def make_late(schedule, minutes=40):
    """As if nobody had taken it up."""
    then = timezone.now() - timedelta(minutes=minutes)
    Schedule.objects.filter(pk=schedule.pk).update(next_due_at=then, seen_until=then)


def two_hundred(script, actor):
    """So many schedules, of which three are late and a few more have a history."""
    times = ("0 2 * * *", "*/20 * * * *", "15 6 * * 1-5")
    Schedule.objects.bulk_create(
        Schedule(job_name=f"Check {n} of the house", script=script, owner=actor, cron_schedule=times[n % 3])
        for n in range(200)
    )
    for n, schedule in enumerate(Schedule.objects.filter(job_name__startswith="Check")[:8]):
        history(schedule, actor, 20 - n)
        if n < 3:
            make_late(schedule, 400)
