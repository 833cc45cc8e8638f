"""Processes that end with the one that started them."""

import contextlib
import ctypes
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

from dqx.embedded.accounts import Account
from dqx.environment import BASE_DIR

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
# What a server gets of our environment: none of the secrets, and none of the PG* settings of whoever starts it.
BARE = {"PATH": os.defpath, "LC_ALL": "C"}


@dataclass(frozen=True)
class Spec:
    """How to start and stop a child.

    Attributes:
        environment: all of its environment; None for ours.
        account: whom it runs as; None for us.
        log: the file its output is added to; None for our own output.
        stops: signals and the seconds that each is given before the next; SIGKILL to the whole group is the last.
        orphan_signal: what the kernel sends to it when we are killed.
        memory: bytes that each of its processes may take for itself; None for what we may. Linux only.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] | None = None
    account: Account | None = None
    log: Path | None = None
    stops: Sequence[tuple[signal.Signals, float]] = ((signal.SIGTERM, 10),)
    orphan_signal: signal.Signals = signal.SIGKILL
    memory: int | None = None
    folder: Path = BASE_DIR


def die_with_parent(death_signal: int) -> None:
    """Asks the kernel for that signal when the thread that started this process ends. Linux only; a no-op elsewhere."""
    if LIBC:
        LIBC.prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)


def spawn(spec: Spec) -> subprocess.Popen[bytes]:
    """Starts a child in a session of its own, tied to the thread that calls: call it in the main one.

    Raises:
        OSError: the program can't be started.
    """
    with contextlib.ExitStack() as stack:
        output = stack.enter_context(_append(spec.log)) if spec.log else None
        return subprocess.Popen(  # noqa: S603
            spec.command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT if output else None,
            env=spec.environment,
            cwd=spec.folder,
            start_new_session=True,  # a Ctrl-C at the terminal is ours alone: we stop the children in order
            preexec_fn=tie(spec.orphan_signal, spec.memory),
            **(spec.account.options() if spec.account else {}),
        )


def tie(death_signal: signal.Signals = signal.SIGKILL, memory: int | None = None) -> Callable[[], None]:
    """The preexec_fn of a subprocess that gets that signal when we are killed.

    Args:
        memory: as in Spec.
    """
    return partial(_tie, int(death_signal), os.getpid(), memory)


def _tie(death_signal: int, parent: int, memory: int | None) -> None:
    # Runs in the child after it has changed its account, which would undo the tie, and before the program.
    die_with_parent(death_signal)
    if memory and LIBC:
        _, most = resource.getrlimit(resource.RLIMIT_DATA)
        memory = memory if most == resource.RLIM_INFINITY else min(memory, most)
        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    if os.getppid() != parent:
        os._exit(1)  # we were killed before the tie was there


def _append(log: Path) -> BinaryIO:
    return os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600), "ab")


class Child:
    """A child that may be started again when it ends by itself."""

    LONG = 30.0  # seconds after which a run counts as a good one
    LONGEST_PAUSE = 30.0

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.failures = 0
        self.due_at = 0.0
        self.log_start = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0

    @property
    def pid(self) -> int:
        """The number of the process that was started last.

        Raises:
            ValueError: none was. (A 0 would be taken for our own group of processes by whoever sends it a signal.)
        """
        if self._process is None:
            raise ValueError("nothing was started yet")
        return self._process.pid

    def start(self) -> None:
        """Starts the program.

        Raises:
            OSError: it can't be started.
        """
        log = self.spec.log
        self.log_start = log.stat().st_size if log and log.exists() else 0
        self._started_at = time.monotonic()
        self._process = spawn(self.spec)

    def code(self) -> int | None:
        """The exit code, negative for a signal; None while it runs."""
        return self._process.poll() if self._process else 0

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def note_failure(self) -> float:
        """Counts an unexpected end, ends what the child left behind, and returns the seconds until the next start."""
        self._signal_group(signal.SIGKILL)
        self._process = None
        lasted = time.monotonic() - self._started_at
        self.failures = 1 if lasted > self.LONG else self.failures + 1
        pause = min(0.5 * 2 ** (self.failures - 1), self.LONGEST_PAUSE)
        self.due_at = time.monotonic() + pause
        return pause

    def stop(self, pause: Callable[[float], bool]) -> None:
        """Stops the program and whatever it started.

        Args:
            pause: waits up to that many seconds, and tells whether the person has lost patience.
        """
        for stop_signal, seconds in self.spec.stops:
            if not self.is_running():
                break
            self._send(stop_signal)
            self._wait(seconds, pause)
        self.kill()

    def kill(self) -> None:
        """Ends the program and whatever it started, at once; nothing where nothing was started."""
        self._signal_group(signal.SIGKILL)
        if self._process:
            self._process.wait()

    def _wait(self, seconds: float, pause: Callable[[float], bool]) -> None:
        deadline = time.monotonic() + seconds
        while self.is_running() and time.monotonic() < deadline:
            if pause(0.2):
                return

    def _send(self, stop_signal: signal.Signals) -> None:
        if self._process:
            self._process.send_signal(stop_signal)

    def _signal_group(self, group_signal: signal.Signals) -> None:
        # The session's first process gave the group its number; what it started is in it.
        if self._process:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, group_signal)
