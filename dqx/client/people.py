"""People who can sign in, for Admins: list, show, create, edit, delete. A password is asked for, never an argument."""

from typing import Any

import click

from dqx.client import listing
from dqx.client.output import moment
from dqx.client.secret_input import ANY_WORDS, refuse_words, secrets
from dqx.client.session import Session, command, options, with_options
from dqx.client.things import PERSON, delete, find, yes_option

HEADS = ("id", "name", "role", "e-mail", "active", "last login")
STDIN = "--password-stdin"
ROLES = click.Choice(["viewer", "author", "publisher", "admin"])
_options = options(
    click.option("--role", type=ROLES, help="What they may do; a new one is a viewer."),
    click.option("--active/--inactive", "is_active", default=None, help="Whether they can sign in."),
    click.option(STDIN, is_flag=True, help="Read the password from standard input instead of asking."),
)


@click.group(invoke_without_command=True)
@with_options
@click.pass_context
def people(context: click.Context) -> None:
    """People who can sign in, for Admins: list (also without a word), show, create, edit, delete.

    PERSON is an id or a name.
    """
    if not context.invoked_subcommand:
        context.invoke(list_people)


@command(people, "list")
def list_people(session: Session) -> None:
    """All people, by name."""
    listing.whole(session, HEADS, _line, session.api.get(PERSON.path))


def _line(one: dict[str, Any]) -> tuple[object, ...]:
    last = moment(one["last_login"]) or ""
    return one["id"], one["username"], one["role"], one["email"], _active(one), last


def _active(one: dict[str, Any]) -> str:
    return "yes" if one["is_active"] else "no"


@command(people, "show")
@click.argument("person")
def show_person(session: Session, person: str) -> None:
    """Show a person, and what they may do."""
    _show(session, find(session, PERSON, person))


def _show(session: Session, one: dict[str, Any]) -> None:
    facts = [
        ("id", one["id"]),
        ("name", one["username"]),
        ("e-mail", one["email"]),
        ("role", one["role"]),
        ("active", _active(one)),
        ("created", moment(one["created_at"])),
        ("last login", moment(one["last_login"])),
        ("may", " ".join(one["permissions"])),
    ]
    listing.single(session, one, facts)


@command(people, "create", context_settings=ANY_WORDS)
@click.argument("name")
@click.option("--email", required=True, metavar="ADDRESS", help="Nobody else may have it.")
@_options
def create_person(session: Session, name: str, password_stdin: bool, **given: Any) -> None:
    """Let somebody sign in, with the password that is asked for."""
    refuse_words("A password", STDIN, name)
    body = {"username": name, **_told(**given), "password": _password(session, password_stdin)}
    _show(session, session.api.send("POST", PERSON.path, body))


@command(people, "edit", context_settings=ANY_WORDS)
@click.argument("person")
@click.option("--name", "username", help="Another name.")
@click.option("--email", metavar="ADDRESS", help="Nobody else may have it.")
@click.option("--password", is_flag=True, help="Another password; it is asked for, and ends all their sign-ins.")
@_options
def edit_person(session: Session, person: str, password: bool, password_stdin: bool, **given: Any) -> None:
    """Change what is given of a person. For your own password there is `dqx password`."""
    refuse_words("A password", STDIN, person)
    found, changes = find(session, PERSON, person), _told(**given)
    if password or password_stdin:
        changes["password"] = _password(session, password_stdin)
    if not changes:
        raise click.UsageError("Say what to change.")
    _show(session, session.api.send("PATCH", PERSON.at(found["id"]), changes))


def _told(**given: Any) -> dict[str, Any]:
    return {field: value for field, value in given.items() if value is not None}


def _password(session: Session, from_stdin: bool) -> str:
    (password,) = secrets(session, ["New password"], from_stdin, STDIN, twice=["New password"])
    return password


@command(people, "delete")
@click.argument("person")
@yes_option
def delete_person(session: Session, person: str, yes: bool) -> None:
    """Delete a person. What they made stays, without their name."""
    warning = "What they made stays, without their name; their schedules rest until somebody saves them."
    delete(session, PERSON, find(session, PERSON, person), yes, warning)


def add_to(root: click.Group) -> None:
    """Put these commands where `dqx` finds them."""
    root.add_command(people)
