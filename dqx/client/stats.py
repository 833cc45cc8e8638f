"""How the bad rows stand, and what publishes did of late: summary, activity, changes, worst."""

from typing import Any

import click

from dqx.client import listing
from dqx.client.session import Session, command, options, several, with_options

ACTIONS = ("opened", "changed", "resolved", "reopened")
KINDS = {"rules": "rule_id", "sources": "source_id"}
_filters = options(
    click.option("--rule", multiple=True, metavar="ID", help="Only of this rule; may be repeated, as may the next."),
    click.option("--source", multiple=True, metavar="ID", help="Only of this source."),
)
_zone = click.option("--timezone", metavar="ZONE", help="Whose days they are, as Europe/Berlin; the server's else.")


def _days(usual: int) -> Any:
    return click.option("--days", type=click.IntRange(1), default=usual, show_default=True, help="So many last days.")


def _params(rule: tuple[str, ...], source: tuple[str, ...], **more: Any) -> dict[str, Any]:
    return {"rule_id": several(rule), "source_id": several(source), **more}


@click.group(invoke_without_command=True)
@_filters
@with_options
@click.pass_context
def stats(context: click.Context, **wanted: Any) -> None:
    """How the bad rows stand, and what publishes did of late: summary (also without a word), activity, changes, worst.

    `dqx bad --by` counts them by rule, source or date.
    """
    if not context.invoked_subcommand:
        context.invoke(summary, **wanted)


@command(stats, "summary")
@_filters
def summary(session: Session, rule: tuple[str, ...], source: tuple[str, ...]) -> None:
    """How many bad rows there are, of how many rules and sources, and from when to when."""
    one = session.api.get("stats/summary", _params(rule, source))
    facts = [(name.replace("_", " "), value) for name, value in one.items()]
    listing.single(session, one, facts)


@command(stats, "activity")
@_filters
@_days(30)
@_zone
def activity(session: Session, rule: tuple[str, ...], source: tuple[str, ...], days: int, timezone: str | None) -> None:
    """What publishes did on each of the last days, and how many bad rows there were at its end."""
    params = _params(rule, source, days=days, timezone=timezone)
    found = session.api.get("stats/activity", params)
    if session.as_json:
        session.output.document(found)
        return
    rows = [[one["date"], *(one[name] for name in ACTIONS), _known(one["bad_rows"])] for one in found["days"]]
    session.output.table(("day", *ACTIONS, "bad rows"), rows)


def _known(n: int | None) -> object:
    """Before the first publish nobody knows."""
    return "" if n is None else n


@command(stats, "changes")
@_filters
@_days(7)
@_zone
def changes(session: Session, rule: tuple[str, ...], source: tuple[str, ...], days: int, timezone: str | None) -> None:
    """What publishes did of late to each rule and each source, those that got worse first."""
    found = session.api.get("stats/changes", _params(rule, source, days=days, timezone=timezone))
    if session.as_json:
        session.output.document(found)
        return
    named = [(kind[:-1], one[key], one) for kind, key in KINDS.items() for one in found[kind]]
    rows = [[kind, pk, *(one[name] for name in ACTIONS), one["net"]] for kind, pk, one in named]
    if rows:
        rows.sort(key=lambda row: (row[0], -row[-1]))
        session.output.table(("of", "id", *ACTIONS, "more or less"), rows)
    else:
        session.output.note("No publish changed anything.")


@command(stats, "worst")
@_filters
@click.option("--limit", type=click.IntRange(1), default=10, show_default=True, help="So many at most.")
def worst(session: Session, rule: tuple[str, ...], source: tuple[str, ...], limit: int) -> None:
    """The records that fail the most rules, two at least."""
    found = session.api.get("stats/worst_records", _params(rule, source, limit=limit))
    heads = ("source", "record", "fails", "rules")
    listing.whole(session, heads, _worst, found, "No record fails two rules.")


def _worst(one: dict[str, Any]) -> tuple[object, ...]:
    return one["source_id"], one["source_uid"], one["count"], ", ".join(rule["rule_id"] for rule in one["rules"])


def add_to(root: click.Group) -> None:
    """Put these commands where `dqx` finds them."""
    root.add_command(stats)
