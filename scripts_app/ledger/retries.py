"""Which failures are worth another attempt, and when it is made. A retry is the same run's next attempt, not another run."""

import random
from datetime import timedelta
from typing import Any

from django.conf import settings

from dqx import sql
from dqx.errors import DQXError
from scripts_app.ledger import endings
from scripts_app.models import Run

# What passes by itself: a line that was lost, a server that starts or is full, two that waited for each other, a worker that died.
PASSING = frozenset({"database_away", "database_busy", "deadlock", "written_meanwhile", "worker_died"})
# Why a database can't be reached (dqx.reachability), where trying again does not help.
LASTING = frozenset({
    "login_refused", "database_unknown", "database_forbidden", "not_admitted", "login_unsafe", "tls_failed", "not_postgresql",
})  # fmt: skip
FACTOR = 4.0  # each pause is so many times the one before
LONGEST_PAUSE = 3_600.0


def delay_of(run: Run, error: DQXError) -> float | None:
    """Seconds until the next attempt. The pauses grow, and differ by up to a half, so that not all that failed together come back together.

    None where there is none: the failure would only come again, the attempts are used up, or the run is not ours to repeat, since its
    connection came with its message, or somebody does it in a terminal.
    """
    if error.code not in PASSING or error.data.get("reason") in LASTING or run.attempt >= settings.RUN_ATTEMPTS:
        return None
    if run.connection_given or run.trigger == Run.Trigger.CLI:
        return None
    pause: float = min(settings.RETRY_SECONDS * FACTOR ** min(run.attempt - 1, 10), LONGEST_PAUSE)
    return pause * random.uniform(0.5, 1.5)  # noqa: S311 - no secret


def put_back(run: Run, error: DQXError, delay: float) -> bool:
    """Queue a running run again, its attempt kept with its error; whether it was running and nobody wants it cancelled."""
    now = sql.now()
    wanted = endings.at_work(run).filter(cancel_requested_at__isnull=True)
    return bool(
        wanted.update(
            status=Run.Status.QUEUED,
            attempt=run.attempt + 1,
            attempts=[*run.attempts, _kept(run, error, now.isoformat())],
            not_before=now + timedelta(seconds=delay),
            started_at=None,
            n_rows=0,
            n_bytes=0,
        )
    )


def _kept(run: Run, error: DQXError, ended_at: str) -> dict[str, Any]:
    started_at = run.started_at.isoformat() if run.started_at else None
    return {"n": run.attempt, "started_at": started_at, "ended_at": ended_at, "error": error.as_dict()}
