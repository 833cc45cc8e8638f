"""Rules of alerts, which say who hears of what: list, show, create, edit, on, off, delete."""

from collections.abc import Sequence
from typing import Any

import click

from dqx.client import listing
from dqx.client.output import moment
from dqx.client.session import Session, command, options, several, with_options
from dqx.client.things import ALERT_RULE, CHANNEL, SCRIPT, delete, find, ids, named, pick, yes_option

ALL_KINDS = ["run_failed", "schedule_late", "new_bad_rows"]
KINDS = click.Choice(ALL_KINDS)
HEADS = ("id", "name", "tells", "of", "by", "state")
SCOPE = ("scripts", "rules", "sources")
MOST = 3
_options = options(
    click.option("--kind", multiple=True, type=KINDS, help="What it tells; may be repeated, as may the next four. A new one tells all."),
    click.option("--channel", multiple=True, metavar="CHANNEL", help="By this channel (id or name)."),
    click.option("--script", multiple=True, metavar="SCRIPT", help="Only of this script (id or name)."),
    click.option("--rule", multiple=True, metavar="ID", help="Only of this rule of bad rows."),
    click.option("--source", multiple=True, metavar="ID", help="Only of this source."),
    click.option("--threshold", type=int, metavar="ROWS", help="New bad rows of a rule in a source are told when there are more."),
)  # fmt: skip


@click.group("rules", invoke_without_command=True)
@with_options
@click.pass_context
def rules(context: click.Context) -> None:
    """Who hears of what: list (also without a word), show, create, edit, on, off, delete.

    NAME is an id or a name. Publishers write rules.
    """
    if not context.invoked_subcommand:
        context.invoke(list_rules)


@command(rules, "list")
def list_rules(session: Session) -> None:
    """All rules of alerts, by name."""
    listing.whole(
        session, HEADS, _line, session.api.get(ALERT_RULE.path), "There is no rule yet, so nobody hears of anything."
    )


def _line(one: dict[str, Any]) -> tuple[object, ...]:
    return one["id"], one["name"], _tells(one), _about(one), _some(_hears(one)) or "nobody", _state(one)


def _about(one: dict[str, Any]) -> str:
    named = ((things if names[1:] else things[:-1], names) for things, names in _scope(one).items() if names)
    return "; ".join(f"{what} {_some(names)}" for what, names in named) or "everything"


def _tells(one: dict[str, Any]) -> str:
    more = f" (more than {one['threshold']:,})" if one["threshold"] and "new_bad_rows" in one["on"] else ""
    return ", ".join(kind.replace("_", " ") for kind in ALL_KINDS if kind in one["on"]) + more


def _scope(one: dict[str, Any]) -> dict[str, list[str]]:
    scripts = [one["script_names"].get(str(pk), f"{pk} (gone)") for pk in one["scripts"]]
    return dict(zip(SCOPE, (scripts, one["rules"], one["sources"]), strict=True))


def _hears(one: dict[str, Any]) -> list[str]:
    return [channel["name"] for channel in one["channels"]]


def _state(one: dict[str, Any]) -> str:
    return "on" if one["is_active"] else "off"


def _some(names: Sequence[str]) -> str:
    rest = f" and {len(names) - MOST} more" if len(names) > MOST else ""
    return ", ".join(names[:MOST]) + rest


@command(rules, "show")
@click.argument("name")
def show_rule(session: Session, name: str) -> None:
    """Show a rule of alerts."""
    _show(session, find(session, ALERT_RULE, name))


def _show(session: Session, one: dict[str, Any]) -> None:
    scope = {thing: ", ".join(names) for thing, names in _scope(one).items() if names} or {"of": "everything"}
    facts = [
        ("id", one["id"]),
        ("name", one["name"]),
        ("tells", _tells(one)),
        *scope.items(),
        ("by", ", ".join(_hears(one)) or "nobody is told"),
        ("state", _state(one)),
        ("written by", (one["owner"] or {}).get("username")),
        ("created", moment(one["created_at"])),
        ("changed", moment(one["updated_at"])),
    ]
    listing.single(session, one, facts)


@command(rules, "create")
@click.argument("name")
@_options
@click.option("--off", is_flag=True, help="Not switched on yet.")
def create_rule(session: Session, name: str, off: bool, **given: Any) -> None:
    """Let channels hear of failed runs, late schedules and new bad rows: of everything, or of what is named.

    Without a channel nobody is told; `dqx alerts` shows what it asks for all the same.
    """
    body = {"name": name, "on": ALL_KINDS, "is_active": not off, **_body(session, **given)}
    _show(session, session.api.send("POST", ALERT_RULE.path, body))


@command(rules, "edit")
@click.argument("name")
@click.option("--name", "new_name", metavar="NAME", help="Another name.")
@_options
@click.option(
    "--everything", is_flag=True, help="Of all scripts, rules and sources, but where some are named beside it."
)
@click.option("--nobody", is_flag=True, help="By no channel.")
def edit_rule(session: Session, name: str, new_name: str | None, everything: bool, nobody: bool, **given: Any) -> None:
    """Change what is given of a rule. Those that are named take the place of those that were there.

    What it asks for no longer is dropped without an all clear.
    """
    if nobody and given["channel"]:
        raise click.UsageError("--nobody and --channel do not go together.")
    emptied = (SCOPE if everything else ()) + (("channels",) if nobody else ())
    changes = {**{field: [] for field in emptied}, **_body(session, **given)}
    changes |= {} if new_name is None else {"name": new_name}
    if not changes:
        raise click.UsageError("Say what to change.")
    _show(session, session.api.send("PATCH", ALERT_RULE.at(find(session, ALERT_RULE, name)["id"]), changes))


def _body(
    session: Session, *, kind: Any, channel: Any, script: Any, rule: Any, source: Any, threshold: int | None
) -> dict[str, Any]:
    """What was given, in the API's words."""
    # Who writes rules may know what channels are called, and no more of them.
    known = session.api.get(f"{CHANNEL.path}/names") if channel else []
    told = {
        "on": several(kind),
        "channels": [pick(CHANNEL, known, word)["id"] for word in channel] or None,
        "scripts": ids(session, SCRIPT, script),
        "rules": several(rule),
        "sources": several(source),
        "threshold": threshold,
    }
    return {field: value for field, value in told.items() if value is not None}


@command(rules, "on")
@click.argument("name")
def switch_on(session: Session, name: str) -> None:
    """Switch a rule on. What is wrong already is no news to it."""
    _switch(session, name, True)


@command(rules, "off")
@click.argument("name")
def switch_off(session: Session, name: str) -> None:
    """Switch a rule off. What is open of it is dropped without an all clear."""
    _switch(session, name, False)


def _switch(session: Session, name: str, active: bool) -> None:
    found = find(session, ALERT_RULE, name)
    one = session.api.send("PATCH", ALERT_RULE.at(found["id"]), {"is_active": active})
    if session.as_json:
        session.output.document(one)
        return
    deaf = " It has no channel, so nobody is told." if active and not one["channels"] else ""
    session.output.note(f"{named(ALERT_RULE, one)} is {_state(one)}.{deaf}")


@command(rules, "delete")
@click.argument("name")
@yes_option
def delete_rule(session: Session, name: str, yes: bool) -> None:
    """Delete a rule of alerts, with what is open and was open of it."""
    delete(session, ALERT_RULE, find(session, ALERT_RULE, name), yes)


def add_to(group: click.Group) -> None:
    """Put these commands where `dqx alerts` finds them."""
    group.add_command(rules)
