"""The chat log: what a person asked an assistant and what it answered, in one file that people can read as well.

An entry is a line that separates, for people, and a JSON document on one line, for `read_chat_logs`:

    ==================== 2024-05-01T10:00:00+02:00 ====================
    {"timestamp": "2024-05-01T10:00:00+02:00", "user": "Hello", "assistant": "Hi!\\nHow can I help?"}

No text can break out of its line, so a line that was damaged takes nothing with it but itself. The file is DQX_CHAT_LOG (a relative
path counts from the project's folder), or var/chat.log there; only its owner may read it. Writers take turns by a lock on the file.
Nothing here breaks its caller: what can't be written or read is a warning of the logger "dqx.chat_log", without the chat's text.
"""

import contextlib
import json
import logging
import os
import re
from collections import deque
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO

from dqx.utils import shared_file

logger = logging.getLogger("dqx.chat_log")

PROJECT = Path(__file__).resolve().parents[2]
# Where embedded servers keep their state too (dqx/embedded/home.py).
STATE = PROJECT / "var"
RULE = "=" * 20
PARTS = ("timestamp", "user", "assistant")
# JSON escapes the control characters below the blank. Others that break lines, steer a terminal or turn text round would stand
# bare, and half characters are no UTF-8. Two halves in a row stay: their escapes would be read as one whole character.
_BARE = re.compile(
    "[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]"
    "|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]"
)


def log_chat(user_message: str, assistant_response: str, custom_timestamp: datetime | str | None = None) -> bool:
    """Append one exchange to the log.

    Args:
        custom_timestamp: when it was, as a datetime or in ISO format; without a zone it is local time. Now where it is not given,
            or is no time.

    Returns:
        Whether it was written. If not, a warning was logged.
    """
    path = get_chat_log_path()
    try:
        when = _moment_or_now(custom_timestamp).isoformat()
        values = (when, _text(user_message), _text(assistant_response))
        _make_folder(path.parent)
        shared_file.append(path, _entry(when, json.dumps(dict(zip(PARTS, values, strict=True)), ensure_ascii=False)))
    except Exception as exc:  # whatever it is: a log must not break what it is a log of
        logger.warning("A chat could not be logged in %s: %s", path, _reason(exc))
        return False
    return True


def read_chat_logs(
    num_entries: int | None = None, from_date: date | datetime | str | None = None
) -> list[dict[str, str]]:
    """The entries, in the order in which they were written.

    Args:
        num_entries: only so many of the last ones; default: all.
        from_date: only those of this moment and later: a date (from midnight on), a datetime, or either in ISO format; without a
            zone it is local time.

    Returns:
        A list of {"timestamp", "user", "assistant"}; empty where there is no log, or none that can be read (then a warning was logged).

    Raises:
        ValueError: `num_entries` is negative, or `from_date` is no date.
    """
    if num_entries is not None and num_entries < 0:
        raise ValueError("num_entries has to be 0 or more.")
    start = None if from_date is None else _moment(from_date)
    path = get_chat_log_path()
    found: deque[dict[str, str]] = deque(maxlen=num_entries)
    try:
        with shared_file.reading(path) as file:
            found.extend(
                entry for entry in _entries(file, path) if start is None or _moment(entry["timestamp"]) >= start
            )
    except FileNotFoundError:
        return []
    except OSError as exc:
        logger.warning("The chat log %s could not be read: %s", path, _reason(exc))
    return list(found)


def clear_chat_logs() -> bool:
    """Remove all entries. The file stays, empty, for those who are about to write.

    Returns:
        Whether there are none now. If not, a warning was logged.
    """
    path = get_chat_log_path()
    try:
        shared_file.clear(path)
    except FileNotFoundError:
        return True
    except OSError as exc:
        logger.warning("The chat log %s could not be cleared: %s", path, _reason(exc))
        return False
    return True


def get_chat_log_path() -> Path:
    """Where the log is, whether or not there is one yet."""
    chosen = os.environ.get("DQX_CHAT_LOG", "").strip()
    return PROJECT / _without_tilde(chosen) if chosen else STATE / "chat.log"


def _without_tilde(path: str) -> Path:
    try:
        return Path(path).expanduser()
    except RuntimeError:  # there is no such person, or no home
        return Path(path)


def _make_folder(folder: Path) -> None:
    if folder.is_dir():
        return
    with contextlib.suppress(FileExistsError):  # what is there and no folder the file will tell
        folder.mkdir(mode=0o700, parents=True)
    if folder == STATE and os.geteuid() == 0:
        folder.chmod(0o711)  # the account of the embedded servers has to pass


# --- Times and texts --------------------------------------------------------------------------------------------------


def _moment(value: object) -> datetime:
    """A date or time as one that knows its zone.

    Raises:
        ValueError: it is neither.
    """
    if isinstance(value, str):
        value = datetime.fromisoformat(value.strip())
    elif isinstance(value, date) and not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)
    if not isinstance(value, datetime):
        raise ValueError("It has to be a date, a datetime, or one of them in ISO format.")
    if value.tzinfo is not None:
        return value
    try:
        return value.astimezone()
    except (OverflowError, OSError, ValueError):  # at the ends of the calendar
        return value.replace(tzinfo=UTC)


def _moment_or_now(value: object) -> datetime:
    if value is not None:
        try:
            return _moment(value)
        except ValueError:
            logger.warning("The time of a chat is no date or time in ISO format; the present time is taken.")
    return datetime.now().astimezone()


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _entry(when: str, document: str) -> bytes:
    safe = _BARE.sub(lambda found: f"\\u{ord(found[0]):04x}", document)
    return f"{RULE} {when} {RULE}\n{safe}\n\n".encode(errors="surrogatepass")


def _entries(file: IO[bytes], path: Path) -> Iterator[dict[str, str]]:
    """What is undamaged of a log."""
    damaged = 0
    for line in file:
        if not line.startswith(b"{"):
            continue
        entry = _read(line)
        if entry is not None:
            yield entry
        elif line.endswith(b"\n"):  # else somebody may just be writing it
            damaged += 1
    if damaged:
        logger.warning("The chat log %s has %d damaged lines, which were left out.", path, damaged)


def _read(line: bytes) -> dict[str, str] | None:
    try:
        found = json.loads(line.decode(errors="surrogatepass"))
        entry = {name: found[name] for name in PARTS}
        _moment(entry["timestamp"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return entry if all(isinstance(value, str) for value in entry.values()) else None


def _reason(exc: Exception) -> str:
    """Why, in words that hold nothing of the chat: an error of encoding, for one, would cite it."""
    return (exc.strerror or type(exc).__name__) if isinstance(exc, OSError) else type(exc).__name__
