"""The logs of the children: kept short while they are written, and quoted when something fails."""

import json
import os
import shutil
from pathlib import Path

LIMIT = 10 * 1024 * 1024  # bytes; the part before is kept once, as .1


def trim(log: Path) -> None:
    """Moves a log that has grown too long to `.1`. Safe while it is written: writers append."""
    if log.exists() and log.stat().st_size > LIMIT:
        older = log.with_name(f"{log.name}.1")
        older.unlink(missing_ok=True)  # it may be another user's, when root was at work
        shutil.copy(log, older)
        os.truncate(log, 0)


def tail(log: Path, since: int = 0, lines: int = 15) -> str:
    """The last lines that were written after the position `since` (bytes)."""
    try:
        with log.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(since if since <= size else 0, size - 16_384))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return ""
    return "\n".join(f"    {_readable(line)}" for line in text.splitlines()[-lines:])


def _readable(line: str) -> str:
    """A line for a person: of one in JSON its time, its event and what comes with it."""
    try:
        told = json.loads(line)
        head = f"{told.pop('timestamp')} {told.pop('level')} {told.pop('event')}"
    except (ValueError, KeyError, AttributeError, TypeError):
        return line
    return " ".join([head, *(f"{name}={value}" for name, value in told.items() if name != "logger")])
