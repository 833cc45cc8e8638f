"""Following a run until it has ended."""

import time
from typing import Any

import click

from dqx.client.errors import INTERRUPTED, NO_ANSWER, Failure
from dqx.client.output import moment
from dqx.client.session import Session

ACTIVE = ("queued", "running")
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 1.0
# A server that is started anew meanwhile loses no run.
PATIENCE = 120.0
CANCEL_SECONDS = 15.0

wait_option = click.option("--wait/--no-wait", default=True, help="Follow the run to its end (the default), or not.")


def started(session: Session, run: dict[str, Any], wait: bool) -> None:
    """Show a run that was just started; with `wait` follow it to its end first.

    Raises:
        Failure: it failed or was cancelled, or the person stopped waiting.
    """
    if wait and run["status"] in ACTIVE:
        run = follow(session, run)
    show(session, run)
    if run["status"] in ("failed", "cancelled"):
        error = run["error"] or {"code": run["status"], "message": f"The run was {run['status']}.", "details": {}}
        raise Failure(error["code"], error["message"], **error["details"])


def follow(session: Session, run: dict[str, Any]) -> dict[str, Any]:
    """The run once it has ended; its progress is shown meanwhile.

    Raises:
        Failure: the person stopped waiting, or the server was away for two minutes. The run goes on.
    """
    what = f"{run['kind'].capitalize()} '{run['script_name']}', run {run['id']}"
    if not session.output.err.is_terminal and not session.as_json:
        session.output.note(f"{what} …")
    try:
        with session.output.progress(what) as tell:
            return _until_it_ends(session, run, tell)
    except KeyboardInterrupt:
        raise _stop(session, run) from None


def show(session: Session, run: dict[str, Any]) -> None:
    """A run for people or as JSON."""
    if session.as_json:
        session.output.document(run)
        return
    actor = run["actor"] or {}
    facts = [
        ("run", run["id"]),
        ("script", run["script_name"]),
        ("kind", run["kind"]),
        ("status", run["status"]),
        ("started by", f"{actor.get('username', 'nobody')} ({run['trigger']})"),
        ("created", moment(run["created_at"])),
        ("seconds", None if run["seconds"] is None else f"{run['seconds']:.1f}"),
        ("rows", f"{run['progress']['rows']:,}"),
    ]
    if run.get("connection"):
        facts.append(("from", run["connection"]))
    counts = [(name, run[name]) for name in ("pairs", "new", "changed", "resolved", "unchanged")]
    facts += [(name, f"{count:,}") for name, count in counts if count is not None]
    if run["error"]:
        facts.append(("error", f"{run['error']['code']}: {run['error']['message']}"))
    session.output.facts(facts)


def _until_it_ends(session: Session, run: dict[str, Any], tell: Any) -> dict[str, Any]:
    pause, heard = FIRST_PAUSE, time.monotonic()
    while run["status"] in ACTIVE:
        time.sleep(pause)
        pause = min(pause * 1.5, LONGEST_PAUSE)
        try:
            run, heard = session.api.get(f"runs/{run['id']}"), time.monotonic()
            tell(_figures(run))
        except Failure as failure:
            if failure.exit_code != NO_ANSWER or time.monotonic() - heard > PATIENCE:
                note = f"{failure.message} Run {run['id']} goes on without us: dqx runs show {run['id']} --wait"
                raise Failure(failure.code, note, failure.exit_code) from failure
            tell("the server does not answer; trying again")
    return run


def _figures(run: dict[str, Any]) -> str:
    if run["status"] == "queued":
        return "waits for a worker"
    progress = run["progress"]
    return f"{progress['rows']:,} rows  {progress['bytes'] / 1_000_000:,.1f} MB"


def _stop(session: Session, run: dict[str, Any]) -> Failure:
    """Ctrl-C: the run is the server's and goes on, unless a person says that it shall not."""
    pk, cancelled = run["id"], False
    if session.asks:
        try:
            cancelled = click.confirm(f"\nCancel run {pk} too?", default=False, err=True)
        except click.Abort:
            session.output.note("")
    if cancelled:
        session.output.note(_cancelled(session, pk))
    else:
        session.output.note(f"Run {pk} goes on. Follow it: dqx runs show {pk} --wait. Stop it: dqx runs cancel {pk}")
    return Failure("interrupted", "", INTERRUPTED)


def _cancelled(session: Session, pk: int) -> str:
    try:
        run = cancel(session, pk)
    except Failure as failure:
        return failure.message
    return (
        f"Run {pk} was cancelled. Nothing was changed."
        if run["status"] == "cancelled"
        else f"Run {pk} {run['status']}."
    )


def cancel(session: Session, pk: int) -> dict[str, Any]:
    """Cancel a run and wait until it has ended, which takes two seconds; the run.

    Raises:
        Failure: it had ended already, or it may not be cancelled.
    """
    run, deadline = session.api.send("POST", f"runs/{pk}/cancel"), time.monotonic() + CANCEL_SECONDS
    while run["status"] in ACTIVE and time.monotonic() < deadline:
        time.sleep(FIRST_PAUSE)
        run = session.api.get(f"runs/{pk}")
    return dict(run)
