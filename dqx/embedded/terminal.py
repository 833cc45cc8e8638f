"""Ctrl-C for us alone: `make` would otherwise end with an error although everything was stopped in order."""

import contextlib
import os
import signal
import sys
from collections.abc import Iterator


@contextlib.contextmanager
def own_foreground() -> Iterator[None]:
    """Takes the terminal's Ctrl-C away from the process that started us, and gives it back in the end."""
    starter = _foreground_group()
    if starter is None:
        yield
        return
    # Or the terminal would stop us: for handing it over, and for good on Ctrl-Z, which make wouldn't notice.
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    signal.signal(signal.SIGTSTP, signal.SIG_IGN)
    os.setpgid(0, 0)
    _hand_over(os.getpgrp())
    try:
        yield
    finally:
        _hand_over(starter)


def _foreground_group() -> int | None:
    """The group that has the terminal, when that is ours and not our own making; None otherwise."""
    with contextlib.suppress(OSError, ValueError):
        group = os.getpgrp()
        if os.tcgetpgrp(sys.stdin.fileno()) == group != os.getpid():
            return group
    return None


def _hand_over(group: int) -> None:
    with contextlib.suppress(OSError, ValueError):
        os.tcsetpgrp(sys.stdin.fileno(), group)
