"""Schedules: list, show, times, preview, create, edit, on, off, run, delete."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import click

from dqx.client import due_times, following, listing, timing
from dqx.client.errors import Failure
from dqx.client.output import moment
from dqx.client.session import Session, command, with_options
from dqx.client.things import SCHEDULE, SCRIPT, delete, find, ids, named, yes_option

HEADS = ("id", "name", "script", "when", "next due", "last", "state")
PUBLISHES = "populate_and_publish"
MISSED = {"run_last": "the last one is run", "skip": "left out"}


def _filters(function: Callable[..., Any]) -> Callable[..., Any]:
    by_script = click.option("--script", multiple=True, metavar="SCRIPT", help="Only of this one; may be repeated.")
    late = click.option("--late", is_flag=True, help="Only those that have not run when they should have.")
    active = click.option("--on/--off", "active", default=None, help="Only those that are switched on, or off.")
    return by_script(late(active(function)))


@click.group(invoke_without_command=True)
@_filters
@with_options
@click.pass_context
def schedules(context: click.Context, **wanted: Any) -> None:
    """Schedules: list (also without a word), show, times, preview, create, edit, on, off, run, delete.

    SCHEDULE is an id or a name.
    """
    if not context.invoked_subcommand:
        context.invoke(list_schedules, **wanted)


@command(schedules, "list")
@_filters
def list_schedules(session: Session, script: tuple[str, ...], late: bool, active: bool | None) -> None:
    """All schedules, in the order in which they were made."""
    params = {"script_id": ids(session, SCRIPT, script), "late": "true" if late else None}
    found = [one for one in session.api.get("scheduler", params) if active in (None, one["is_active"])]
    listing.whole(session, HEADS, _line, found)


def _line(one: dict[str, Any]) -> tuple[object, ...]:
    next_due, last = moment(one["next_run"]) or "", _last(one) or ""
    script, when = one["script_name"] or "", f"{one['description']} ({one['timezone']})"
    return one["id"], one["job_name"], script, when, next_due, last, _state(one)


def _state(one: dict[str, Any]) -> str:
    """In a word: on, off, late, or rests where it is on and can't run."""
    return "off" if not one["is_active"] else "late" if one["late"] else "rests" if one["problem"] else "on"


def _last(one: dict[str, Any]) -> str | None:
    """What came of its newest due time, or of a run that was asked for since."""
    run, due = one["last_run"], one["last_due"]
    if run and (due is None or _is_since(run, due)):
        return str(run["status"])
    return due and str(due["state"])


def _is_since(run: dict[str, Any], due: dict[str, Any]) -> bool:
    """Whether a run was made after a due time, and not for it."""
    its_own = [(due[name] or {}).get("id") for name in ("run", "publish")]
    later = datetime.fromisoformat(run["created_at"]) >= datetime.fromisoformat(due["due_at"])
    return later and run["id"] not in its_own


@command(schedules, "show")
@click.argument("schedule")
@click.option("--next", "n", type=click.IntRange(1, 100), default=5, show_default=True, help="So many times to come.")
@click.option("--last", "recent", type=click.IntRange(0, 50), default=10, show_default=True, help="So many that came.")
def show_schedule(session: Session, schedule: str, n: int, recent: int) -> None:
    """Show a schedule, when it comes next, and what became of the last times at which it was due."""
    found = session.api.get(f"scheduler/{find(session, SCHEDULE, schedule)['id']}", {"recent": recent})
    _show(session, found, n)


def _show(session: Session, one: dict[str, Any], n: int = 5) -> None:
    # One that is off, or can't run, never comes.
    coming = session.api.get(f"scheduler/{one['id']}/next_runs", {"n": n})["next_runs"] if one["next_run"] else []
    if session.as_json:
        session.output.document({**one, "next_runs": coming})
        return
    session.output.facts(_facts(one))
    if coming:
        session.output.text("\n")
        due_times.show_coming(session, one["timezone"], coming)
    if one["recent"]:
        session.output.text("\n")
        session.output.table(due_times.HEADS, map(due_times.line, one["recent"]))


