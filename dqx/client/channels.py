"""Channels of alerts: list, show, create, edit, delete. Where a webhook or a service leads, and the key, are secrets."""

from typing import Any

import click

from dqx.client import listing
from dqx.client.errors import Failure
from dqx.client.output import counted, moment
from dqx.client.secret_input import ANY_WORDS, refuse_words, secrets
from dqx.client.session import Session, command, options, with_options
from dqx.client.things import CHANNEL, delete, find, yes_option

HEADS = ("id", "name", "kind", "leads to", "pause", "rules")
HOUR = 60
STDIN = "--secrets-stdin"
_options = options(
    click.option("--mail", multiple=True, metavar="ADDRESS", help="Mail to this address; may be repeated."),
    click.option("--key/--no-key", default=None, help="What a webhook gets is signed; the key is asked for. Or no longer."),
    click.option("--pause", type=int, metavar="MINUTES", help="At most one message in so many; a new one 480; 0 is none."),
    click.option(STDIN, is_flag=True, help="Read the address, and then the key, from standard input, one a line, instead of asking."),
)  # fmt: skip


@click.group("channels", invoke_without_command=True)
@with_options
@click.pass_context
def channels(context: click.Context) -> None:
    """Ways by which people are told: list (also without a word), show, create, edit, delete. CHANNEL is an id or a name.

    All but the list is for Admins.
    """
    if not context.invoked_subcommand:
        context.invoke(list_channels)


@command(channels, "list")
def list_channels(session: Session) -> None:
    """All channels, by name; who is no Admin sees what they are called and their kind."""
    listing.whole(session, HEADS, _line, _known(session), "There is no channel yet.")


def _known(session: Session) -> list[dict[str, Any]]:
    try:
        return list(session.api.get("alerts/channels"))
    except Failure as failure:
        if failure.code != "not_allowed":
            raise
    return list(session.api.get("alerts/channels/names"))


def _line(one: dict[str, Any]) -> tuple[object, ...]:
    more = (one["target"], _pause(one["pause_minutes"]), one["n_rules"]) if "target" in one else ("", "", "")
    return one["id"], one["name"], one["kind"], *more


def _pause(minutes: int) -> str:
    if not minutes:
        return "none"
    return counted(minutes // HOUR, "hour") if minutes % HOUR == 0 else counted(minutes, "minute")


@command(channels, "show")
@click.argument("channel")
def show_channel(session: Session, channel: str) -> None:
    """Show a channel: where it leads, without what is secret in it."""
    _show(session, find(session, CHANNEL, channel))


def _show(session: Session, one: dict[str, Any]) -> None:
    facts = [
        ("id", one["id"]),
        ("name", one["name"]),
        ("kind", one["kind"]),
        ("leads to", ", ".join(one["addresses"]) or one["target"]),
        ("key", "kept" if one["has_key"] else None),
        ("pause", _pause(one["pause_minutes"])),
        ("quiet until", moment(one["quiet_until"])),
        ("rules", one["n_rules"]),
        ("created", moment(one["created_at"])),
        ("changed", moment(one["updated_at"])),
    ]
    listing.single(session, one, facts)


@command(channels, "create", context_settings=ANY_WORDS)
@click.argument("name")
@click.option("--webhook", is_flag=True, help="POSTs JSON to an address of http or https, which is asked for.")
@click.option("--apprise", is_flag=True, help="Slack, Teams and others; the address, as Apprise has it, is asked for.")
@_options
def create_channel(session: Session, name: str, webhook: bool, apprise: bool, **given: Any) -> None:
    """Make a channel: --mail ADDRESS, --webhook or --apprise. Try it with `dqx alerts test`."""
    refuse_words("An address or a key", STDIN, name)
    kinds = [kind for kind, wanted in (("mail", given["mail"]), ("webhook", webhook), ("apprise", apprise)) if wanted]
    if len(kinds) != 1:
        raise click.UsageError("Say what it is, and only one: --mail ADDRESS, --webhook or --apprise.")
    body = {"name": name, "kind": kinds[0], **_body(session, webhook or apprise, **given)}
    _show(session, session.api.send("POST", CHANNEL.path, body))


@command(channels, "edit", context_settings=ANY_WORDS)
@click.argument("channel")
@click.option("--name", help="Another name.")
@click.option("--url", is_flag=True, help="Another address, of a webhook or of Apprise; it is asked for.")
@_options
def edit_channel(session: Session, channel: str, name: str | None, url: bool, **given: Any) -> None:
    """Change what is given of a channel; it keeps its kind. Those of --mail take the place of those that were there."""
    refuse_words("An address or a key", STDIN, channel)
    found = find(session, CHANNEL, channel)
    changes = _body(session, url, **given) | ({} if name is None else {"name": name})
    if not changes:
        raise click.UsageError("Say what to change.")
    _show(session, session.api.send("PATCH", CHANNEL.at(found["id"]), changes))


def _body(
    session: Session, url: bool, *, mail: tuple[str, ...], key: bool | None, pause: int | None, secrets_stdin: bool
) -> dict[str, Any]:
    """What was given, in the API's words, with the secrets that are asked for."""
    told = {"addresses": list(mail) or None, "pause_minutes": pause, **_secrets(session, url, bool(key), secrets_stdin)}
    given = {field: value for field, value in told.items() if value is not None}
    return given | ({"secret": None} if key is False else {})


def _secrets(session: Session, url: bool, key: bool, from_stdin: bool) -> dict[str, str]:
    asked = {field: name for field, name, wanted in (("url", "Address", url), ("secret", "Key", key)) if wanted}
    if not asked and from_stdin:
        raise click.UsageError(f"{STDIN} reads an address or a key, and neither is to be given.")
    return dict(zip(asked, secrets(session, list(asked.values()), from_stdin, STDIN), strict=True))


@command(channels, "delete")
@click.argument("channel")
@yes_option
def delete_channel(session: Session, channel: str, yes: bool) -> None:
    """Delete a channel with its messages. Rules that use it go on without it."""
    found = find(session, CHANNEL, channel)
    use = f"{counted(found['n_rules'], 'rule')} will go on without it." if found["n_rules"] else ""
    delete(session, CHANNEL, found, yes, use)


def add_to(group: click.Group) -> None:
    """Put these commands where `dqx alerts` finds them."""
    group.add_command(channels)
