"""Doing a run: in a worker, or in the terminal of the one who asked for it."""

import time
from collections.abc import Callable

import structlog
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from structlog.contextvars import bound_contextvars

from dqx.errors import DQXError
from scripts_app.ledger import claims
from scripts_app.ledger.watch import Progress
from scripts_app.models import Run
from scripts_app.permissions import require_still
from scripts_app.populate import populate
from scripts_app.publish import publish
from scripts_app.scheduling import firing
from scripts_app.server_errors import lost

logger = structlog.get_logger("dqx.runs")
# How long a worker tries to tell a database that went away how its run ended. Longer, and the next worker finds it by its lock.
DATABASE_BACK_WITHIN = 30.0


def work() -> bool:
    """Do the run that matters most of those that may begin; whether there was one.

    However it ends, the ledger says so; nothing is raised for what is wrong with the script.
    """
    with claims.next_claimed() as run:
        if run is None:
            return False
        _do(run, None, "")
    claims.ring_for_next()
    return True


def execute(pk: int, report: Callable[[Progress], None] | None = None, sealed: str = "") -> bool:
    """Do the queued run `pk`, as `work` does; one that is not queued, or that somebody else does, is left alone.

    Args:
        report: told of the progress twice a second.
        sealed: details of a connection that are used once, as the message brought them.
    """
    with claims.claimed(pk) as run:
        if run is not None:
            _do(run, report, sealed)
    return run is not None


def _do(run: Run, report: Callable[[Progress], None] | None, sealed: str) -> None:
    with bound_contextvars(run_id=run.pk):
        started = time.monotonic()
        error = _attempt(run, report, sealed)
        if error is not None:
            _tell(run, error)
        # Of the error its code: its words may hold the value that the server refused.
        outcome = error.code if error else "succeeded"
        seconds = round(time.monotonic() - started, 3)
        logger.info("run ended", kind=run.kind, attempt=run.attempt, outcome=outcome, seconds=seconds)


def _attempt(run: Run, report: Callable[[Progress], None] | None, sealed: str) -> DQXError | None:
    """How the run failed, or None."""
    try:
        require_still(run, run.kind)
        if run.kind == Run.Kind.POPULATE:
            populate(run, report, sealed, then=firing.follow)
        else:
            publish(run, report)
    except DQXError as exc:
        return exc
    except (OperationalError, InterfaceError) as exc:
        logger.exception("the run lost its database")
        return lost(exc)
    except Exception:
        logger.exception("the run failed, which is a defect")
        return DQXError("internal", "DQX failed here. Nothing was changed; the details are in the worker's log.")
    return None


def _tell(run: Run, error: DQXError) -> None:
    deadline = time.monotonic() + DATABASE_BACK_WITHIN
    while True:
        try:
            # On the line that holds the run's lock, however old it is: where that is free the run's worker is taken for dead.
            claims.fail(run, error)
        except (DatabaseError, InterfaceError):
            connection.close()
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)
        else:
            return
