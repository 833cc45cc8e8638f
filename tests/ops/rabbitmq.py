"""A RabbitMQ of one's own for tests: Debian's program, with its data in a folder and on free ports."""

import contextlib
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import steps

SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
WHY_NOT = (
    "there is no RabbitMQ (Debian and Ubuntu: apt-get install rabbitmq-server, or python -m tests.ops.rabbitmq as root)"
)
needed = pytest.mark.skipif(not SERVER.is_file(), reason=WHY_NOT)
STARTED = "Server startup complete"


class RabbitMQ:
    """The broker, to stop and to start.

    Attributes:
        url: its address.
        process: the server's first process.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port, self._dist, self._names = _free_ports(3)
        self.url = f"amqp://guest:guest@127.0.0.1:{self.port}//"
        self.process: subprocess.Popen[bytes] | None = None
        (folder / "plugins").write_text("[].")
        (folder / "environment").touch()
        # RabbitMQ would start this one itself, and leave it behind.
        command = ["epmd", "-port", str(self._names), "-address", "127.0.0.1"]
        self._epmd = subprocess.Popen(
            command, env=self._environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    @property
    def _environment(self) -> dict[str, str]:
        places = {
            "HOME": self.folder,  # of the cookie
            "RABBITMQ_MNESIA_BASE": self.folder / "data",
            "RABBITMQ_LOG_BASE": self.folder / "log",
            "RABBITMQ_ENABLED_PLUGINS_FILE": self.folder / "plugins",
            "RABBITMQ_CONFIG_FILE": self.folder / "none",
            "RABBITMQ_CONF_ENV_FILE": self.folder / "environment",
            "RABBITMQ_PID_FILE": self.folder / "pid",
            "RABBITMQ_GENERATED_CONFIG_DIR": self.folder / "generated",
        }
        return {
            **os.environ,
            **{name: str(path) for name, path in places.items()},
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(self._names),
            "RABBITMQ_NODENAME": f"dqx{self.port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(self._dist),
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1 -kernel inet_dist_use_interface {127,0,0,1}",
        }

    def start(self) -> None:
        """Start it and wait until it takes messages; the queues and their messages of before are there."""
        log = self.folder / "out"
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [SERVER], env=self._environment, stdout=output, stderr=output, start_new_session=True
            )
        assert steps.eventually(lambda: STARTED in log.read_text(errors="replace"), 60), log.read_text(errors="replace")

    def stop(self) -> None:
        """Stop it in order."""
        if self.process is not None:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(20)
            self._signal(signal.SIGKILL)
            self.process.wait()
            self.process = None

    def freeze(self) -> None:
        """Let it take connections and say nothing."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    def close(self) -> None:
        """Stop all that was started."""
        self.stop()
        self._epmd.kill()
        self._epmd.wait()

    def _signal(self, number: int) -> None:
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)


@contextlib.contextmanager
def rabbitmq(folder: Path) -> Iterator[RabbitMQ]:
    """One that runs, for as long as the block."""
    server = RabbitMQ(folder)
    try:
        server.start()
        yield server
    finally:
        server.close()


def _free_ports(n: int) -> list[int]:
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(n)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in sockets]
