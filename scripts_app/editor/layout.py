"""SQL in a tidy layout: one clause and one column a line, keywords in upper case. What a person wrote goes on saying what it said.

sqlglot reads the text into a tree and writes the tree. It does not read everything as PostgreSQL does, so that its own word is no proof:
unless the tokens and the comments of what it wrote are those of before, it is refused.
"""

import re

import sqlglot
from sqlglot.errors import ParseError, SqlglotError

from dqx.errors import Refused
from dqx.users.permissions import Actor, require
from scripts_app import text
from scripts_app.editor.essence import essence, squeezed
from scripts_app.queries.dialect import Kept

MOST_BYTES = 50_000  # about two seconds; sqlglot is Python
DEEPEST = 60
# A block comment that is the last thing on its line, where one of dashes could stand as well.
_AT_END = re.compile(r"/\*((?:(?!\*/)[^\n])*)\*/[ \t]*$", re.MULTILINE)


def tidy(*, actor: Actor, content: str) -> str:
    """The text in a tidy layout. It is not run, and no server sees it.

    Raises:
        NotSignedIn, NotAllowed.
        Refused: format_refused where it is not understood, or would not stay what it is; script_empty and the like.
    """
    require(actor, "scripts.format_script")
    given = text.clean(content)
    _check_size(given)
    try:
        tidied = _dashed(_written(given), given)
    except SqlglotError as exc:
        raise _not_understood(exc) from exc
    except RecursionError as exc:
        raise Refused("format_refused", "The text is nested too deeply to be laid out. It stays as it is.") from exc
    if essence(tidied) != essence(given):
        raise Refused("format_refused", "The text can't be laid out without changing what it says. It stays as it is.")
    return tidied


def _check_size(given: str) -> None:
    if len(given.encode()) > MOST_BYTES:
        raise Refused("format_refused", f"Only texts of up to {MOST_BYTES:,} bytes are laid out. It stays as it is.")
    if text.depth(given) > DEEPEST:
        raise Refused("format_refused", "The text is nested too deeply to be laid out. It stays as it is.")


def _written(given: str) -> str:
    trees = filter(None, sqlglot.parse(given, read=Kept))
    return ";\n\n".join(tree.sql(dialect=Kept, pretty=True, normalize_functions=False) for tree in trees)


def _dashed(tidied: str, given: str) -> str:
    """With the comments that were written with dashes written so again, where they end a line; sqlglot makes blocks of all."""
    comments = (given[begin:stop] for kind, begin, stop in text.tokens(given) if kind == "comment")
    dashes = {squeezed(comment) for comment in comments if comment.startswith("--")}

    def again(found: re.Match[str]) -> str:
        words = squeezed(found[0].rstrip())
        return f"-- {words}".rstrip() if words in dashes else found[0]

    return _AT_END.sub(again, tidied)


def _not_understood(exc: SqlglotError) -> Refused:
    first = exc.errors[0] if isinstance(exc, ParseError) and exc.errors else {}
    line, column = first.get("line"), first.get("col")
    where = {"line": line, "column": max(column - len(first.get("highlight") or "") + 1, 1)} if line and column else {}
    told = f" It stops at line {line}, near '{first.get('highlight')}'." if where else ""
    return Refused(
        "format_refused", f"The text is not understood well enough to be laid out.{told} It stays as it is.", **where
    )
