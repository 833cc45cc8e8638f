"""The supervisor, with children that need no Django."""

import contextlib
import json
import os
import pty
import re
import select
import signal
import socket
import sys
import time
from pathlib import Path

import psutil
import psycopg2
import pytest

from dqx.embedded.home import open_folder
from dqx.embedded.state import OWNER, State, load
from dqx.environment import BASE_DIR
from tests.embedded.conftest import Run
from tests.embedded.processes import Program, alive, environment, eventually, program

RUNNING = "DQX is running: "
SERVERS = ("postgres", "broker", "parent", "web")


def addresses(home: Path) -> State:
    return load(open_folder(home))


def test_first_and_later_start_have_the_same_addresses(supervisor: Run, home: Path) -> None:
    with supervisor() as first:
        first.prints(RUNNING)
        assert "prepared" in first.text
        before = addresses(home)
        with (
            contextlib.closing(psycopg2.connect(before.database_url(OWNER))) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute("CREATE SCHEMA kept")
            connection.commit()
        first.send(signal.SIGTERM)
        assert first.ends() == 0
    with supervisor() as second:
        second.prints(RUNNING)
        assert addresses(home) == before
        with (
            contextlib.closing(psycopg2.connect(before.database_url(OWNER))) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute("SELECT count(*) FROM pg_namespace WHERE nspname = 'kept'")
            assert cursor.fetchall() == [(1,)]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_all_in_order(supervisor: Run, number: signal.Signals, home: Path) -> None:
    with supervisor() as running:
        running.prints(RUNNING)
        running.send(number)
        assert running.ends() == 0
        assert running.text.endswith("Stopping …\nStopped.\n")
        running.leaves_nothing()
    assert "database system is shut down" in (home / "log" / "postgres.log").read_text()
    assert "ready to exit" in (home / "log" / "broker.log").read_text()


def test_kill_9_leaves_no_process_and_the_next_start_works(supervisor: Run) -> None:
    with supervisor() as running:
        running.prints(RUNNING)
        servers = {running.child(word) for word in ("postgres", "valkey", "http.server")}
        running.send(signal.SIGKILL)
        running.ends()
        eventually(lambda: not any(alive(process) for process in servers), f"the end of {servers}")
    with supervisor() as running:
        running.prints(RUNNING)


def test_kills_at_any_moment_of_the_first_start_do_not_spoil_the_next(supervisor: Run) -> None:
    for moment in (0.3, 0.5, 0.7, 0.9, 1.2, 1.6, 2.0):
        with supervisor() as running:
            time.sleep(moment)  # the moment is the test
            running.send(signal.SIGKILL)
            running.ends()
            # The trivial child's own child is untied on purpose; those of the real ones are tied (gunicorn, Celery).
            running.leaves_nothing(but="time.sleep(600)")
    with supervisor() as running:
        running.prints(RUNNING)


def test_a_second_start_says_that_one_is_running(supervisor: Run, port: int) -> None:
    with supervisor() as first:
        first.prints(RUNNING)
        with supervisor() as second:
            assert second.ends() == 1
            assert f"DQX is running already: http://127.0.0.1:{port}/ (process {first.pid})" in second.text
        assert psutil.pid_exists(first.pid)


def test_a_port_in_use_is_told_before_anything_starts(supervisor: Run, home: Path) -> None:
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as other:
        taken = other.getsockname()[1]
        with supervisor(port=taken) as running:
            assert running.ends() == 1
            assert f"Port {taken} of 127.0.0.1 is taken by another program" in running.text
    assert not (home / "postgres").exists()


@pytest.mark.parametrize("word", ["postgres", "valkey", "http.server"])
def test_a_crashed_child_comes_back_and_the_others_go_on(supervisor: Run, word: str) -> None:
    with supervisor() as running:
        running.prints(RUNNING)
        crashed = running.child(word)
        others = {child for child in psutil.Process(running.pid).children() if child != crashed}
        crashed.kill()
        running.prints("ended by signal 9; starting it again in 0.5 s.")
        again = eventually(lambda: child_or_none(running, word), f"a new {word}")
        assert again != crashed
        assert all(alive(child) for child in others)
        running.send(signal.SIGINT)
        assert running.ends() == 0


def child_or_none(running: Program, word: str) -> psutil.Process | None:
    try:
        return running.child(word)
    except AssertionError:
        return None


def test_a_crashed_child_takes_what_it_had_started_with_it(supervisor: Run) -> None:
    with supervisor() as running:
        running.prints(RUNNING)
        parent = running.child("subprocess.run")
        grandchild = eventually(parent.children, "the grandchild")[0]
        parent.kill()
        eventually(lambda: not alive(grandchild), "the end of the grandchild")


def test_a_child_that_never_starts_ends_it_with_the_words_of_its_log(supervisor: Run, home: Path) -> None:
    with supervisor() as running:
        running.prints(RUNNING)
        running.send(signal.SIGINT)
        running.ends()
    with (home / "postgres" / "postgresql.conf").open("a") as file:
        file.write("no_such_setting = 1\n")
    with supervisor() as running:
        assert running.ends() == 1
        assert "postgres does not start." in running.text
        assert 'unrecognized configuration parameter "no_such_setting"' in running.text


def test_a_server_of_your_own_is_used_and_none_is_started(supervisor: Run, home: Path) -> None:
    real = {name: os.environ[name] for name in ("DATABASE_URL", "DQX_RUNNER_DATABASE_URL", "CELERY_BROKER_URL")}
    with supervisor(**real) as running:
        running.prints(RUNNING)
        assert not re.search("database|broker", running.text)
    assert not (home / "postgres").exists()
    assert not (home / "broker").exists()


def test_a_broker_of_your_own_leaves_the_embedded_database(supervisor: Run, home: Path) -> None:
    with supervisor(CELERY_BROKER_URL=os.environ["CELERY_BROKER_URL"]) as running:
        running.prints(RUNNING)
        assert "Starting the database" in running.text
    assert not (home / "broker").exists()


def test_a_port_that_was_taken_is_replaced_and_remembered(supervisor: Run, home: Path) -> None:
    with supervisor() as running:
        running.prints(RUNNING)
        running.send(signal.SIGINT)
        running.ends()
    before = json.loads((home / "state.json").read_text())["postgres_port"]
    with contextlib.closing(socket.create_server(("127.0.0.1", before))), supervisor() as running:
        running.prints(RUNNING)
        assert f"Another program has taken port {before}" in running.text
        assert json.loads((home / "state.json").read_text())["postgres_port"] != before


def test_it_waits_for_a_command_that_uses_the_database(supervisor: Run, client: Run) -> None:
    with client() as command:
        command.prints("connected")
        with supervisor() as running:
            running.prints("waiting for it to end")
            command.send(signal.SIGKILL)
            running.prints(RUNNING)


def test_ctrl_c_at_a_terminal_is_for_the_supervisor_alone(home: Path, port: int) -> None:
    # The shell stands for make: had it got the Ctrl-C too, it would not print the code.
    line = f"{sys.executable} -m tests.embedded.trivial {port}; echo code $?"
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(BASE_DIR)
        os.execve("/bin/sh", ["sh", "-c", line], environment(home))
    read_until(terminal, b"Ctrl-C stops it.")
    os.write(terminal, b"\x03")
    read_until(terminal, b"Stopped.\r\ncode 0")
    assert os.waitpid(child, 0)[1] == 0  # before the terminal closes, which would end the shell
    os.close(terminal)


def read_until(terminal: int, text: bytes) -> None:
    shown = bytearray()

    def arrived() -> bool:
        if select.select([terminal], [], [], 0.1)[0]:
            shown.extend(os.read(terminal, 4096))
        return text in shown

    eventually(arrived, text.decode())


def test_it_ends_with_a_make_that_was_killed(home: Path, port: int, tmp_path: Path) -> None:
    line = f"{sys.executable} -m tests.embedded.trivial {port} --with-parent; exit $?"
    with program(["/bin/sh", "-c", line], environment(home), tmp_path / "out.txt") as shell:
        shell.prints(RUNNING)
        shell.send(signal.SIGKILL)
        shell.ends()
        shell.leaves_nothing()
        assert "Stopped." in shell.text
