"""The real thing, without the demo: what `make run` starts once everything is installed."""

import http.client
import re
import signal
import sys
from pathlib import Path

import psutil

from tests.embedded.processes import Program, alive, environment, eventually, program


def status(port: int, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


def workers(running: Program, *words: str) -> list[psutil.Process]:
    """The processes that gunicorn or celery has started itself."""
    return running.child(*words).children()


def test_from_nothing_to_the_pages_and_on_after_a_kill(home: Path, port: int, folder: Path, tmp_path: Path) -> None:
    env = environment(home, DQX_PORT=str(port), DQX_STATIC_ROOT=str(folder / "static"))
    command = [sys.executable, "-m", "dqx.embedded"]
    with program(command, env, tmp_path / "first.txt") as running:
        running.prints("DQX is running: ")
        assert re.search("admin.*password|password.*admin", running.text), "the first account's password, told once"
        assert status(port, "/healthz") == 200
        assert status(port, "/accounts/login") == 200
        eventually(lambda: len(workers(running, "celery", "worker@%h")) == 3, "celery's own processes")
        eventually(lambda: len(workers(running, "gunicorn")) == 2, "gunicorn's own processes")
        running.send(signal.SIGKILL)
        running.ends()
        running.leaves_nothing()
    with program(command, env, tmp_path / "second.txt") as running:
        running.prints("DQX is running: ")
        assert "password" not in running.text.split("DQX is running")[0]
        own = eventually(lambda: workers(running, "celery", "worker@%h"), "celery's own processes")
        running.child("celery", "worker@%h").kill()
        running.prints("worker ended by signal 9")
        eventually(lambda: not any(alive(process) for process in own), f"the end of {own}")
        assert status(port, "/healthz") == 200
        running.send(signal.SIGINT)
        assert running.ends() == 0
        running.leaves_nothing()
