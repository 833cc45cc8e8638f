"""What becomes of the times at which schedules are due. Beat only rings; here each due time is taken once and has its row.

Beat may come at other times too, or twice, or not at all: it sends into a broker that is away, forgets what was due while it was down, and
reads some zones' hours otherwise. All that is worked around in this one place: a due time is taken by whoever comes first, under the
schedule's lock, and `sweep` comes for those that nobody came for.
"""

from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import Q, QuerySet

from dqx import sql
from dqx.errors import Conflict, DQXError
from dqx.locks import Space
from scripts_app import populate, publish
from scripts_app.models import DueTime, Run, Schedule
from scripts_app.permissions import require_still
from scripts_app.scheduling import due_times, schedules

logger = structlog.get_logger("dqx.schedules")
Outcome = DueTime.Outcome
# Beat has so long to ring by itself.
SWEEP_AFTER = timedelta(seconds=20)
# How far the clocks of beat and the database may differ.
SKEW = timedelta(seconds=30)
# A sweep after a long outage ends after so many, and the next goes on.
MOST_SWEPT = 2_000


def fire(pk: int) -> None:
    """Start what a schedule says, as its owner, if it is due.

    Nothing is raised where it can't be done, such as while a run of the script is under way; the row of the due time says why.
    """
    _take_up(Schedule.objects.filter(pk=pk), sql.now())


def sweep() -> int:
    """Take up every due time that beat did not ring for; how many schedules were looked at. One sweep at a time."""
    with sql.session_lock(Space.SWEEPS, 0) as got:
        if not got:
            return 0
        now = sql.now()
        forgotten = Q(next_due_at__lt=now - SWEEP_AFTER) | Q(next_due_at=None) | Q(seen_until__gt=now + 2 * SKEW)
        found = Schedule.objects.filter(forgotten, is_active=True).order_by("next_due_at")
        pks = list(found.values_list("pk", flat=True)[:MOST_SWEPT])
        for pk in pks:
            _take_up(found.filter(pk=pk), now, skip_locked=True)  # beat may have come to it meanwhile
        return len(pks)


def _take_up(one: QuerySet[Schedule], now: datetime, skip_locked: bool = False) -> None:
    with transaction.atomic():
        locked = one.select_for_update(of=("self",), skip_locked=skip_locked)
        schedule = locked.select_related("script", "owner").filter(is_active=True).first()
        if schedule is None:
            return
        due = due_times.take(schedule, now, now + SKEW)
        if due is not None and due.outcome == Outcome.RAN:
            _start(due, schedule)


def _start(due: DueTime, schedule: Schedule) -> None:
    """Open the populate, or say in the row why it can't be."""
    reason = schedules.problem(schedule)
    if reason or schedule.script_id is None:
        _settle(due, Outcome.REFUSED, reason or "")
        return
    try:
        run = populate.request(
            schedule.script_id,
            actor=schedule.owner,
            trigger=Run.Trigger.SCHEDULE,
            schedule=schedule,
        )
    except Conflict as exc:
        if exc.code == "run_active":
            active = f"Run {exc.data['run']}" if exc.data["run"] else "A run"
            _settle(due, Outcome.SKIPPED, f"{active} of the script was not over yet.")
        else:
            _settle(due, Outcome.REFUSED, exc.message)
    except DQXError as exc:
        _settle(due, Outcome.REFUSED, exc.message)
    else:
        due.run = run
        due.save(update_fields=["run"])


def _settle(due: DueTime, outcome: str, reason: str) -> None:
    due.outcome, due.reason = outcome, reason
    due.save(update_fields=["outcome", "reason"])
    logger.warning("a schedule did not run", schedule_id=due.schedule_id, outcome=str(outcome))


def follow(run: Run) -> None:
    """Open the publish of what a run has staged, if it is a populate of a schedule that wants that. Part of the transaction in which the
    populate succeeds, so that neither is there without the other. Who had the populate brought forward waits for the publish too."""
    schedule = Schedule.objects.filter(runs=run).first()  # it may have been deleted since the run began
    if schedule is None or run.script_id is None or schedule.operation != Schedule.Operation.POPULATE_AND_PUBLISH:
        return
    try:
        require_still(run, Run.Kind.PUBLISH)
        publish.request(run.script_id, actor=run.actor, trigger=run.trigger, schedule=schedule, hurried=run.hurried)
    except DQXError as exc:
        logger.warning("a schedule could not publish", schedule_id=schedule.pk, code=exc.code)
        told = {"outcome": Outcome.REFUSED, "reason": f"It was populated, but not published: {exc.message}"}
        DueTime.objects.filter(run=run).update(noticed=False, **told)
