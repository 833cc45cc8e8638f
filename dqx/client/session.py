"""What every command has: which server, in which form to answer, and whether somebody can be asked."""

import functools
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click

from dqx.client import addresses, tokens, typed
from dqx.client.errors import NOT_SIGNED_IN, USAGE, Failure
from dqx.client.http import Api
from dqx.client.output import Output
from dqx.client.tokens import Keychain

HERE = "http://127.0.0.1:8000"


class Session:
    """One command at work."""

    def __init__(self) -> None:
        self.server: str | None = None
        self.as_json = False
        self.keychain = Keychain(tokens.folder())

    @functools.cached_property
    def output(self) -> Output:
        """Where results, notes and failures go."""
        return Output(self.as_json)

    @functools.cached_property
    def api(self) -> Api:
        """The server: --server, DQX_SERVER, or the one that was signed in to last.

        Raises:
            Failure: none of them.
        """
        address = self.chosen or self.keychain.current()
        if not address:
            raise Failure(
                "not_signed_in", "You are not signed in. Sign in: dqx login --server https://…", NOT_SIGNED_IN
            )
        return Api(address, self.keychain)

    @property
    def chosen(self) -> str | None:
        """The server that --server or DQX_SERVER names."""
        given = self.server or os.environ.get("DQX_SERVER")
        return addresses.normal(given) if given else None

    @property
    def asks(self) -> bool:
        """Whether there is a person who can be asked."""
        return sys.stdin.isatty() and sys.stderr.isatty()

    def confirm(self, question: str) -> None:
        """Go on only if a person says yes.

        Raises:
            Failure: the answer is no, or there is nobody to ask.
        """
        if not self.asks:
            raise Failure("not_confirmed", "Nobody can be asked here. Give --yes to do it without asking.", USAGE)
        if not click.confirm(question, err=True):
            raise Failure("not_confirmed", "Nothing was done.")


def command(group: click.Group, name: str, **more: Any) -> Callable[[Callable[..., None]], click.Command]:
    """A command of a group; its function gets the `Session` first."""

    def make(function: Callable[..., None]) -> click.Command:
        return group.command(name, **more)(shared(function))

    return make


def shared(function: Callable[..., None]) -> Callable[..., Any]:
    """Gives a function the `Session`, and its command the options that all commands have, which may stand anywhere."""

    @click.pass_context
    def called(context: click.Context, /, *args: Any, **kwargs: Any) -> Any:
        try:
            return function(context.ensure_object(Session), *args, **kwargs)
        except Failure as failure:
            failure.typed = functools.partial(typed.name_of, command=context.command)
            raise

    return with_options(functools.update_wrapper(called, function))


def options(*given: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A decorator that gives a command these options, in their order: for several commands that take the same."""

    def add(function: Any) -> Any:
        for option in reversed(given):
            function = option(function)
        return function

    return add


def with_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Adds --server and --json."""
    server = click.option(
        "--server",
        metavar="URL",
        expose_value=False,
        callback=_set("server"),
        help="Another server than that of the last sign-in (or DQX_SERVER).",
    )
    as_json = click.option(
        "--json",
        is_flag=True,
        expose_value=False,
        callback=_set("as_json"),
        help="JSON on standard output; refusals as JSON on standard error.",
    )
    return server(as_json(function))


def _set(name: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    def keep(context: click.Context, parameter: click.Parameter, value: Any) -> None:
        if value:
            setattr(context.ensure_object(Session), name, value)

    return keep


def read_text(path: str) -> str:
    """The text of a file, or of standard input for -.

    Raises:
        Failure: it can't be read, or is not text in UTF-8.
    """
    try:
        data = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
        return data.decode("utf-8-sig")
    except OSError as exc:
        raise Failure("file", f"{path} can't be read: {exc.strerror}.") from exc
    except UnicodeDecodeError as exc:
        raise Failure("file", f"{path} is not text in UTF-8.") from exc


def place_in(text: str, failure: Failure) -> Failure:
    """The refusal of a text, with the line that it means and a mark below the character."""
    line, column = failure.details.get("line"), failure.details.get("column")
    lines = text.split("\n")
    if isinstance(line, int) and isinstance(column, int) and 0 < line <= len(lines) and column > 0:
        before = "".join("\t" if character == "\t" else " " for character in lines[line - 1][: column - 1])
        failure.details["shown"] = [f"  {lines[line - 1]}", f"  {before}^"]
    return failure


def several(values: Iterable[str]) -> list[str] | None:
    """The values of an option that may be repeated; None where it was not given, which leaves it out of the address."""
    return list(values) or None
