"""A schedule of the tests, and what a worker does of it."""

from datetime import timedelta

from django.utils import timezone

from scripts_app import tasks
from scripts_app.models import Run, Schedule
from scripts_app.scheduling import schedules


def new_schedule(script, actor, **fields):
    values = {"job_name": "nightly", "cron_schedule": "5 2 * * 1-5", "timezone": "Europe/Berlin", **fields}
    return schedules.create(script_id=script.pk, actor=actor, **values)


def make_due(schedule, minutes=5):
    """As if some minutes had passed since anybody looked at a schedule of every minute."""
    Schedule.objects.filter(pk=schedule.pk).update(seen_until=timezone.now() - timedelta(minutes=minutes))


def do_what_is_queued():
    """As a worker does."""
    while run := Run.objects.filter(status="queued").first():
        tasks.execute(run.pk)


def told():
    return list(Run.objects.order_by("id").values_list("kind", "status", "trigger", "actor__username"))
