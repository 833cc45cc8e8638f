"""Looking at what has happened since the last look: runs that ended, due times, and what is late at this moment.

Nothing hooks into the runs themselves. What was looked at is marked in the transaction that opens and closes incidents; one process does it
at a time, so that what came first is noticed first.
"""

from django.db import transaction

from dqx import sql
from dqx.locks import Space
from scripts_app.alerts import bad_rows, failures, lateness
from scripts_app.models import AlertRule, DueTime, Run

BATCH, MOST_BATCHES = 500, 40
ENDED = (Run.Status.SUCCEEDED, Run.Status.FAILED, Run.Status.CANCELLED)


def notice() -> int:
    """Open and close incidents by what nobody has looked at yet; how many runs and due times that were."""
    with sql.session_lock(Space.NOTICING, 0) as got:
        if not got:
            return 0
        done = 0
        for _ in range(MOST_BATCHES):
            with transaction.atomic():
                n = _batch()
            done += n
            if n < BATCH:
                break
        return done


def _batch() -> int:
    # A rule that is changed meanwhile waits, and drops afterwards what it asks for no longer.
    rules = list(AlertRule.objects.select_for_update(no_key=True).filter(is_active=True).order_by("pk"))
    now = sql.now()
    unseen = Run.objects.filter(noticed=False, status__in=ENDED).order_by("id").defer("content", "attempts")
    runs = list(unseen[:BATCH])
    due_times = list(DueTime.objects.filter(noticed=False).select_related("schedule").order_by("id")[:BATCH])
    if runs:
        failures.look(runs, rules, now)
        bad_rows.look(runs, rules, now)
        Run.objects.filter(pk__in=[run.pk for run in runs]).update(noticed=True)
    if len(runs) < BATCH:  # no publish follows that has taken a pair over
        failures.close_forsaken(now)
        bad_rows.close_forsaken(now)
    n = max(len(runs), len(due_times))
    lateness.look(due_times, rules, now, is_last=n < BATCH)
    if due_times:
        DueTime.objects.filter(pk__in=[one.pk for one in due_times]).update(noticed=True)
    return n
