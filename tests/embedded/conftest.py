"""What the tests of the embedded servers share."""

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from dqx.embedded import ports
from dqx.embedded.home import Home
from dqx.embedded.locks import FileLock
from tests.embedded.processes import Program, environment, eventually, program
from tests.plugin import temporary_folder

Run = Callable[..., AbstractContextManager[Program]]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the servers' account can enter."""
    with temporary_folder() as path:
        yield path


@pytest.fixture
def home(folder: Path) -> Iterator[Path]:
    """A state folder that is not there yet; whoever runs servers in it has to be gone soon after the test."""
    path = folder / "home"
    yield path
    if path.exists():
        lock = FileLock(Home(path, None), "lock")
        eventually(lambda: not lock.is_taken(), "the end of who runs the servers")
        lock.close()


@pytest.fixture
def port() -> int:
    return ports.choose()


@pytest.fixture
def supervisor(home: Path, port: int, tmp_path: Path) -> Run:
    """Runs a supervisor with trivial children, whose pages are on `port`."""
    count = iter(range(100))

    def run(port: int = port, **changes: str) -> AbstractContextManager[Program]:
        output = tmp_path / f"supervisor-{next(count)}.txt"
        command = [sys.executable, "-m", "tests.embedded.trivial", str(port)]
        return program(command, environment(home, **changes), output)

    return run


@pytest.fixture
def client(home: Path, tmp_path: Path) -> Run:
    """Runs a command that uses the database, as manage.py would, until it is killed or for `seconds`."""
    count = iter(range(100))

    def run(seconds: float = 600, **changes: str) -> AbstractContextManager[Program]:
        output = tmp_path / f"client-{next(count)}.txt"
        command = [sys.executable, "-m", "tests.embedded.client", str(seconds)]
        # Its keeper is to go by itself.
        return program(command, environment(home, **changes), output, whole=False)

    return run
