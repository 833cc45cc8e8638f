"""Lines for the person at the terminal."""

import contextlib
import sys


def say(text: str) -> None:
    """Writes one line at once."""
    # A terminal that was closed must not keep the servers from being stopped in order.
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()
