"""When schedules are due: what became of the times that came, and which come."""

from typing import Any

import click

from dqx.client import listing, timing
from dqx.client.output import moment
from dqx.client.session import Session, several, shared
from dqx.client.things import SCHEDULE, find

HEADS = ("was due", "came of it", "run", "publish", "why")
OUTCOMES = click.Choice(["ran", "skipped", "missed", "refused"])


def add_to(schedules: click.Group) -> None:
    """Put these commands where `dqx schedules` finds them."""
    schedules.add_command(times)
    schedules.add_command(preview)


@click.command()
@click.argument("schedule")
@click.option("--outcome", multiple=True, type=OUTCOMES, help="Only what became of it so; may be repeated.")
@listing.limited
@shared
def times(session: Session, schedule: str, outcome: tuple[str, ...], limit: int, everything: bool) -> None:
    """What became of the times at which a schedule was due, newest first.

    With --json one document a line.
    """
    path = f"scheduler/{find(session, SCHEDULE, schedule)['id']}/due_times"
    found = listing.newest(session, path, {"outcome": several(outcome)}, limit, everything)
    listing.show(session, HEADS, line, found, "" if outcome else "It was never due.")


@click.command()
@timing.when_options
@click.option("--next", "n", type=click.IntRange(1, 100), default=5, show_default=True, help="So many times to come.")
@shared
def preview(session: Session, n: int, **given: Any) -> None:
    """Say what --cron, or a day and --time, would mean, and when that would be. Nothing is saved."""
    coming = session.api.send("POST", f"scheduler/preview?n={n}", timing.body(session, None, **given))
    if session.as_json:
        session.output.document(coming)
        return
    told = [("when", coming["description"]), ("cron", coming["cron_schedule"]), ("time zone", coming["timezone"])]
    session.output.facts(told)
    session.output.text("\n")
    show_coming(session, coming["timezone"], coming["next_runs"])


def line(due: dict[str, Any]) -> tuple[object, ...]:
    """What became of a due time, below `HEADS`."""
    more = f"With {due['n_times'] - 1:,} more right before it." if due["n_times"] > 1 else ""
    why = " ".join(words for words in (due["reason"], due["message"], more) if words)
    run, publish = ((due[name] or {}).get("id", "") for name in ("run", "publish"))
    return moment(due["due_at"]), due["state"], run, publish, why


def show_coming(session: Session, zone: str, coming: list[str]) -> None:
    """The times that come, by the clock here and, where that differs, by the schedule's."""
    times = [(moment(time), _own(time)) for time in coming]
    if all(here == there for here, there in times):
        session.output.table(("next due",), [(here,) for here, _ in times])
    else:
        session.output.table(("next due", f"in {zone}"), times)


def _own(time: str) -> str:
    """On the clocks of the schedule's zone."""
    return time[:16].replace("T", " ")