def _facts(one: dict[str, Any]) -> list[tuple[str, object]]:
    return [
        ("id", one["id"]),
        ("name", one["job_name"]),
        ("script", one["script_name"]),
        ("does", one["operation"].replace("_", " ")),
        ("when", one["description"]),
        ("cron", one["cron_schedule"]),
        ("time zone", one["timezone"]),
        ("missed times", MISSED[one["catch_up"]]),
        ("acts as", (one["owner"] or {}).get("username")),
        ("state", _state(one)),
        ("late since", moment(one["late_since"])),
        ("why", one["late_why"] or one["problem"]),
        ("last", _last(one)),
        ("created", moment(one["created_at"])),
        ("changed", moment(one["updated_at"])),
    ]


@command(schedules, "create")
@click.argument("name")
@click.option("--script", required=True, metavar="SCRIPT", help="What it runs (id or name).")
@timing.schedule_options
@click.option("--off", is_flag=True, help="Not switched on yet.")
def create_schedule(session: Session, name: str, script: str, off: bool, **given: Any) -> None:
    """Run a script by the clock: at a time of --daily, --weekly or --monthly, or by a --cron expression.

    It acts as you. Without --publish it is populated only.
    """
    body = timing.body(session, script, **given)
    if "frequency" not in body:
        raise click.UsageError(
            "Say when: --daily, --weekly DAY or --monthly DAY with --time HH:MM, or --cron EXPRESSION."
        )
    _show(session, session.api.send("POST", "scheduler", {"job_name": name, "is_active": not off, **body}))


@command(schedules, "edit")
@click.argument("schedule")
@click.option("--name", help="Another name.")
@click.option("--script", metavar="SCRIPT", help="Another script (id or name).")
@timing.schedule_options
def edit_schedule(session: Session, schedule: str, name: str | None, script: str | None, **given: Any) -> None:
    """Change what is given of a schedule. Who changes what it does, or when, is whom it acts as from then on."""
    changes = timing.body(session, script, **given) | ({} if name is None else {"job_name": name})
    if not changes:
        raise click.UsageError("Say what to change.")
    _show(session, session.api.send("PATCH", f"scheduler/{find(session, SCHEDULE, schedule)['id']}", changes))


@command(schedules, "on")
@click.argument("schedule")
def switch_on(session: Session, schedule: str) -> None:
    """Switch a schedule on. What was due while it was off is not made up for."""
    _switch(session, schedule, True)


@command(schedules, "off")
@click.argument("schedule")
def switch_off(session: Session, schedule: str) -> None:
    """Switch a schedule off."""
    _switch(session, schedule, False)


def _switch(session: Session, schedule: str, active: bool) -> None:
    found = find(session, SCHEDULE, schedule)
    one = session.api.send("POST", f"scheduler/{found['id']}/toggle", {"is_active": active})
    if session.as_json:
        session.output.document(one)
        return
    comes = f" It is due next at {moment(one['next_run'])}." if one["next_run"] else ""
    rests = f" It rests: {one['problem']}" if active and one["problem"] else ""
    session.output.note(f"{named(SCHEDULE, one)} is {'on' if active else 'off'}.{comes}{rests}")


@command(schedules, "run")
@click.argument("schedule")
@following.wait_option
def run_now(session: Session, schedule: str, wait: bool) -> None:
    """Do now, and as you, what a schedule says, whether it is on or off.

    With --json one document for each run: the populate, and the publish that comes of it.
    """
    found = find(session, SCHEDULE, schedule)
    run = session.api.send("POST", f"scheduler/{found['id']}/run_now")
    following.started(session, run, wait)
    if wait and found["operation"] == PUBLISHES:
        following.started(session, _publish(session, found, run), wait)


def _publish(session: Session, schedule: dict[str, Any], populate: dict[str, Any]) -> dict[str, Any]:
    """The publish that came of a populate; it is opened in the moment in which that has succeeded."""
    params = {"schedule": schedule["id"], "kind": "publish", "page_size": 1}
    newest: list[dict[str, Any]] = session.api.get("runs", params)["results"]
    if not newest or newest[0]["id"] < populate["id"]:
        raise Failure("not_published", "It was populated, but not published.")
    return newest[0]


@command(schedules, "delete")
@click.argument("schedule")
@yes_option
def delete_schedule(session: Session, schedule: str, yes: bool) -> None:
    """Delete a schedule. Its runs stay in the ledger."""
    delete(session, SCHEDULE, find(session, SCHEDULE, schedule), yes)


def add_to(root: click.Group) -> None:
    """Put these commands where `dqx` finds them."""
    due_times.add_to(schedules)
    root.add_command(schedules)
