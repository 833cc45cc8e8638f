"""The text of a script as it is kept and run: one statement, without what stands around it. PostgreSQL is the judge; this only trims."""

import re

from dqx.errors import Refused

MOST_BYTES = 200_000
# The tokens in which a semicolon, a parenthesis or a word means nothing. Lexical structure of PostgreSQL, chapter 4.1.
_TOKEN = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<comment>--[^\r\n]*|/\*)
  | (?P<string>[eE]'(?:[^'\\]|\\.|'')*'(?:\s*[\r\n]\s*'(?:[^'\\]|\\.|'')*')* | '(?:[^']|'')*' | "(?:[^"]|"")*")
  | (?P<dollar>\$(?:[A-Za-z_\x80-\U0010ffff][\w\x80-\U0010ffff]*)?\$)
  | (?P<semicolon>;)
  | (?P<open>\()
  | (?P<word>[A-Za-z_\x80-\U0010ffff][\w$]*)
  | (?P<other>[0-9][\w.]*|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_WANTED = {"script": "Write one SELECT of the five columns.", "query": "Write one SELECT."}
_COMMENT_EDGE = re.compile(r"/\*|\*/")


def clean(content: str, thing: str = "script") -> str:
    """The text without byte-order mark and blanks around it, as it is stored.

    Args:
        thing: what errors call it, "script" or "query".

    Raises:
        Refused: it is empty, too long, or holds characters that PostgreSQL can't.
    """
    text = content.removeprefix("\ufeff").strip()
    if "\x00" in text:
        raise Refused(f"{thing}_malformed", f"The {thing} contains a NUL character. Remove it.")
    try:
        size = len(text.encode())
    except UnicodeEncodeError as exc:
        raise Refused(
            f"{thing}_malformed", f"The {thing} contains half of a character (a lone surrogate). Remove it."
        ) from exc
    if size > MOST_BYTES:
        raise Refused(f"{thing}_too_long", f"The {thing} has {size:,} bytes; at most {MOST_BYTES:,} are allowed.")
    if not text:
        raise Refused(f"{thing}_empty", f"The {thing} is empty. {_WANTED[thing]}")
    return text


def statement(content: str, thing: str = "script") -> tuple[str, int]:
    """The one SELECT of a text, without the semicolons before and after it, and how many characters were left out in front.

    Raises:
        Refused: there is no statement, or it does not begin with SELECT or WITH.
    """
    start, end, first_word = None, 0, ""
    for kind, begin, stop in tokens(content):
        if kind in ("space", "comment", "semicolon"):
            continue
        start = begin if start is None else start
        end = stop
        if not first_word and kind != "open":
            first_word = content[begin:stop]
    if start is None:
        raise Refused(f"{thing}_empty", f"The {thing} has no statement. {_WANTED[thing]}")
    if first_word.upper() not in ("SELECT", "WITH"):
        found = (first_word or content[start:end])[:40]
        raise Refused(f"{thing}_not_select", f"The {thing} begins with {found}; it has to be one SELECT.")
    return content[start:end], start


def depth(text: str) -> int:
    """How deeply the parentheses of a text are nested."""
    now = deepest = 0
    for kind, begin, _ in tokens(text):
        now += 1 if kind == "open" else -1 if text[begin] == ")" and kind == "other" else 0
        deepest = max(deepest, now)
    return deepest


def tokens(text: str) -> list[tuple[str, int, int]]:
    """Kind (space, comment, string, semicolon, open, word, other), start and end of each token.

    An unclosed comment or string runs to the end, where the server refuses it.
    """
    found, position = [], 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        assert match is not None  # noqa: S101 - the last branch takes any character
        kind, end = str(match.lastgroup), match.end()
        if match.group() == "/*":
            closed = _comment_end(text, position)
            kind, end = (kind, closed) if closed else ("unclosed", len(text))
        elif kind == "dollar":
            close = text.find(match.group(), end)
            kind, end = "string", len(text) if close < 0 else close + len(match.group())
        found.append((kind, position, end))
        position = end
    return found


def _comment_end(text: str, start: int) -> int | None:
    """Where a block comment ends, if it does; they nest."""
    depth = 0
    for edge in _COMMENT_EDGE.finditer(text, start):
        depth += 1 if edge.group() == "/*" else -1
        if depth == 0:
            return edge.end()
    return None
