"""The ledger is trimmed by age; what was counted of its runs is kept (RunCount), so that figures never fall."""

from collections.abc import Callable
from datetime import timedelta

import structlog
from django.conf import settings
from django.db import transaction

from dqx import sql
from dqx.sql import Query
from scripts_app.alerts import messages
from scripts_app.ledger import queue_statements as statements

logger = structlog.get_logger("dqx.runs")
# In a transaction, so that nobody waits long for a row; and one call ends after so many of them.
BATCH, MOST_BATCHES = 2_000, 100


def trim() -> int:
    """Take away what is older than DQX_KEEP_RUNS_DAYS, 0 for ever; how many runs.

    The newest of each script, and what is staged, stays however old it is (queue_statements.trim_runs).
    """
    if not settings.KEEP_RUNS_DAYS:
        return 0
    _in_batches(statements.trim_due_times(), sql.execute)
    messages.trim(sql.now() - timedelta(days=settings.KEEP_RUNS_DAYS))
    n = _in_batches(statements.trim_runs(), lambda query, values: int(sql.value(query, values)))
    if n:
        logger.info("old runs were trimmed", n=n)
    return n


def _in_batches(query: Query, run: Callable[[Query, dict[str, int]], int]) -> int:
    done = 0
    for _ in range(MOST_BATCHES):
        with transaction.atomic():
            n = run(query, {"days": settings.KEEP_RUNS_DAYS, "most": BATCH})
        done += n
        if n < BATCH:
            break
    return done
