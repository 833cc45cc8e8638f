"""The only place that opens a cursor. Everything else hands it composed SQL from a `statements.py`.

Two logins: what is in `owner` and `flow` speaks as the owner, on Django's connection or on a line of its own. `Reader` speaks as the
runner, whose sessions are read only, limited, used once and closed.
"""

from dqx.sql.aside import SOON, execute_aside
from dqx.sql.flow import Flow, copied_out
from dqx.sql.lines import CHUNK, Parameters, Query
from dqx.sql.owner import (
    copy_in,
    execute,
    hold,
    lock_is_free,
    now,
    release_session_lock,
    row,
    rows,
    session_lock,
    stopper,
    try_session_lock,
    value,
)
from dqx.sql.reader import Reader, runner_database

__all__ = [
    "CHUNK",
    "SOON",
    "Flow",
    "Parameters",
    "Query",
    "Reader",
    "copied_out",
    "copy_in",
    "execute",
    "execute_aside",
    "hold",
    "lock_is_free",
    "now",
    "release_session_lock",
    "row",
    "rows",
    "runner_database",
    "session_lock",
    "stopper",
    "try_session_lock",
    "value",
]  # fmt: skip
