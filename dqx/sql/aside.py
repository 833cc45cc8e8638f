"""Short statements beside the work, on a line that is given up soon, whatever hangs."""

from collections.abc import Mapping
from typing import Any

import psycopg2
from django.conf import settings
from django.db import connection

from dqx.sql import statements
from dqx.sql.lines import Parameters, Query

CONNECT_SECONDS = 2  # libpq knows no less
# A machine that is gone says nothing at all, and neither libpq nor a time limit of the server would end the wait for it.
SOON: Mapping[str, Any] = {
    "connect_timeout": CONNECT_SECONDS,
    "keepalives_idle": 5,
    "keepalives_interval": 5,
    "keepalives_count": 2,
    "tcp_user_timeout": 10_000,
}


def execute_aside(query: Query, params: Parameters = None, *, seconds: float, name: str) -> None:
    """Run one statement as the owner and commit; may be called in any thread.

    Args:
        seconds: the server ends the statement after this long.
        name: what the server calls the session.

    Raises:
        psycopg2.Error: it could not be done.
    """
    # Not Django's line of the thread: nobody closes that where no request and no task ends.
    line = psycopg2.connect(**{**connection.get_connection_params(), **SOON, "application_name": name})
    try:
        with line, line.cursor() as cursor:
            cursor.execute(statements.limit_statement(seconds, settings.WORK_MEM_MB))
            cursor.execute(query, params)
    finally:
        line.close()
