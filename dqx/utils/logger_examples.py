"""What the chat log does, shown on a log of its own: `python -m dqx.utils.logger_examples`, or this file by its path."""

import os
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

if __package__ in (None, ""):  # run by its path: Python then looks beside this file for what it imports
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from dqx.utils.logger import clear_chat_logs, get_chat_log_path, log_chat, read_chat_logs


def main() -> None:
    """Log three exchanges, read them in several ways, show the file and clear it."""
    with tempfile.TemporaryDirectory(prefix="dqx-chat-") as folder:
        os.environ["DQX_CHAT_LOG"] = str(Path(folder) / "chat.log")  # the real log stays as it is
        say(f"The log is {get_chat_log_path()}.")
        log_some()
        show("All entries", read_chat_logs())
        show("The last one", read_chat_logs(num_entries=1))
        show("Those of the last hour", read_chat_logs(from_date=datetime.now(UTC) - timedelta(hours=1)))
        say("\nThe file as people see it:\n")
        say(get_chat_log_path().read_text(encoding="utf-8"))
        clear_chat_logs()
        say(f"Once cleared it has {len(read_chat_logs())} entries.")


def log_some() -> None:
    """Three exchanges; nothing in their text can be taken for a separator."""
    log_chat("Which rules fail most?", "NYC_TAIL, with 2,512 rows.", custom_timestamp="2024-05-01T09:30:00+02:00")
    log_chat("And by month?\n- only 2013\n- with totals", "January: 311\nFebruary: 1,027 📈")
    log_chat('{"user": "a message that looks like an entry"}', "====================\nIt stays one message.")


def show(title: str, entries: list[dict[str, str]]) -> None:
    """A title and a line an entry."""
    say(f"\n{title}:")
    for entry in entries:
        say(f"  {entry['timestamp']}  {entry['user']!r} -> {entry['assistant']!r}")


def say(text: str) -> None:
    """One line, in whatever characters the terminal has."""
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")


if __name__ == "__main__":
    main()
