"""populate, review, publish and the ledger of runs."""

import itertools
from collections.abc import Iterator
from typing import Any

import click

from dqx.client import following, listing
from dqx.client.output import counted, moment
from dqx.client.session import Session, command, shared, with_options
from dqx.client.things import SCHEDULE, SCRIPT, find, ids, yes_option

KINDS = click.Choice(["populate", "publish"])
DOORS = click.Choice(["person", "api", "schedule", "cli"])
STATES = click.Choice(["queued", "running", "succeeded", "failed", "cancelled"])
REVIEW_HEADS = ("rule", "source", "new", "changed", "resolved", "unchanged", "published last by")
MOST_SAMPLES = 50


def add_to(root: click.Group) -> None:
    """Put these commands where `dqx` finds them."""
    for each in (populate, review, publish, runs):
        root.add_command(each)


@click.command()
@click.argument("script")
@click.option("--connection", metavar="NAME", help="Read from this stored connection.")
@following.wait_option
@shared
def populate(session: Session, script: str, connection: str | None, wait: bool) -> None:
    """Run SCRIPT (an id or a name) into its staging table.

    Ctrl-C stops waiting; whether the run is cancelled too is asked. Without a terminal it goes on.
    """
    pk = find(session, SCRIPT, script)["id"]
    body = {"connection": connection} if connection else {}
    following.started(session, session.api.send("POST", f"sql_scripts/{pk}/populate_table", body), wait)


@click.command()
@click.argument("script")
@shared
def review(session: Session, script: str) -> None:
    """Show what a publish of SCRIPT would change. Changes nothing."""
    found = find(session, SCRIPT, script)
    answer = session.api.get(f"sql_scripts/{found['id']}/review")
    if session.as_json:
        session.output.document(answer)
        return
    _show_review(session, found["name"], answer)
    _show_samples(session, answer)


@click.command()
@click.argument("script")
@click.option(
    "--reviewed", type=int, metavar="RUN", help="Only if the rows of this populate, which a review names, are staged."
)
@yes_option
@following.wait_option
@shared
def publish(session: Session, script: str, reviewed: int | None, yes: bool, wait: bool) -> None:
    """Make the bad rows what SCRIPT has staged. Shows what would change and asks first."""
    found = find(session, SCRIPT, script)
    if not yes:
        seen = _asked(session, found)
        reviewed = seen if reviewed is None else reviewed
    run = session.api.send("POST", f"sql_scripts/{found['id']}/publish", {} if reviewed is None else {"run": reviewed})
    following.started(session, run, wait)


def _asked(session: Session, script: dict[str, Any]) -> int:
    """The populate whose rows a person has agreed to; what is populated after the question is not published by it."""
    answer = session.api.get(f"sql_scripts/{script['id']}/review")
    totals = answer["totals"]
    told = ", ".join(f"{totals[name]:,} {name}" for name in ("new", "changed", "resolved", "unchanged"))
    session.output.note(
        f"'{script['name']}', populated {moment(answer['populated_at'])}: {told} in {counted(totals['pairs'], 'pair')}."
    )
    session.confirm("Publish?")
    return int(answer["run"])


def _show_review(session: Session, name: str, answer: dict[str, Any]) -> None:
    rows = [(*_pair(pair), *_counts(pair), (pair["last_publisher"] or {}).get("name", "")) for pair in answer["pairs"]]
    total = [("all", "", *_counts(answer["totals"]), "")] if len(rows) > 1 else []
    populated = f"populated {moment(answer['populated_at'])} by run {answer['run']}"
    title = f"Review of '{name}', {counted(answer['n_rows'], 'row')} {populated}"
    session.output.table(REVIEW_HEADS, [*rows, *total], title=title)


def _show_samples(session: Session, answer: dict[str, Any]) -> None:
    samples = list(itertools.islice(_samples(answer), MOST_SAMPLES))
    if samples:
        session.output.table(("", "rule", "source", "record", "old value", "new value"), samples, title="Samples")


def _samples(answer: dict[str, Any]) -> Iterator[tuple[object, ...]]:
    for pair in answer["pairs"]:
        for action in ("new", "changed", "resolved"):
            for row in pair["samples"].get(action, []):
                # What is not there on one side has no value, which is something else than NULL.
                old = "" if action == "new" else row["old_value"]
                new = "" if action == "resolved" else row["new_value"]
                yield (action, *_pair(pair), row["source_uid"], old, new)


def _pair(pair: dict[str, Any]) -> tuple[str, str]:
    return pair["rule_id"], pair["source_id"]


def _counts(counts: dict[str, Any]) -> Iterator[int]:
    return (counts[name] for name in ("new", "changed", "resolved", "unchanged"))


@click.group(invoke_without_command=True)
@click.option(
    "--script", multiple=True, metavar="SCRIPT", help="Only runs of this script (id or name); may be repeated."
)
@click.option("--status", multiple=True, type=STATES, help="Only in this state; may be repeated.")
@click.option("--kind", multiple=True, type=KINDS, help="Only of this kind; may be repeated.")
@click.option(
    "--schedule", multiple=True, metavar="SCHEDULE", help="Only of this schedule (id or name); may be repeated."
)
@click.option("--trigger", multiple=True, type=DOORS, help="Only those that were asked for so; may be repeated.")
@listing.limited
@with_options
@click.pass_context
def runs(context: click.Context, script: Any, schedule: Any, limit: int, everything: bool, **wanted: Any) -> None:
    """The ledger of runs, newest first.

    With --json one document a line.
    """
    if context.invoked_subcommand:
        return
    session = context.ensure_object(Session)
    params = {"script": ids(session, SCRIPT, script), "schedule": ids(session, SCHEDULE, schedule), **wanted}
    found = listing.newest(session, "runs", params, limit, everything)
    heads = ("id", "kind", "script", "status", "by", "created", "took", "rows")
    listing.show(session, heads, _line, found)


def _line(run: dict[str, Any]) -> tuple[object, ...]:
    seconds = run["seconds"]
    status = f"{run['status']} {run['error']['code']}" if run["error"] else run["status"]
    return (
        run["id"], run["kind"], run["script_name"], status, _by(run), moment(run["created_at"]),
        "" if seconds is None else f"{seconds:.1f} s", run["progress"]["rows"],
    )  # fmt: skip


def _by(run: dict[str, Any]) -> str:
    """Who asked for it, and through which door where that is not this one."""
    name = (run["actor"] or {}).get("username", "nobody")
    return name if run["trigger"] == "api" else f"{name}, {run['trigger']}"


@command(runs, "show")
@click.argument("pk", metavar="ID", type=click.IntRange(1))
@click.option("--wait", is_flag=True, help="Follow it to its end.")
def show_run(session: Session, pk: int, wait: bool) -> None:
    """Show one run. With --wait, the exit code says how it ended."""
    run = session.api.get(f"runs/{pk}")
    if wait:
        following.started(session, run, wait)
    else:
        following.show(session, run)


@command(runs, "cancel")
@click.argument("pk", metavar="ID", type=click.IntRange(1))
def cancel_run(session: Session, pk: int) -> None:
    """Ask a run to stop, and wait until it has."""
    following.show(session, following.cancel(session, pk))
