"""Connections to other databases, for Admins: list, show, create, edit, test, delete. The password is asked for, never an argument."""

from typing import Any

import click

from dqx.client import listing, things
from dqx.client.output import moment
from dqx.client.secret_input import ANY_WORDS, refuse_words, secrets
from dqx.client.session import Session, command, options, with_options
from dqx.client.things import CONNECTION, delete, find, yes_option

HEADS = ("id", "name", "leads to", "tls", "at once", "scripts")
STDIN = "--password-stdin"
MODES = click.Choice(["disable", "prefer", "require", "verify-ca", "verify-full"])
_options = options(
    click.option("--host", help="The server."),
    click.option("--port", type=int, help="A new one 5432."),
    click.option("--dbname", metavar="NAME", help="The database there."),
    click.option("--user", metavar="NAME", help="The login; better one that can only read."),
    click.option("--sslmode", type=MODES, help="As libpq has it; a new one prefer."),
    click.option("--runs-at-once", type=int, metavar="N", help="How many runs may read it at the same time; a new one 4."),
    click.option("--password/--no-password", default=None, help="Ask for the password; or keep none."),
    click.option(STDIN, is_flag=True, help="Read the password from standard input instead of asking."),
)  # fmt: skip


@click.group(invoke_without_command=True)
@with_options
@click.pass_context
def connections(context: click.Context) -> None:
    """Other databases, for Admins: list (also without a word), show, create, edit, test, delete.

    CONNECTION is an id or a name.
    """
    if not context.invoked_subcommand:
        context.invoke(list_connections)


@command(connections, "list")
def list_connections(session: Session) -> None:
    """All connections, by name."""
    listing.whole(session, HEADS, _line, session.api.get(CONNECTION.path), "There is no connection yet.")


def _line(one: dict[str, Any]) -> tuple[object, ...]:
    leads = f"{one['user']}@{one['host']}:{one['port']}/{one['dbname']}"
    return one["id"], one["name"], leads, one["sslmode"], one["runs_at_once"], one["used_by"]


@command(connections, "show")
@click.argument("connection")
def show_connection(session: Session, connection: str) -> None:
    """Show a connection, and which scripts read it."""
    _show(session, find(session, CONNECTION, connection))


def _show(session: Session, one: dict[str, Any]) -> None:
    more = one["used_by"] - len(one["script_names"])
    scripts = [*one["script_names"], *([f"{more:,} more"] if more else [])]
    facts = [
        ("id", one["id"]),
        ("name", one["name"]),
        ("host", one["host"]),
        ("port", one["port"]),
        ("database", one["dbname"]),
        ("user", one["user"]),
        ("tls", one["sslmode"]),
        ("at once", one["runs_at_once"]),
        ("password", "kept" if one["has_password"] else "none"),
        ("read by", ", ".join(scripts) or None),
        ("created", moment(one["created_at"])),
        ("changed", moment(one["updated_at"])),
    ]
    listing.single(session, one, facts)


@command(connections, "create", context_settings=ANY_WORDS)
@click.argument("name")
@_options
def create_connection(session: Session, name: str, **given: Any) -> None:
    """Keep how to reach another database, with --host, --dbname and --user. Try it with `dqx connections test`."""
    refuse_words("A password", STDIN, name)
    _show(session, session.api.send("POST", CONNECTION.path, {"name": name, **_body(session, **given)}))


@command(connections, "edit", context_settings=ANY_WORDS)
@click.argument("connection")
@click.option("--name", help="Another name.")
@_options
def edit_connection(session: Session, connection: str, name: str | None, **given: Any) -> None:
    """Change what is given of a connection. Where it leads elsewhere, its password has to be given too."""
    refuse_words("A password", STDIN, connection)
    found = find(session, CONNECTION, connection)
    changes = _body(session, **given) | ({} if name is None else {"name": name})
    if not changes:
        raise click.UsageError("Say what to change.")
    _show(session, session.api.send("PATCH", CONNECTION.at(found["id"]), changes))


def _body(session: Session, *, password: bool | None, password_stdin: bool, **given: Any) -> dict[str, Any]:
    """What was given, in the API's words, with the password that is asked for."""
    body = {field: value for field, value in given.items() if value is not None}
    if password or password_stdin:
        (body["password"],) = secrets(session, ["Password"], password_stdin, STDIN)
    return body | ({"password": None} if password is False else {})


@command(connections, "test")
@click.argument("connection")
def test_connection(session: Session, connection: str) -> None:
    """Sign in to the database of a connection, now, and say how it went."""
    answer = things.test(session, CONNECTION, connection)
    if session.as_json:
        return
    session.output.facts([
        ("server", answer["server_version"]),
        ("database", answer["database"]),
        ("user", answer["user"]),
        ("may write", "yes; better take a login that can only read" if answer["can_write"] else "no"),
        ("tls", answer["tls"] or "no"),
        ("took", f"{answer['latency_ms']:,.0f} ms"),
    ])  # fmt: skip


@command(connections, "delete")
@click.argument("connection")
@yes_option
def delete_connection(session: Session, connection: str, yes: bool) -> None:
    """Delete a connection that no script reads."""
    delete(session, CONNECTION, find(session, CONNECTION, connection), yes)


def add_to(root: click.Group) -> None:
    """Put these commands where `dqx` finds them."""
    root.add_command(connections)
