"""Beat's entries, as the tests of the mirror look at them."""

from django_celery_beat.models import PeriodicTask

from scripts_app.scheduling import mirror

CRONS = ("5 2 * * 1-5", "*/15 * * * *", "0 0 13 * fri", "30 2 29 2 *", "0 6 */2 * 1", "59 23 31 * *")


def entry_of(schedule):
    """The entry of a schedule; None where there is none."""
    return PeriodicTask.objects.filter(name=f"schedule {schedule.pk}").first()


def names():
    """Of the entries that are for schedules."""
    return set(PeriodicTask.objects.filter(name__startswith="schedule ").values_list("name", flat=True))


def told():
    """(name, what) of each difference."""
    return [(found.name, found.what) for found in mirror.differences()]
