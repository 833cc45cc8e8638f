"""The difference of two texts by lines, in bounded time.

Patience diff (Bram Cohen): of the lines that each text has exactly once, the longest run in one order stays, and the same again between
two of them. A block that has none is compared by its longest common subsequence as long as the budget lasts, and counts as replaced after
that. difflib's own comparison needs hours for two texts of 200 kB made for it.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from typing import NamedTuple

# Comparisons of two lines in blocks without anchors, for one difference; about 0.1 µs each.
BUDGET = 2_000_000
CONTEXT = 3

Lines = Sequence[str]
Pair = tuple[int, int]
Opcode = tuple[str, int, int, int, int]


class Difference(NamedTuple):
    """How many lines came and went, and the unified diff; empty where nothing did."""

    n_added: int
    n_removed: int
    unified: str


def difference(old: str, new: str, old_name: str = "before", new_name: str = "after") -> Difference:
    """What was changed from `old` to `new`. An empty text has no line; a last line counts without a line break.

    Args:
        old_name, new_name: what the head of the unified diff calls them.
    """
    before, after = _lines(old), _lines(new)
    found = _Comparison(before, after)
    hunks = [line for group in found.get_grouped_opcodes(CONTEXT) for line in _hunk(group, before, after)]
    unified = "\n".join([f"--- {old_name}", f"+++ {new_name}", *hunks, ""]) if hunks else ""
    return Difference(len(after) - len(found.pairs), len(before) - len(found.pairs), unified)


def _lines(text: str) -> Lines:
    return text.split("\n") if text else []


class _Comparison(SequenceMatcher[str]):
    """difflib's opcodes over the pairs of lines that we found."""

    def __init__(self, before: Lines, after: Lines) -> None:
        super().__init__()
        self.a, self.b = before, after
        self.pairs = sorted(_pairs(before, after))

    def get_matching_blocks(self) -> list[tuple[int, int, int]]:  # type: ignore[override]
        """Runs of pairs as (place in a, place in b, length), and the end."""
        blocks: list[tuple[int, int, int]] = []
        for i, j in self.pairs:
            if blocks and (i, j) == (blocks[-1][0] + blocks[-1][2], blocks[-1][1] + blocks[-1][2]):
                blocks[-1] = (*blocks[-1][:2], blocks[-1][2] + 1)
            else:
                blocks.append((i, j, 1))
        return [*blocks, (len(self.a), len(self.b), 0)]


def _pairs(before: Lines, after: Lines) -> Iterator[Pair]:
    """Places of the lines that stay."""
    budget = BUDGET
    todo = [(0, len(before), 0, len(after))]
    while todo:
        a, a_end, b, b_end = todo.pop()
        while a < a_end and b < b_end and before[a] == after[b]:
            yield a, b
            a, b = a + 1, b + 1
        while a < a_end and b < b_end and before[a_end - 1] == after[b_end - 1]:
            a_end, b_end = a_end - 1, b_end - 1
            yield a_end, b_end
        if a == a_end or b == b_end:
            continue
        anchors = _anchors(before[a:a_end], after[b:b_end])
        if anchors:
            edges = [(a - 1, b - 1), *((a + i, b + j) for i, j in anchors), (a_end, b_end)]
            yield from edges[1:-1]
            todo += [(i + 1, k, j + 1, m) for (i, j), (k, m) in pairwise(edges)]
        elif (a_end - a) * (b_end - b) <= budget:
            budget -= (a_end - a) * (b_end - b)
            yield from ((a + i, b + j) for i, j in _common(before[a:a_end], after[b:b_end]))


def _anchors(before: Lines, after: Lines) -> list[Pair]:
    """The longest run, in one order, of lines that each of the two has exactly once."""
    times, places = Counter(before), {line: j for j, line in enumerate(after)}
    others = Counter(after)
    unique = [(i, places[line]) for i, line in enumerate(before) if times[line] == others[line] == 1]
    # Patience sorting: on each pile the smallest end of a run of that length, and for each place the one before it.
    piles: list[int] = []
    tops: list[int] = []
    previous: list[int] = []
    for number, (_, j) in enumerate(unique):
        pile = bisect_left(piles, j)
        previous.append(tops[pile - 1] if pile else -1)
        piles[pile : pile + 1], tops[pile : pile + 1] = [j], [number]
    run, at = [], tops[-1] if tops else -1
    while at >= 0:
        run.append(unique[at])
        at = previous[at]
    return run[::-1]


def _common(before: Lines, after: Lines) -> Iterator[Pair]:
    """A longest common subsequence, by the table of the lengths of those of all ends."""
    lengths = [[0] * (len(after) + 1)]
    for line in reversed(before):
        below, row = lengths[-1], [0]
        for j, other in enumerate(reversed(after)):
            row.append(below[j] + 1 if line == other else max(below[j + 1], row[j]))
        lengths.append(row)
    i, j = len(before), len(after)  # lines that are left of each
    while i and j:
        if before[-i] == after[-j]:
            yield len(before) - i, len(after) - j
            i, j = i - 1, j - 1
        elif lengths[i - 1][j] >= lengths[i][j - 1]:
            i -= 1
        else:
            j -= 1


def _hunk(group: list[Opcode], before: Lines, after: Lines) -> Iterator[str]:
    """The lines of one hunk of a unified diff."""
    yield f"@@ -{_span(group[0][1], group[-1][2])} +{_span(group[0][3], group[-1][4])} @@"
    for kind, a, a_end, b, b_end in group:
        if kind == "equal":
            yield from (f" {line}" for line in before[a:a_end])
        else:
            yield from (f"-{line}" for line in before[a:a_end])
            yield from (f"+{line}" for line in after[b:b_end])


def _span(start: int, end: int) -> str:
    """First line and number of lines; the line before where there are none, and no number where it is 1."""
    length = end - start
    return str(start + 1) if length == 1 else f"{start + 1 if length else start},{length}"
