"""A corpus of scripts: what has to be accepted, refused, decided, and what tries to do harm.

`accept.sql`, `reject.sql`, `either.sql` and `attack.sql` hold many scripts each. A line `-- # name` begins one; the comment lines
`-- field: value` after it are part of its text and say what is expected. `objects.sql` makes what the scripts read and attack. Scripts
that an editor or git would change, or that are made by counting, are in `odd.py`.
"""

import re
from pathlib import Path
from typing import NamedTuple

from tests.corpus import odd

FOLDER = Path(__file__).parent
OBJECTS = (FOLDER / "objects.sql").read_text()
_FIELD = re.compile(r"-- ([a-z0-9-]+): (.*)")


class Case(NamedTuple):
    """One script of the corpus and what is said of it."""

    name: str
    text: str
    fields: dict[str, str]


def cases(kind: str) -> list[Case]:
    """The scripts of accept, reject, either or attack, by name."""
    parts = re.split(r"^-- # (\S+)\n", (FOLDER / f"{kind}.sql").read_text(), flags=re.MULTILINE)
    written = [*zip(parts[1::2], parts[2::2], strict=True), *odd.TEXTS.get(kind, {}).items()]
    return sorted(Case(name, text, _fields(text)) for name, text in written)


def _fields(text: str) -> dict[str, str]:
    found = {}
    for line in text.removeprefix("\ufeff").splitlines():
        match = _FIELD.fullmatch(line)
        if match is None:
            break
        found[match[1]] = match[2]
    return found
