"""Real processes for the tests of the embedded servers."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import psutil
import pytest

from dqx.embedded.accounts import server_account
from dqx.embedded.addresses import BROKER_URL, DATABASE_URL, RUNNER_URL, SECRET_KEY
from dqx.environment import BASE_DIR

PATIENCE = 180.0  # seconds: what is far too long even on a busy machine


def eventually(condition: Callable[[], Any], what: str, seconds: float = PATIENCE) -> Any:
    """Waits until the condition is true and returns what it gave."""
    deadline = time.monotonic() + seconds
    while not (result := condition()):
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.02)
    return result


def environment(home: Path, **changes: str) -> dict[str, str]:
    """The environment of somebody who has set nothing but the state folder."""
    # Empty rather than missing: a developer's .env must not fill them in.
    nothing = dict.fromkeys(
        (DATABASE_URL, RUNNER_URL, BROKER_URL, SECRET_KEY, "DQX_POSTGRES_BIN", "DQX_TEST_TEMPLATE"), ""
    )
    return {**os.environ, **nothing, "DQX_HOME": str(home), "DQX_DEMO": "0", "PYTHONUNBUFFERED": "1", **changes}


def as_nobody(command: list[str]) -> list[str]:
    """The command as the user nobody, whom even a Python in root's own folder serves; skips the test where that can't be."""
    if os.geteuid() != 0 or not shutil.which("setpriv"):
        pytest.skip("only root, with setpriv, can be somebody else")
    nobody = server_account()
    assert nobody
    if not nobody.may_reach(BASE_DIR):
        pytest.skip("only root can enter this checkout")
    change = ["setpriv", f"--reuid={nobody.uid}", f"--regid={nobody.gid}", "--clear-groups"]
    if not nobody.may_reach(Path(sys.executable)):
        change += ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]
    return [*change, *command]


class Program:
    """A process that prints lines, and everything that it starts."""

    def __init__(self, command: list[str], env: Mapping[str, str], output: Path) -> None:
        self._output = output
        with output.open("wb") as file:
            self._process = subprocess.Popen(
                command,
                env=env,
                cwd=BASE_DIR,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                start_new_session=True,
            )
        self._family: set[psutil.Process] = set()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def text(self) -> str:
        """What it has printed."""
        return self._output.read_text(encoding="utf-8", errors="replace")

    @property
    def has_ended(self) -> bool:
        """Whether it has."""
        return self._process.poll() is not None

    def prints(self, text: str) -> None:
        """Waits until it has printed that."""
        eventually(lambda: text in self.text or self.has_ended, f"{text!r} in:\n{self.text}")
        assert text in self.text, self.text
        self.family()

    def family(self) -> set[psutil.Process]:
        """The process and all that it and its children have started."""
        if self._process.poll() is None:  # once it has ended, its number may be another's
            with contextlib.suppress(psutil.NoSuchProcess):
                process = psutil.Process(self.pid)
                self._family |= {process, *process.children(recursive=True)}
        return self._family

    def child(self, *words: str) -> psutil.Process:
        """The direct child with these words in its command line."""
        for process in psutil.Process(self.pid).children():
            with contextlib.suppress(psutil.NoSuchProcess):
                line = " ".join(process.cmdline())
                if all(word in line for word in words):
                    return process
        raise AssertionError(f"no child {words}")

    def send(self, number: signal.Signals) -> None:
        self.family()
        self._process.send_signal(number)

    def ends(self) -> int:
        """Waits until it has ended and returns its exit code."""
        return self._process.wait(PATIENCE)

    def leaves_nothing(self, but: str = "") -> None:
        """Waits until none of its family is there, but for those with `but` in their command line."""

        def left() -> list[psutil.Process]:
            return [process for process in self._family if alive(process) and not (but and _says(process, but))]

        eventually(lambda: not left(), f"the end of its family; ended or not: {self._family}")


def _says(process: psutil.Process, words: str) -> bool:
    """Whether these words are in its command line; one that has ended says nothing."""
    try:
        return words in " ".join(process.cmdline())
    except psutil.Error:
        return False


def alive(process: psutil.Process) -> bool:
    """Whether the process runs; one that has ended and that nobody has asked about yet does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@contextlib.contextmanager
def program(command: list[str], env: Mapping[str, str], output: Path, whole: bool = True) -> Iterator[Program]:
    """A program that is killed when the block ends, with all that it started if `whole`."""
    running = Program(command, env, output)
    try:
        yield running
    finally:
        for process in running.family():
            with contextlib.suppress(psutil.NoSuchProcess):
                if whole or process.pid == running.pid:
                    process.kill()
        running.ends()
