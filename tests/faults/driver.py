"""A process of the installation under test that does what it is told, one JSON line each: the person who clicks, and beat's minute."""

import contextlib
import json
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import django

django.setup()

from django.db import DatabaseError, connection  # noqa: E402

from dqx.errors import DQXError  # noqa: E402
from dqx.users.models import User  # noqa: E402
from scripts_app import populate, publish, runs, scripts  # noqa: E402
from scripts_app.models import Run, Script  # noqa: E402
from tests import steps  # noqa: E402

# Beat would look every minute and take a message for lost after another; here both pass faster.
runs.MESSAGE_LOST_AFTER = timedelta(seconds=3)


def person() -> User:
    """An admin."""
    return User.objects.filter(is_superuser=True).first() or User.objects.create_superuser(
        "ada", "ada@example.org", "x"
    )


def save(content: str) -> dict[str, Any]:
    """A script of this text."""
    return {"script": scripts.create(actor=person(), name="truth", content=content).pk}


def start(kind: str) -> dict[str, Any]:
    """Ask for a run by a worker; its id, or the code of the refusal."""
    operation = {"populate": populate, "publish": publish}[kind]
    try:
        return {"run": operation.request(Script.objects.get().pk, actor=person(), trigger="api").pk}
    except DQXError as exc:
        return {"code": exc.code}


def look(pk: int) -> dict[str, Any]:
    """How a run is, after a look for what dead workers left."""
    with contextlib.suppress(DQXError):  # the broker is away for the moment
        runs.recover()
    run = Run.objects.get(pk=pk)
    changes = run.n_new + run.n_changed + run.n_resolved
    return {"status": run.status, "changes": changes, "error": run.error, "seconds": run.seconds}


def truth() -> dict[str, Any]:
    """Checksums of the staging and the central table, the state of the counts, and the events of each publication."""
    script = Script.objects.get()
    events = steps.sql.rows("SELECT publication, count(*) AS n FROM dq.bad_detail_events GROUP BY 1")
    return {
        "staging": steps.checksum(steps.staged(script)),
        "bad_rows": steps.checksum(steps.bad_rows()),
        "counts": steps.daily_counts_are_right(),
        "events": {str(row["publication"]): row["n"] for row in events},
        "tables": steps.sql.value("SELECT count(*) FROM pg_tables WHERE schemaname = 'stg'"),
    }


def answer(command: str, *arguments: Any) -> Any:
    """Do it, again while the database is away."""
    known: dict[str, Callable[..., Any]] = {"save": save, "start": start, "look": look, "truth": truth}
    deadline = time.monotonic() + 60
    while True:
        try:
            return known[command](*arguments)
        except DatabaseError:
            connection.close()
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


for line in sys.stdin:
    print(json.dumps(answer(*json.loads(line))), flush=True)
