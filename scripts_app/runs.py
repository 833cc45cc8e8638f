"""The ledger: a run is opened, claimed by one worker, and ended; one that its worker left is found by its lock.

Every change of state is one conditional update, so that two processes never end the same run twice.
"""

import time
from datetime import timedelta
from typing import Any

import structlog
from celery import current_app
from django.db import IntegrityError, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from dqx import sql
from dqx.errors import Cancelled, Conflict, DQXError, Unavailable
from dqx.users.permissions import Actor, require
from scripts_app import connections, vault
from scripts_app.details import Details
from scripts_app.models import Run, Script
from scripts_app.permissions import ACTIONS, get_run_for

logger = structlog.get_logger("dqx.runs")
LOCKS = 7_021_003
# A queued run whose message was lost with the broker is sent again after this long.
MESSAGE_LOST_AFTER = timedelta(minutes=1)


def open_run(
    kind: str,
    script: Script,
    *,
    actor: Actor,
    trigger: str,
    dispatch: bool = True,
    once: Details | None = None,
    **recorded: Any,
) -> Run:
    """Queue a run of a script.

    Args:
        kind: Run.Kind.POPULATE or PUBLISH.
        trigger: the door, one of Run.Trigger.
        dispatch: hand it to a worker once the transaction commits; else the caller executes it.
        once: details of a connection that travel, sealed, to the worker and are kept nowhere.
        recorded: further columns of the run.

    Raises:
        NotSignedIn, NotAllowed: the actor may not.
        Conflict: a run of the script is queued or running.
        Unavailable: the broker can't be reached.
    """
    person = require(actor, ACTIONS[Run.Kind(kind)])
    try:
        run = _insert(kind, script, actor=person, trigger=trigger, **recorded)
    except IntegrityError:
        # The one in the way may be left over from a worker that died.
        recover(script)
        try:
            run = _insert(kind, script, actor=person, trigger=trigger, **recorded)
        except IntegrityError as exc:
            active = Run.objects.filter(script=script, status__in=Run.ACTIVE).first()
            raise Conflict(
                "run_active",
                f"A run of '{script.name}' is under way. Wait for it, or cancel it.",
                run=active.pk if active else None,
            ) from exc
    logger.info("run opened", run_id=run.pk, kind=kind, trigger=trigger)
    if dispatch:
        sealed = connections.seal(once, run.pk) if once else ""
        transaction.on_commit(lambda: send(run, sealed))
    return run


def _insert(kind: str, script: Script, **recorded: Any) -> Run:
    with transaction.atomic():
        return Run.objects.create(
            kind=kind,
            script=script,
            script_name=script.name,
            content=script.content,
            content_hash=script.content_hash,
            **recorded,
        )


def send(run: Run, sealed: str = "") -> None:
    """Hand a queued run to a worker, with the details of its connection where they are used once.

    Raises:
        Unavailable: the broker can't be reached; the run is ended as failed.
    """
    try:
        arguments = [run.pk, sealed] if sealed else [run.pk]
        # Celery shows the repr in its events and logs; there the id is enough.
        current_app.send_task("scripts_app.tasks.execute", arguments, argsrepr=f"({run.pk},)")
    except OperationalError as exc:
        error = Unavailable("broker_away", "The queue of the workers can't be reached. Try again when it is back.")
        end(run.pk, error, status=Run.Status.QUEUED)
        raise error from exc


def claim(pk: int) -> Run | None:
    """Take a queued run to work on it; None when somebody else did or it was cancelled. The caller holds the run's lock."""
    taken = Run.objects.filter(pk=pk, status=Run.Status.QUEUED).update(
        status=Run.Status.RUNNING, started_at=timezone.now()
    )
    return Run.objects.select_related("script", "actor").get(pk=pk) if taken else None


def succeed(run: Run, **counts: int) -> None:
    """End a run well. Part of the transaction that holds its effect, so that both happen or neither.

    Raises:
        Conflict: the run was ended by somebody else; the transaction has to be rolled back.
    """
    ended = Run.objects.filter(pk=run.pk, status=Run.Status.RUNNING).update(
        status=Run.Status.SUCCEEDED, finished_at=timezone.now(), **counts
    )
    if not ended:
        raise Conflict("run_ended", "The run was ended by another process.")


def end(pk: int, error: DQXError, status: str = Run.Status.RUNNING) -> bool:
    """End a run that is in `status` as failed, or as cancelled; returns whether it was."""
    final = Run.Status.CANCELLED if isinstance(error, Cancelled) else Run.Status.FAILED
    return bool(
        Run.objects.filter(pk=pk, status=status).update(status=final, finished_at=timezone.now(), error=error.as_dict())
    )


def cancel(pk: int, *, actor: Actor) -> Run:
    """Ask a run to stop. A queued one ends at once; a running one within two seconds, by its worker.

    Raises:
        NotSignedIn, NotAllowed, NotFound.
        Conflict: it has ended already.
    """
    run = get_run_for(actor, pk)
    require(actor, ACTIONS[Run.Kind(run.kind)])
    error = Cancelled("cancelled", f"Cancelled by {actor}.")
    if not end(pk, error, status=Run.Status.QUEUED):
        asked = Run.objects.filter(pk=pk, status=Run.Status.RUNNING).update(cancel_requested_at=timezone.now())
        if not asked:
            raise Conflict("run_ended", f"Run {pk} has ended already.", status=run.status)
    run.refresh_from_db()
    return run


def cancel_own(run: Run) -> None:
    """End a run that this process did itself and was interrupted in; its transaction is rolled back."""
    end(run.pk, Cancelled("cancelled", "Cancelled at the terminal."))


def wait(run: Run, seconds: float) -> Run:
    """The run as it is once it has ended, or after so many seconds."""
    deadline = time.monotonic() + seconds
    active = Run.objects.filter(pk=run.pk, status__in=Run.ACTIVE)
    while active.exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    run.refresh_from_db()
    return run


def recover(script: Script | None = None, lost_after: timedelta = MESSAGE_LOST_AFTER) -> int:
    """End the runs whose worker died, and send queued ones again whose message seems lost; returns how many were ended.

    A worker holds the run's lock from before the run is running until it has ended: running with a free lock means that it died.
    A run whose connection was given with the request can't be sent again; it is ended once its message would no longer be of use.

    Args:
        script: look at its runs only.
        lost_after: a run that is queued for longer is sent again; a message too many does no harm.
    """
    active = Run.objects.filter(status__in=Run.ACTIVE, **({"script": script} if script else {}))
    ended = 0
    for pk in active.filter(status=Run.Status.RUNNING).values_list("pk", flat=True):
        ended += sql.lock_is_free(LOCKS, pk) and end(pk, _died())
    lost = active.filter(status=Run.Status.QUEUED, created_at__lt=timezone.now() - lost_after)
    for run in lost.filter(connection_given=False):
        send(run)
    too_late = lost.filter(connection_given=True, created_at__lt=timezone.now() - vault.DETAILS_LIVE)
    for pk in too_late.values_list("pk", flat=True):
        ended += end(pk, vault.lost(), status=Run.Status.QUEUED)
    return ended


def _died() -> DQXError:
    return Unavailable("worker_died", "The worker stopped before the run ended. Nothing was changed; start it again.")
