"""What a text of SQL says, whatever its layout: its tokens as PostgreSQL cuts them, and its comments.

Two texts with one essence mean the same to the server. Left out are blanks, the case of words, AS, and how an operator or a string is
spelt where there are two ways.
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from scripts_app import text

SYNONYMS = {"!=": "<>"}
# Stands before an alias, where it may be left out; elsewhere PostgreSQL refuses a text that lacks it.
OPTIONAL = "AS"
PREFIXES = ("B", "X", "N", "&")  # B'…', X'…', N'…', U&'…'
SILENT = ("space", "comment", "semicolon")
OPERATOR = frozenset("+-*/<>=~!@#%^&|`?:")
# An operator of several characters may end in a sign only if one of these is in it. Lexical structure of PostgreSQL, chapter 4.1.3.
LETS_SIGN_END = frozenset("~!@#%^&|`?")
_DOLLARS = re.compile(r"\$[^$]*\$")


class Essence(NamedTuple):
    """Tokens in their order, and how often each comment stands anywhere. An empty comment says nothing."""

    tokens: list[str]
    comments: Counter[str]


def essence(given: str) -> Essence:
    """What a text says."""
    tokens = text.tokens(given)
    comments = (squeezed(given[begin:stop]) for kind, begin, stop in tokens if kind == "comment")
    return Essence(list(_told(given, tokens)), Counter(filter(None, comments)))


def squeezed(comment: str) -> str:
    """The words of a comment, without its marks."""
    inner = comment[2:] if comment.startswith("--") else comment[2:-2]
    return " ".join(inner.split())


def _told(given: str, tokens: list[tuple[str, int, int]]) -> Iterator[str]:
    """The tokens, each in one spelling; characters of an operator together, as the server takes them."""
    run, before, end = "", "", 0
    for kind, begin, stop in tokens:
        word, is_operator = given[begin:stop], kind == "other" and given[begin] in OPERATOR
        if run and not (is_operator and begin == end):
            yield from _operators(run)
            run = ""
        if kind in SILENT:
            continue
        if is_operator:
            run += word
        elif kind == "string":
            yield _string(word, before if begin == end else "", before == "'" and "\n" in given[end:begin])
        elif word.upper() != OPTIONAL:
            yield word.upper()
        before, end = "'" if kind == "string" else word[-1].upper(), stop
    yield from _operators(run)


def _operators(run: str) -> Iterator[str]:
    """The operators in a run of their characters: the signs at its end stand for themselves, where the rule says so."""
    bare = run if LETS_SIGN_END & set(run) else run[:1] + run[1:].rstrip("+-")
    if bare:
        yield SYNONYMS.get(bare, bare)
    yield from run[len(bare) :]


def _string(word: str, before: str, goes_on: bool) -> str:
    """A string or a quoted name, however a string was quoted.

    Args:
        before: the character that is glued to it; after some the server reads the string in another way.
        goes_on: another string stands before it, and a line break between: the two are one then.
    """
    mark = (before if before in PREFIXES else "") + ("\n" if goes_on else "")
    dollars = _DOLLARS.match(word)
    if dollars:
        return f"{mark}'{word[dollars.end() : -dollars.end()]}'"
    if word[0] == "'":
        return mark + word.replace("''", "'")
    return mark + word
