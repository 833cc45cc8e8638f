"""Alerts: what is wrong, what was told and whether it arrived, and the test of a channel; rules and channels hang here."""

from typing import Any

import click

from dqx.client import alert_rules, channels, listing, things
from dqx.client.output import counted, moment, shortened
from dqx.client.session import Session, command, with_options
from dqx.client.things import CHANNEL

STATUSES = click.Choice(["waiting", "sent", "failed"])


@click.group(invoke_without_command=True)
@click.option("--over", is_flag=True, help="What was wrong, and is over.")
@click.option("--kind", type=alert_rules.KINDS, help="Only of this kind.")
@listing.limited
@with_options
@click.pass_context
def alerts(context: click.Context, over: bool, kind: str | None, limit: int, everything: bool) -> None:
    """What is wrong now, by the rule of alerts that asks for it; newest first.

    With --json one document a line.
    """
    if context.invoked_subcommand:
        return
    session = context.ensure_object(Session)
    params = {"state": "over" if over else "open", "kind": kind}
    heads = ("kind", "what", "rule", "since", *(["over"] if over else []))
    found = listing.newest(session, "alerts/incidents", params, limit, everything)
    nothing = "" if over or kind else "Nothing that a rule asks for is wrong."
    listing.show(session, heads, _over if over else _open, found, nothing)


def _open(incident: dict[str, Any]) -> tuple[object, ...]:
    kind, what = incident["kind"].replace("_", " "), f"{incident['title']}: {incident['sentence']}"
    return kind, shortened(what), incident["alert_rule"], moment(incident["opened_at"])


def _over(incident: dict[str, Any]) -> tuple[object, ...]:
    return *_open(incident), moment(incident["closed_at"])


@command(alerts, "messages")
@click.option("--status", type=STATUSES, help="Only those that wait, arrived or failed.")
@listing.limited
def messages(session: Session, status: str | None, limit: int, everything: bool) -> None:
    """What channels were told, newest first, and why a message did not arrive.

    With --json one document a line, with all that the message says.
    """
    heads = ("channel", "status", "when", "message")
    found = listing.newest(session, "alerts/messages", {"status": status}, limit, everything)
    listing.show(session, heads, _message, found, "" if status else "Nothing was told yet.")


def _message(message: dict[str, Any]) -> tuple[object, ...]:
    when = moment(message["sent_at"] or message["created_at"])
    tried = f"{counted(message['n_attempts'], 'attempt')}." if message["n_attempts"] > 1 else ""
    again = f"The next at {moment(message['next_at'])}." if message["error"] and message["next_at"] else ""
    title = f"{message['title']}." if message["title"] and message["error"] else message["title"]
    words = " ".join(word for word in (title, message["error"], tried, again) if word)
    return message["channel"]["name"], message["status"], when, words


@command(alerts, "test")
@click.argument("channel")
def test_channel(session: Session, channel: str) -> None:
    """Send a test message by CHANNEL (an id or a name), now, and say how it went. For admins."""
    answer = things.test(session, CHANNEL, channel)
    if not session.as_json:
        session.output.note(answer["message"])


def add_to(root: click.Group) -> None:
    """Put these commands where `dqx` finds them."""
    alert_rules.add_to(alerts)
    channels.add_to(alerts)
    root.add_command(alerts)
