"""The ledger: a run is opened, taken by one worker (claims.py), and ended (endings.py)."""

import time
from datetime import timedelta
from typing import Any

import structlog
from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from dqx import sql
from dqx.audit import log
from dqx.errors import Cancelled, Conflict
from dqx.users.permissions import Actor, require
from scripts_app.databases import reading
from scripts_app.databases.details import Details
from scripts_app.ledger import claims, endings
from scripts_app.models import Run, Script
from scripts_app.permissions import ACTIONS, get_run_for

logger = structlog.get_logger("dqx.runs")
# So long a terminal has to begin the run that it opened before a worker may.
TERMINAL_BEGINS_WITHIN = timedelta(minutes=1)


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
    if not dispatch:
        recorded["not_before"] = sql.now() + TERMINAL_BEGINS_WITHIN
    run = _queue(kind, script, actor=person, trigger=trigger, **recorded)
    logger.info("run opened", run_id=run.pk, kind=kind, trigger=trigger)
    if dispatch:
        sealed = reading.seal(once, run.pk) if once else ""
        transaction.on_commit(lambda: claims.announce(run, sealed))
    return run


def _queue(kind: str, script: Script, **recorded: Any) -> Run:
    try:
        return _insert(kind, script, **recorded)
    except IntegrityError:
        # The one in the way may be left over from a worker that died.
        claims.recover(script)
    try:
        return _insert(kind, script, **recorded)
    except IntegrityError as exc:
        raise _in_the_way(script, recorded["trigger"]) from exc


def _in_the_way(script: Script, trigger: str) -> Conflict:
    """The refusal that names the run that is active. Where that waits for its turn as a schedule's, it goes before others from now on."""
    active = Run.objects.filter(script=script, status__in=Run.ACTIVE).first()
    if active and claims.hurry(active, trigger):
        told = (
            f"A run of '{script.name}' waits already; it goes before those of schedules now. Wait for it, or cancel it."
        )
    else:
        told = f"A run of '{script.name}' is under way. Wait for it, or cancel it."
    return Conflict("run_active", told, run=active.pk if active else None)


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


def cancel(pk: int, *, actor: Actor) -> Run:
    """Ask a run to stop. A queued one ends at once; a running one within two seconds, by its worker.

    Raises:
        NotSignedIn, NotAllowed, NotFound.
        Conflict: it has ended already.
    """
    run = get_run_for(actor, pk)
    require(actor, ACTIONS[Run.Kind(run.kind)])
    error = Cancelled("cancelled", f"Cancelled by {actor}.")
    with transaction.atomic():
        # It stays what it is until that is written: an attempt that fails meanwhile would be queued again, between the two looks.
        list(Run.objects.select_for_update(of=("self",), no_key=True).filter(pk=pk).values_list("pk"))
        if not endings.drop(pk, error):
            asked = Run.objects.filter(pk=pk, status=Run.Status.RUNNING).update(cancel_requested_at=Now())
            if not asked:
                raise Conflict("run_ended", f"Run {pk} has ended already.", status=run.status)
        # The ledger knows who asked for a run, but not who wanted it to end.
        after = {"cancelled": True}
        log.record(actor=actor, action=ACTIONS[Run.Kind(run.kind)], thing="dq.dq_runs", key=pk, before={}, after=after)
    run.refresh_from_db()
    return run


def wait(run: Run, seconds: float) -> Run:
    """The run as it is once it has ended, or after so many seconds."""
    deadline = time.monotonic() + seconds
    active = Run.objects.filter(pk=run.pk, status__in=Run.ACTIVE)
    while active.exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    run.refresh_from_db()
    return run
