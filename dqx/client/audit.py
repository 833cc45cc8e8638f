"""The audit log, for Admins: who changed what, and when."""

import json
from typing import Any

import click

from dqx.client import listing
from dqx.client.output import moment, shortened
from dqx.client.session import Session, shared

HEADS = ("when", "who", "action", "what", "change")
LONGEST, LONGEST_VALUE = 100, 40


def add_to(root: click.Group) -> None:
    """Put this command where `dqx` finds it."""
    root.add_command(audit)


@click.command()
@click.option("--thing", metavar="TABLE", help="Only changes of this table, such as dq.rule_ref.")
@click.option("--key", help="Only changes of this row, by its id; with --thing that of a table.")
@listing.limited
@shared
def audit(session: Session, thing: str | None, key: str | None, limit: int, everything: bool) -> None:
    """Who changed what, newest first. For Admins.

    With --json one document a line, with the whole values before and after.
    """
    found = listing.newest(session, "audit", {"thing": thing, "key": key}, limit, everything)
    nothing = "No such change is in the log." if thing or key else "Nothing was changed yet."
    listing.show(session, HEADS, _line, found, nothing)


def _line(entry: dict[str, Any]) -> tuple[object, ...]:
    action = entry["action"].rpartition(".")[2].replace("_", " ")  # such as change user, which can be folded
    what = f"{entry['thing']} {entry['key']}"
    return moment(entry["at"]), entry["actor"], action, what, shortened(_change(entry), LONGEST)


def _change(entry: dict[str, Any]) -> str:
    """What was there before and what came of it, by column; of a row that was made or deleted, what it had."""
    before, after = entry["before"], entry["after"]
    if before is None or after is None:
        values = after or before or {}
        return ", ".join(f"{name}: {_value(value)}" for name, value in values.items() if value is not None)
    return ", ".join(_side(name, before, after) for name in before | after)


def _side(name: str, before: dict[str, Any], after: dict[str, Any]) -> str:
    told = [_value(side[name]) for side in (before, after) if name in side]
    return f"{name}: {' → '.join(told)}"


def _value(value: Any) -> str:
    return shortened(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False), LONGEST_VALUE)
