"""Lists: whole ones, and what is told newest first and in pages, so many of it at most, or all."""

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import click

from dqx.client.session import Session

MOST_PAGE = 1000


def limited(function: Callable[..., Any]) -> Callable[..., Any]:
    """Adds --limit and --all, as `limit` and `everything`."""
    limit = click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="So many at most.")
    everything = click.option("--all", "everything", is_flag=True, help="All of them.")
    return limit(everything(function))


def newest(
    session: Session, path: str, params: dict[str, Any], limit: int, everything: bool
) -> Iterator[dict[str, Any]]:
    """What the pages at a path have, as it comes.

    Raises:
        Failure: a page is refused, or does not come.
    """
    size = MOST_PAGE if everything else min(limit, MOST_PAGE)
    pages = session.api.pages(path, {**params, "page_size": size})
    found = itertools.chain.from_iterable(page["results"] for page in pages)
    return found if everything else itertools.islice(found, limit)


def single(session: Session, one: dict[str, Any], facts: Iterable[tuple[str, object]]) -> None:
    """One thing: its facts for people, as `Output.facts`, the document for programs."""
    if session.as_json:
        session.output.document(one)
    else:
        session.output.facts(facts)


def whole(
    session: Session,
    heads: Sequence[str],
    line: Callable[[dict[str, Any]], Sequence[object]],
    found: Sequence[dict[str, Any]],
    nothing: str = "",
) -> None:
    """A list that is there at once: a table for people, one document for programs.

    Args:
        nothing: what people are told where it is empty.
    """
    if session.as_json:
        session.output.document(found)
    else:
        _tell(session, heads, list(map(line, found)), nothing)


def show(
    session: Session,
    heads: Sequence[str],
    line: Callable[[dict[str, Any]], Sequence[object]],
    found: Iterable[dict[str, Any]],
    nothing: str = "",
) -> None:
    """A table for people, of a line for each; one document a line for programs.

    Args:
        nothing: what people are told where there is none.
    """
    if session.as_json:
        for one in found:
            session.output.document(one)
        return
    _tell(session, heads, [line(one) for one in found], nothing)


def _tell(session: Session, heads: Sequence[str], lines: list[Sequence[object]], nothing: str) -> None:
    if lines or not nothing:
        session.output.table(heads, lines)
    else:
        session.output.note(nothing)
