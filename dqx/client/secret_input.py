"""Secrets come from a prompt without echo or from standard input, never from an argument: others on the machine can read those."""

import itertools
import sys
from collections.abc import Sequence

import click

from dqx.client.errors import USAGE, Failure
from dqx.client.session import Session

# The settings of a command that calls `refuse_words`.
ANY_WORDS = {"allow_extra_args": True}


def refuse_words(what: str, option: str, word: str = "") -> None:
    """Refuse a secret among the arguments, before anything repeats it: words that are too many, or an address as a name.

    Args:
        what: may have been given so.
        option: how a program gives it.
        word: the argument that the command has, if it has one.

    Raises:
        UsageError: there is one.
    """
    if click.get_current_context().args or "://" in word:
        told = f"{what} is no argument, where others could read it. It is asked for, or read with {option}."
        raise click.UsageError(told)


def secrets(
    session: Session, names: Sequence[str], from_stdin: bool, option: str, twice: Sequence[str] = ()
) -> list[str]:
    """What a person or a program gives for each name, such as Password; never empty.

    Args:
        from_stdin: a program gives them on standard input, one a line; the last one is all that is left.
        option: how a program says so.
        twice: of the names, those that a person types again, for nobody sees what was typed and nothing else would tell.

    Raises:
        UsageError: nobody can be asked here.
        Failure: standard input lacks one, or is no text.
    """
    if from_stdin:
        return _of_stdin(names)
    if names and not session.asks:
        raise click.UsageError(f"Nobody can be asked here. Give {option}.")
    return [click.prompt(name, hide_input=True, err=True, confirmation_prompt=name in twice) for name in names]


def _of_stdin(names: Sequence[str]) -> list[str]:
    try:
        text = sys.stdin.buffer.read().decode().removesuffix("\n")
    except UnicodeDecodeError:
        raise Failure("not_text", "What came on standard input is not text in UTF-8.", USAGE) from None
    lines = [line.removesuffix("\r") for line in text.split("\n", len(names) - 1)]
    for name, line in itertools.zip_longest(names, lines):
        if not line:
            raise Failure("secret_missing", f"Standard input has no {name.lower()}.", USAGE)
    return lines
