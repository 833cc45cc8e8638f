"""The command `dqx`: signing in and out, and where the other commands hang.

Exit codes: 0 done; 1 refused, or the run failed; 2 wrong usage; 3 not signed in; 4 no answer of a DQX; 130 Ctrl-C; 141 nobody reads on.
"""

import sys

import click

import dqx
from dqx.client import (
    addresses,
    alerts,
    audit,
    connections,
    history,
    people,
    references,
    rows,
    runs,
    schedules,
    scripts,
    stats,
    tables,
)
from dqx.client.errors import INTERRUPTED, NO_ANSWER, USAGE, Failure
from dqx.client.http import Api
from dqx.client.output import Output, closed, moment
from dqx.client.secret_input import ANY_WORDS, refuse_words, secrets
from dqx.client.session import HERE, Session, command, with_options


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(dqx.__version__, prog_name="dqx", message="%(prog)s %(version)s")
@with_options
@click.pass_context
def root(context: click.Context) -> None:
    """Find bad rows with SQL, review them, publish them: the command line of any DQX server.

    Sign in once with `dqx login --server https://…`; the commands after that use the same server.
    """
    context.ensure_object(Session)


scripts.add_to(root)
runs.add_to(root)
rows.add_to(root)
history.add_to(root)
stats.add_to(root)
references.add_to(root)
connections.add_to(root)
people.add_to(root)
audit.add_to(root)
tables.add_to(root)
schedules.add_to(root)
alerts.add_to(root)


@command(root, "login")
@click.option("--username", metavar="NAME", help="Who signs in; asked for where it is missing.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of asking.")
def login(session: Session, username: str | None, password_stdin: bool) -> None:
    """Sign in to a server. The password is asked for; it is never an argument."""
    if not password_stdin and not session.asks:
        raise click.UsageError("Nobody can be asked here. Give --username and --password-stdin.")
    if password_stdin and not username:
        raise click.UsageError("--password-stdin needs --username.")
    api = Api(session.chosen or _asked_server(session, password_stdin), session.keychain)
    _warn_of_open(session, api.address)
    known = session.keychain.username(api.address) or None
    name = username or click.prompt(f"Username at {api.address}", default=known, err=True)
    (password,) = secrets(session, ["Password"], password_stdin, "--password-stdin")
    user = api.sign_in(name, password)
    if session.as_json:
        session.output.document({"server": api.address, **user})
    else:
        session.output.note(f"Signed in to {api.address} as {user['username']} ({user['role']}).")


def _warn_of_open(session: Session, address: str) -> None:
    if addresses.is_open(address):
        told = f"Warning: {address} is not encrypted. Others on the way can read the password and all data."
        session.output.note(told, "yellow")


def _asked_server(session: Session, password_stdin: bool) -> str:
    known = session.keychain.current()
    if known or password_stdin:
        return known or HERE
    return addresses.normal(click.prompt("Server", default=HERE, err=True))


@command(root, "logout")
def logout(session: Session) -> None:
    """Sign out of the server, and remove its tokens here."""
    api = session.api
    try:
        api.sign_out()
    except Failure as failure:
        if failure.code == "not_signed_in":
            raise
        session.output.note(
            f"{failure.message} The tokens are removed here, but the server does not know of it.", "yellow"
        )
    session.keychain.forget(api.address)
    session.output.note(f"Signed out of {api.address}.")


@command(root, "whoami")
def whoami(session: Session) -> None:
    """Who is signed in, where, and what they may do."""
    user = session.api.get("auth/me")
    if session.as_json:
        session.output.document({"server": session.api.address, **user})
        return
    facts = [("server", session.api.address), *((name, user[name]) for name in ("username", "email", "role"))]
    facts += [("last login", moment(user["last_login"])), ("may", " ".join(user["permissions"]))]
    session.output.facts(facts)


@command(root, "email")
@click.argument("address")
def email(session: Session, address: str) -> None:
    """Give yourself another e-mail ADDRESS; nobody else may have it."""
    user = session.api.send("PATCH", "auth/me", {"email": address})
    if session.as_json:
        session.output.document(user)
    else:
        session.output.note(f"Your e-mail is {user['email']} now.")


@command(root, "password", context_settings=ANY_WORDS)
@click.option("--passwords-stdin", is_flag=True, help="Read the old and the new one from standard input, one a line.")
def password(session: Session, passwords_stdin: bool) -> None:
    """Give yourself another password. It is asked for, and ends all your other sign-ins."""
    refuse_words("A password", "--passwords-stdin")
    _warn_of_open(session, session.api.address)
    names = ["Old password", "New password"]
    old, new = secrets(session, names, passwords_stdin, "--passwords-stdin", twice=names[1:])
    session.api.change_password(old, new)
    session.output.note("Your password was changed. Your other sign-ins have ended.")


def main() -> int:
    """Run the command of the process's arguments; the exit code."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # a terminal may lack characters
    session = Session()
    try:
        root.main(prog_name="dqx", standalone_mode=False, obj=session)
        _flush()
    except Failure as failure:
        return _failed(session, failure)
    except click.exceptions.NoArgsIsHelpError as exc:
        session.output.note(exc.format_message())
        return USAGE
    except click.UsageError as exc:
        return _failed(session, Failure("usage", f"{exc.format_message()}{_help(exc)}", USAGE))
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except (KeyError, TypeError, AttributeError, IndexError) as exc:
        told = f"The server's answer is not what dqx {dqx.__version__} knows ({type(exc).__name__}: {exc}). Is the server older or newer?"
        return _failed(session, Failure("not_understood", told, NO_ANSWER))
    return 0


def _flush() -> None:
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        raise closed() from None


def _failed(session: Session, failure: Failure) -> int:
    Output(session.as_json).failure(failure)
    return failure.exit_code


def _help(exc: click.UsageError) -> str:
    return f"\nSee: {exc.ctx.command_path} --help" if exc.ctx else ""
