"""A DQX of its own, with a durable PostgreSQL, a broker and real Celery workers, for tests that kill and for the benchmarks."""

import contextlib
import os
import socket
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
from dqx.environment import BASE_DIR
from tests.plugin import RunningCluster, Sleeper, start_cluster

READY = "ready."  # what Celery's worker says in its log once it takes tasks
STARTS = "beat: Starting"


class Installation:
    """A migrated database and a broker.

    Attributes:
        cluster: the PostgreSQL, to kill and to start.
        broker: the same.
        environment: what a process needs to be a part of this DQX.
    """

    def __init__(self, cluster: RunningCluster, broker: "Broker", environment: dict[str, str]) -> None:
        self.cluster, self.broker, self.environment = cluster, broker, environment

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


class Broker:
    """The broker, to stop, kill and start."""

    def __init__(self, home: Home) -> None:
        state = load(home)
        self.url = state.broker_url
        self._child = Child(broker_spec(home, state))

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._child.start()
        wait_until(lambda: broker_answers(self.url), 20, lambda: "the broker does not start")

    def kill(self) -> None:
        """Kill it; what it had not yet written is lost."""
        self._child.kill()

    def stop(self) -> None:
        """Stop it in order."""
        self._child.stop(Sleeper().pause)


class Worker:
    """A Celery process as `make run` starts it, in a group of processes of its own.

    Args:
        name: "worker", which does runs, "clock", which does what is short, or "beat".
        number: of several with one name.
    """

    def __init__(self, installation: Installation, name: str = "worker", number: int = 1) -> None:
        found = services(installation.home, Site("127.0.0.1", 0))
        spec = next(spec for spec in found if spec.name == name)
        assert spec.log is not None
        log = spec.log.with_name(f"{name}-{number}.log")
        command = [word.replace(f"{name}@%h", f"{name}{number}@%h") for word in spec.command]
        spec = replace(spec, log=log, command=command)
        self.ready = STARTS if name == "beat" else READY
        self.log: Path = log
        self._spec = replace(spec, environment={**(spec.environment or {}), **installation.environment})
        self._child = Child(self._spec)

    def limit_to(self, processes: int) -> None:
        """Let it have so many processes that work."""
        command = list(self._spec.command)
        command[command.index("--concurrency") + 1] = str(processes)
        self._child = Child(replace(self._spec, command=command))

    def start(self, seconds: float = 60) -> None:
        """Start it and wait until it takes tasks."""
        self._child.start()
        said = self._child.log_start
        wait_until(lambda: self.ready in self._log_from(said), seconds, lambda: f"no worker: {self._log_from(said)}")

    def pids(self) -> list[int]:
        """The process that Celery starts with, and then the children that do the work."""
        return family(self._child)

    def kill(self) -> None:
        """Kill all its processes at once, as a machine that stops does."""
        self._child.kill()

    def stop(self) -> None:
        """Stop it in order."""
        self._child.stop(Sleeper().pause)

    def last_words(self) -> str:
        """The end of its log."""
        return self._log_from(self._child.log_start)[-3000:]

    def _log_from(self, place: int) -> str:
        return self.log.read_bytes()[place:].decode(errors="replace")


class Web:
    """gunicorn as `make run` starts it, for as long as a block runs: two processes of eight threads each."""

    def __init__(self, installation: Installation) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.site = Site("127.0.0.1", free.getsockname()[1])
        spec = next(spec for spec in services(installation.home, self.site) if spec.name == "web")
        assert spec.log is not None
        self.log: Path = spec.log
        self._child = Child(replace(spec, environment=installation.environment))

    def __enter__(self) -> "Web":
        self._child.start()
        wait_until(self.site.answers, 60, lambda: self.log.read_text(errors="replace")[-3000:])
        return self

    def __exit__(self, *_: object) -> None:
        self._child.stop(Sleeper().pause)

    def kill(self) -> None:
        """Kill all its processes at once."""
        self._child.kill()

    def pids(self) -> list[int]:
        """The process that gunicorn starts with, and then those that answer."""
        return family(self._child)


def family(child: Child) -> list[int]:
    """The numbers of a process and of its children."""
    parent = child.pid
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii").split()
    return [parent, *map(int, children)]


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
        broker = Broker(cluster.home)
        try:
            broker.start()
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
                "DQX_STATIC_ROOT": str(cluster.home.folder / "static"),
                "DQX_TEST_ADMIN_URL": cluster.admin_url,
                "DQX_TEST_POSTGRES_BIN": str(cluster.cluster.programs.folder),
            }
            installation = Installation(cluster, broker, environment)
            installation.run("-m", "django", "migrate", "--verbosity", "0")
            yield installation
        finally:
            broker.stop()
