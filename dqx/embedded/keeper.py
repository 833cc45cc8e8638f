"""Runs PostgreSQL for commands while no supervisor does, and ends about a second after the last of them.

Started by such a command (addresses.py) as a process of its own: `python -m dqx.embedded.keeper FOLDER`.
"""

import os
import sys
import time
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from dqx.embedded.addresses import lacking
from dqx.embedded.console import say
from dqx.embedded.database import check_settings, start_database
from dqx.embedded.errors import EmbeddedError
from dqx.embedded.home import Home, open_folder
from dqx.embedded.locks import FileLock, Holder, announce
from dqx.embedded.signals import Signals, Stopped
from dqx.embedded.state import load
from dqx.embedded.supervisor import Supervisor

LINGER = 1.0  # seconds: commands often come one after the other


class Unused:
    """True when no command has used the database for a while; then new commands wait until this keeper is gone."""

    def __init__(self, users: FileLock) -> None:
        self._users = users
        self._since = time.monotonic()

    def __call__(self) -> bool:
        if not self._users.try_take():
            self._since = time.monotonic()
            return False
        if time.monotonic() - self._since > LINGER:
            return True  # the lock is kept: whoever comes now waits for it, and then starts a new keeper
        self._users.release()
        return False


def keep(home: Home) -> None:
    """Runs the database until nobody uses it; does nothing when another process runs it.

    Raises:
        EmbeddedError: it can't be started.
    """
    lock, ready, users = (FileLock(home, name) for name in ("lock", "ready", "users"))
    if not lock.try_take():
        return
    announce(home, Holder("keeper", os.getpid()))
    supervisor = Supervisor(Signals())
    try:
        state = load(home)
        check_settings(lacking(), state)
        start_database(supervisor, home, state)
        ready.take()
        supervisor.watch(Unused(users), every=0.2)
    except Stopped:
        pass
    finally:
        # First, and by ourselves: at the end of a process the kernel drops its locks in no order that we could rely on,
        # and a command that waits for `users` must not take a database that has stopped for one that is ready.
        ready.release()
        supervisor.stop()


def main() -> int:
    """Returns the exit code."""
    try:
        keep(open_folder(Path(sys.argv[1])))
    except (EmbeddedError, ImproperlyConfigured) as exc:
        say(str(exc))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
