"""Doing a run that was opened: in a worker, or in the terminal of the one who asked for it."""

import time
from collections.abc import Callable

import structlog
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from structlog.contextvars import bound_contextvars

from dqx import sql
from dqx.errors import DQXError, Unavailable
from dqx.users.permissions import require
from scripts_app import runs
from scripts_app.models import Run
from scripts_app.permissions import ACTIONS
from scripts_app.populate import populate
from scripts_app.publish import publish
from scripts_app.watch import Progress

logger = structlog.get_logger("dqx.runs")
# How long a worker tries to tell a database that went away how its run ended. Longer, and the next worker finds it by its lock.
DATABASE_BACK_WITHIN = 30.0


def execute(pk: int, report: Callable[[Progress], None] | None = None, sealed: str = "") -> bool:
    """Do the queued run `pk` under its lock; a run that is not queued, or that somebody else does, is left alone.

    However it ends, the ledger says so; nothing is raised for what is wrong with the script. Returns whether it was done here.

    Args:
        report: told of the progress twice a second.
        sealed: details of a connection that are used once, as the message brought them.
    """
    with bound_contextvars(run_id=pk), sql.session_lock(runs.LOCKS, pk) as got:
        run = runs.claim(pk) if got else None
        if run is None:
            return False
        started = time.monotonic()
        error = _attempt(run, report, sealed)
        if error is not None:
            _tell(run, error)
        # Of the error its code: its words may hold the value that the server refused.
        outcome = error.code if error else "succeeded"
        logger.info("run ended", kind=run.kind, outcome=outcome, seconds=round(time.monotonic() - started, 3))
        return True


def _attempt(run: Run, report: Callable[[Progress], None] | None, sealed: str) -> DQXError | None:
    """How the run failed, or None."""
    try:
        require(run.actor, ACTIONS[Run.Kind(run.kind)])
        if run.kind == Run.Kind.POPULATE:
            populate(run, report, sealed)
        else:
            publish(run, report)
    except DQXError as exc:
        return exc
    except (OperationalError, InterfaceError):
        logger.exception("the run lost its database")
        return Unavailable(
            "database_away", "The database went away during the run. Nothing was changed; start it again."
        )
    except Exception:
        logger.exception("the run failed, which is a defect")
        return DQXError("internal", "DQX failed here. Nothing was changed; the details are in the worker's log.")
    return None


def _tell(run: Run, error: DQXError) -> None:
    deadline = time.monotonic() + DATABASE_BACK_WITHIN
    while True:
        try:
            connection.close_if_unusable_or_obsolete()
            runs.end(run.pk, error)
        except DatabaseError:
            connection.close()
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)
        else:
            return
