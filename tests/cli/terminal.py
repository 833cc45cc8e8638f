"""The command as a process: for a program (pipes), or for a person (a terminal of 80 columns)."""

import fcntl
import json
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from dqx.environment import BASE_DIR

COMMAND = Path(sys.executable).with_name("dqx")
LONGEST = 60  # seconds
STYLE = re.compile(r"\x1b\[[\d;]*m")


class Done(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """What it answered to --json."""
        return json.loads(self.out)

    def line(self, word: str) -> list[str]:
        """The cells of the line of a table that has this word; those that are empty are left out."""
        return next(re.split(r" {2,}", line.strip()) for line in self.out.splitlines() if word in line)

    @property
    def facts(self) -> dict[str, str]:
        """Of a thing that was shown, by name."""
        pairs = (line.split("  ", 1) for line in self.out.split("\n\n")[0].splitlines())
        return {name: value.strip() for name, value in pairs}


class Dqx:
    """One person's command, with a folder of settings of its own."""

    def __init__(self, folder: Path, address: str) -> None:
        self.folder, self.address = folder, address
        inherited = ("PATH", "HOME", "LANG", "LC_ALL")
        self.environment = {name: os.environ[name] for name in inherited if name in os.environ} | {
            "DQX_CONFIG": str(folder),
            "PYTHONPATH": str(BASE_DIR),  # this checkout's code, wherever the command was installed from
            "TZ": "UTC",
        }

    @property
    def kept(self) -> Path:
        """Where the sign-ins are."""
        return self.folder / "tokens.json"

    def start(self, *words: object) -> subprocess.Popen[str]:
        """A command that is still at work."""
        pipe = subprocess.PIPE
        command = [str(COMMAND), *map(str, words)]
        return subprocess.Popen(
            command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=self.environment, cwd=self.folder.parent
        )

    def __call__(self, *words: object, given: str = "") -> Done:
        process = self.start(*words)
        out, err = process.communicate(given, timeout=LONGEST)
        assert "Traceback" not in err, err
        return Done(process.returncode, out, err)

    def does(self, *words: object, given: str = "") -> Done:
        """A command that has to end well."""
        done = self(*words, given=given)
        assert done.code == 0, done
        return done

    def sign_in(self, username: str, password: str) -> Done:
        """Sign in as a program does."""
        return self(
            "login", "--server", self.address, "--username", username, "--password-stdin", given=f"{password}\n"
        )

    def seen(self, *words: object, answers: dict[str, str | Callable[[], str]] | None = None) -> Done:
        """What a person sees at a terminal of 80 columns.

        Args:
            answers: what is typed once a text stands there, or what says it then; each is typed once.
        """
        pid, terminal = pty.fork()
        if pid == 0:
            os.chdir(self.folder.parent)
            os.execve(
                COMMAND,
                ["dqx", *map(str, words)],
                {**self.environment, "TERM": "xterm", "NO_COLOR": "1", "COLUMNS": "80"},
            )
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        screen = _screen(terminal, dict(answers or {}))
        os.close(terminal)
        return Done(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), screen, "")


def _screen(terminal: int, answers: dict[str, str | Callable[[], str]]) -> str:
    """All that is shown until the command ends."""
    shown, deadline = b"", time.monotonic() + LONGEST
    while time.monotonic() < deadline:
        if select.select([terminal], [], [], 0.1)[0]:
            try:
                piece = os.read(terminal, 65_536)
            except OSError:  # how Linux tells that the other side is closed
                break
            if not piece:
                break
            shown += piece
        for text in [text for text in answers if text in shown.decode(errors="replace")]:
            answer = answers.pop(text)
            os.write(terminal, (answer if isinstance(answer, str) else answer()).encode())
    return shown.decode().replace("\r\n", "\n")
