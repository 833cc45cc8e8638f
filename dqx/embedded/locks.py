"""Locks that the kernel drops with the process that holds them, and the name of who runs the servers.

- `lock`: whoever runs the embedded servers, a supervisor or a keeper, holds it exclusively.
- `ready`: the same process holds it exclusively from the moment the database answers and the logins are set up.
- `users`: every command that uses a keeper's database holds it shared.
- `state.lock`: for the moment in which secrets and ports are made or changed.
"""

import fcntl
import json
import os
from dataclasses import asdict, dataclass
from types import TracebackType

from dqx.embedded.home import Home

RUNNING = "running.json"


class FileLock:
    """A lock on a file of the state folder; never blocks unless asked to."""

    def __init__(self, home: Home, name: str) -> None:
        path = home.folder / name
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        home.claim(path)

    def take(self) -> None:
        """Waits until nobody else has the lock, and takes it."""
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)

    def share(self) -> None:
        """Waits until nobody has the lock for itself, and shares it."""
        fcntl.flock(self._descriptor, fcntl.LOCK_SH)

    def try_take(self) -> bool:
        """Takes the lock unless somebody has or shares it."""
        return self._try(fcntl.LOCK_EX)

    def release(self) -> None:
        """Gives the lock back."""
        fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def is_taken(self) -> bool:
        """Whether another process has the lock for itself."""
        # Shared, so that two processes that ask at once don't take each other for the holder.
        if not self._try(fcntl.LOCK_SH):
            return True
        self.release()
        return False

    def close(self) -> None:
        """Gives the lock and its file back."""
        os.close(self._descriptor)

    def _try(self, kind: int) -> bool:
        try:
            fcntl.flock(self._descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def __enter__(self) -> "FileLock":
        self.take()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@dataclass(frozen=True)
class Holder:
    """Who runs the servers: `supervisor` or `keeper`, its process and, once it has one, the address of its pages."""

    kind: str
    pid: int
    address: str = ""


def announce(home: Home, holder: Holder) -> None:
    """Tells other processes who runs the servers. Only for the process that has `lock`."""
    home.write(RUNNING, json.dumps(asdict(holder)))


def holder(home: Home) -> Holder | None:
    """Who last said that it runs the servers; believe it only while `lock` is taken."""
    try:
        return Holder(**json.loads((home.folder / RUNNING).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def is_running(home: Home) -> bool:
    """Whether the embedded database answers."""
    lock = FileLock(home, "ready")
    try:
        return lock.is_taken()
    finally:
        lock.close()
