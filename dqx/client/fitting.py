"""How wide the columns of a table are, so that it fits a terminal.

An id or a time that is broken in two can be neither read nor copied; texts give way instead, and are broken between their words. Short ones
are left whole where there is room.
"""

import re
from collections.abc import Sequence

from rich.cells import cell_len

LONGEST_WHOLE = 20  # characters: an id of a rule or a source, a time
GAP = 2
_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d")


def is_whole(cells: Sequence[str]) -> bool:
    """Whether none of these is too long to be left whole."""
    return all(cell_len(cell) <= LONGEST_WHOLE for cell in cells)


def widths(columns: Sequence[Sequence[str]], width: int) -> list[int] | None:
    """The width of each column; None where they do not fit, however they are folded.

    Args:
        columns: the head and the cells of each.
        width: of the terminal.
    """
    full = [max(map(cell_len, column)) for column in columns]
    words = [max(min(_longest_word(cell), LONGEST_WHOLE) for cell in column) for column in columns]
    found = [size if is_whole(column[1:]) else word for column, size, word in zip(columns, full, words, strict=True)]
    room = width - GAP * (len(columns) - 1)
    for place in sorted(range(len(columns)), key=full.__getitem__, reverse=True):  # the widest first
        if sum(found) <= room:
            break
        found[place] = min(found[place], words[place])
    return None if sum(found) > room else _filled(found, full, room)


def _longest_word(cell: str) -> int:
    return cell_len(cell) if _TIME.fullmatch(cell) else max(map(cell_len, cell.split(" ")))


def _filled(found: list[int], full: list[int], room: int) -> list[int]:
    """What room is left goes to those that are folded, in equal parts."""
    folded = sorted((place for place in range(len(full)) if found[place] < full[place]), key=full.__getitem__)
    for left in range(len(folded), 0, -1):
        place = folded[-left]
        found[place] = min(full[place], found[place] + (room - sum(found)) // left)
    return found
