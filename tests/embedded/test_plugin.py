"""The servers of a run of the tests end with it, however it ends. The run here goes on beside the one that runs it."""

import os
import signal
import sys
from pathlib import Path

import psutil
import pytest

from tests.embedded.processes import Program, alive, environment, eventually, program

TEST = """
import os, time
import psycopg2, redis
def test_waits():
    psycopg2.connect(os.environ["DQX_RUNNER_DATABASE_URL"]).close()
    redis.Redis.from_url(os.environ["CELERY_BROKER_URL"]).ping()
    open({mark!r}, "w").close()
    time.sleep(600)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_run_that_is_ended_leaves_no_server(tmp_path: Path, number: signal.Signals) -> None:
    mark = tmp_path / "connected"
    (tmp_path / "test_waits.py").write_text(TEST.format(mark=str(mark)))
    options = ["-q", "-n", "1", "-p", "no:cacheprovider", "-c", "pyproject.toml", "--rootdir", "."]
    # As at somebody's prompt: the run here is one of pytest-xdist's workers, perhaps.
    env = {name: value for name, value in environment(tmp_path).items() if not name.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", *options, str(tmp_path / "test_waits.py")]
    with program(command, env, tmp_path / "out.txt") as running:
        eventually(lambda: mark.exists() or running.text.count("rror"), "the test")
        assert mark.exists(), running.text
        servers = servers_of(running)
        assert len(servers) == 2
        if number == signal.SIGINT:
            os.killpg(running.pid, number)  # as a terminal does: the run and its workers all hear Ctrl-C
        else:
            running.send(number)
        eventually(lambda: not any(alive(server) for server in servers), f"the end of {servers}")


def servers_of(running: Program) -> list[psutil.Process]:
    children = psutil.Process(running.pid).children()
    return [child for child in children if child.name() in ("postgres", "valkey-server")]
