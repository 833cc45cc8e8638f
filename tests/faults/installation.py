"""A DQX of its own, with a durable PostgreSQL, a broker and real Celery workers, for tests that kill and for the benchmarks."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from dqx.embedded.broker import broker_answers, broker_spec
from dqx.embedded.children import Child
from dqx.embedded.home import Home
from dqx.embedded.services import Site, services
from dqx.embedded.state import load
from dqx.embedded.supervisor import Supervisor
from dqx.environment import BASE_DIR
from tests.plugin import RunningCluster, Sleeper, start_cluster

READY = "ready."  # what Celery's worker says in its log once it takes tasks
STARTS = "beat: Starting"


class Installation:
    """A migrated database and a broker.

    Attributes:
        cluster: the PostgreSQL, to kill and to start.
        environment: what a process needs to be a part of this DQX.
    """

    def __init__(self, cluster: RunningCluster, environment: dict[str, str]) -> None:
        self.cluster, self.environment = cluster, environment

    @property
    def home(self) -> Home:
        """The state folder."""
        return self.cluster.home

    def run(self, *arguments: str) -> None:
        """Let a Python of this DQX do something to its end, such as `run("-m", "django", "migrate")`."""
        process = self.start(*arguments)
        said = process.communicate()[0]
        assert process.returncode == 0, said

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        """Start a Python of this DQX, to which one can write and which answers."""
        return subprocess.Popen(
            [sys.executable, *arguments],
            env=self.environment,
            cwd=BASE_DIR,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )


class Worker:
    """A Celery process as `make run` starts it, in a group of processes of its own.

    Args:
        name: "worker", which does runs, "clock", which does what is short, or "beat".
    """

    def __init__(self, installation: Installation, name: str = "worker") -> None:
        found = services(installation.home, Site("127.0.0.1", 0))
        spec = next(spec for spec in found if spec.name == name)
        assert spec.log is not None
        self.ready = STARTS if name == "beat" else READY
        self.log: Path = spec.log
        self._child = Child(replace(spec, environment={**(spec.environment or {}), **installation.environment}))

    def start(self, seconds: float = 60) -> None:
        """Start it and wait until it takes tasks."""
        self._child.start()
        said = self._child.log_start
        wait_until(lambda: self.ready in self._log_from(said), seconds, lambda: f"no worker: {self._log_from(said)}")

    def pids(self) -> list[int]:
        """The process that Celery starts with, and then the children that do the work."""
        parent = self._child.pid
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii").split()
        return [parent, *map(int, children)]

    def kill(self) -> None:
        """Kill all its processes at once, as a machine that stops does."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._child.pid, signal.SIGKILL)
        self._child.stop(Sleeper().pause)

    def stop(self) -> None:
        """Stop it in order."""
        self._child.stop(Sleeper().pause)

    def last_words(self) -> str:
        """The end of its log."""
        return self._log_from(self._child.log_start)[-3000:]

    def _log_from(self, place: int) -> str:
        return self.log.read_bytes()[place:].decode(errors="replace")


def wait_until(fact: Callable[[], bool], seconds: float, otherwise: Callable[[], str]) -> None:
    """Look again and again until a fact is true.

    Raises:
        AssertionError: it is not within so many seconds; says `otherwise`.
    """
    deadline = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < deadline, otherwise()
        time.sleep(0.02)


@contextlib.contextmanager
def start_installation(postgres: str = "") -> Iterator[Installation]:
    """A DQX of one's own without workers, removed at the end of the block.

    Args:
        postgres: the version or the folder of the programs, as in `pytest --postgres`.
    """
    with start_cluster(postgres) as cluster:
        state = load(cluster.home)
        supervisor = Supervisor(Sleeper())
        try:
            supervisor.start(broker_spec(cluster.home, state), lambda pid: broker_answers(state.broker_url))
            environment = {
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "dqx.settings",
                "PYTHONUNBUFFERED": "1",
                "DATABASE_URL": cluster.owner_url,
                "DQX_RUNNER_DATABASE_URL": cluster.runner_url,
                "CELERY_BROKER_URL": state.broker_url,
                "DQX_SECRET_KEY": state.secret_key,
                "DQX_SOURCE_SCHEMAS": "public",
                "DQX_DEMO": "0",
                "DQX_RETRY_SECONDS": "1",
                "DQX_HOME": str(cluster.home.folder / "unused"),
                "DQX_TEST_ADMIN_URL": cluster.admin_url,
                "DQX_TEST_POSTGRES_BIN": str(cluster.cluster.programs.folder),
            }
            installation = Installation(cluster, environment)
            installation.run("-m", "django", "migrate", "--verbosity", "0")
            yield installation
        finally:
            supervisor.stop()
