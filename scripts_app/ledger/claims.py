"""The ledger as a queue: a message only rings, and the worker that hears it takes the run that matters most.

So who goes first, how many read one database at once, and when a failed attempt is made again are matters of one statement, and the same
whatever broker there is; and a message too many, or one that was lost, does no harm.
"""

import contextlib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import structlog
from celery import current_app
from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from kombu.exceptions import OperationalError

from dqx import sql
from dqx.errors import Cancelled, DQXError, Unavailable
from dqx.locks import Space
from scripts_app.databases import vault
from scripts_app.ledger import endings, retries
from scripts_app.ledger import queue_statements as statements
from scripts_app.models import Run, Script

logger = structlog.get_logger("dqx.runs")
WORK, EXECUTE = "scripts_app.tasks.work", "scripts_app.tasks.execute"
# A run that could have begun so long ago was not heard of.
UNHEARD_AFTER = timedelta(seconds=10)
# As many are rung for at once; each that is done rings for the next.
RINGS = 16
CANDIDATES = 8


# --- To be heard ------------------------------------------------------------------------------------------------------------


def ring(after: float = 0.0, **options: Any) -> None:
    """Let a worker look for a run to do, perhaps only after so many seconds.

    Raises:
        kombu.exceptions.OperationalError: the broker can't be reached.
    """
    current_app.send_task(WORK, countdown=after or None, **options)


def announce(run: Run, sealed: str = "") -> None:
    """Let a worker hear of a run that was queued.

    Args:
        sealed: the details of its connection where they are used once; only this message has them.

    Raises:
        Unavailable: the broker can't be reached, and the run is ended as failed. One of a schedule, which nobody waits for, stays
            queued: it is rung for again once the broker is back.
    """
    try:
        if sealed:
            # Celery shows the repr in its events and logs; there the id is enough.
            current_app.send_task(EXECUTE, [run.pk, sealed], argsrepr=f"({run.pk},)")
        else:
            ring()
    except OperationalError as exc:
        if run.trigger == Run.Trigger.SCHEDULE:
            logger.warning("the broker is away; the run waits", run_id=run.pk)
            return
        error = Unavailable("broker_away", "The queue of the workers can't be reached. Try again when it is back.")
        endings.drop(run.pk, error)
        raise error from exc


def hurry(run: Run, trigger: str) -> bool:
    """Let a schedule's run that waits, for a worker or for its next attempt, begin as if it had been asked for through the door `trigger`.

    Returns:
        Whether it waits, and somebody other than a schedule wants it.
    """
    if trigger == Run.Trigger.SCHEDULE:
        return False
    waiting = Run.objects.filter(pk=run.pk, status=Run.Status.QUEUED, trigger=Run.Trigger.SCHEDULE)
    # What a person wants stays so, whatever program asks for it too.
    if waiting.filter(hurried__in=("", Run.Trigger.API, trigger)).update(hurried=trigger, not_before=None):
        with contextlib.suppress(OperationalError):  # it is rung for again once the broker is back
            ring()
    return waiting.exists()


# --- To be taken ------------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def claimed(pk: int) -> Iterator[Run | None]:
    """Take the queued run `pk` and hold its lock while the block does it; None when somebody else did or it was cancelled."""
    with sql.session_lock(Space.RUNS, pk) as got:
        yield _begin(pk) if got else None


@contextlib.contextmanager
def next_claimed() -> Iterator[Run | None]:
    """Take the run that matters most of those that may begin, as `claimed` does; None where there is none."""
    with transaction.atomic():
        sql.hold(Space.CLAIMS)
        run = _take()
    try:
        yield run
    finally:
        if run is not None:
            sql.release_session_lock(Space.RUNS, run.pk)


def _take() -> Run | None:
    """Begin the first run that nobody else holds, with its lock, which the server lets go of when this process dies."""
    for found in sql.rows(statements.next_runs(), {**_limits(), "most": CANDIDATES}):
        # The terminal that asked for it may be about to do it itself.
        if sql.try_session_lock(Space.RUNS, found["id"]):
            run = _begin(found["id"])
            if run is not None:
                return run
            sql.release_session_lock(Space.RUNS, found["id"])
    return None


def _limits() -> dict[str, int]:
    no_limit = 2**31 - 1
    return {"here": settings.RUNS_AT_ONCE or no_limit, "scheduled": settings.SCHEDULED_AT_ONCE or no_limit}


def _begin(pk: int) -> Run | None:
    """Let a queued run be running. The caller holds its lock."""
    queued = Run.objects.filter(pk=pk, status=Run.Status.QUEUED)
    if not queued.update(status=Run.Status.RUNNING, started_at=Now()):
        return None
    return Run.objects.select_related("script", "actor").get(pk=pk)


# --- To be found again ------------------------------------------------------------------------------------------------------


def ring_for_next() -> None:
    """After a run: another may have waited for its place. A broker that is away is rung again by `recover`."""
    if sql.rows(statements.next_runs(), {**_limits(), "most": 1}):
        with contextlib.suppress(OperationalError):
            ring()


def recover(script: Script | None = None, unheard_after: timedelta = UNHEARD_AFTER) -> int:
    """Try the runs again whose worker died, and ring for queued ones that nobody heard of; returns how many had died.

    A worker holds the run's lock from before the run is running until it has ended: running with a free lock means that it died.
    A run whose connection was given with the request can't be done without its message; it is ended once that would no longer be of use.

    Args:
        script: end what a dead worker left of this script, which somebody wants to use now, and look no further.
    """
    running = Run.objects.filter(status=Run.Status.RUNNING, **({"script": script} if script else {}))
    died = 0
    let_fail = fail if script is None else endings.fail
    for run in running.defer("content"):
        died += sql.lock_is_free(Space.RUNS, run.pk) and let_fail(run, _died())
    if script is None:
        _ring_again(unheard_after)
        _end_unsealed()
    return died


def fail(run: Run, error: DQXError) -> bool:
    """Let this attempt have failed: the run is tried again later where that may help, else it is ended. Whether it was at this attempt."""
    delay = retries.delay_of(run, error)
    if delay is None:
        return endings.fail(run, error)
    if not retries.put_back(run, error, delay):
        return endings.fail(run, Cancelled("cancelled", "The run was cancelled."))
    logger.info("the run is tried again", run_id=run.pk, code=error.code, after=round(delay, 1))
    with contextlib.suppress(OperationalError):
        ring(delay)
    return True


def _ring_again(unheard_after: timedelta) -> None:
    wanted = {**_limits(), "most": RINGS, "seconds": unheard_after.total_seconds()}
    for _ in sql.rows(statements.unheard_runs(), wanted):
        ring(expires=UNHEARD_AFTER.total_seconds())


def _end_unsealed() -> None:
    too_late = Now() - vault.DETAILS_LIVE
    queued = Run.objects.filter(status=Run.Status.QUEUED, connection_given=True, created_at__lt=too_late)
    for pk in queued.values_list("pk", flat=True):
        endings.drop(pk, vault.lost())


def _died() -> DQXError:
    return Unavailable("worker_died", "The worker stopped before the run ended. Nothing was changed; start it again.")
