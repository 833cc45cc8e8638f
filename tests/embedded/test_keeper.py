"""Commands of manage.py find the database that runs, or start one that stays as long as they need it."""

import signal
from pathlib import Path

import psutil

from dqx.embedded.home import open_folder
from dqx.embedded.locks import FileLock, holder, is_running
from tests.embedded.conftest import Run
from tests.embedded.processes import alive, eventually


def keeper(home: Path) -> psutil.Process:
    who = holder(open_folder(home))
    assert who
    assert who.kind == "keeper"
    return psutil.Process(who.pid)


def gone(home: Path) -> None:
    eventually(lambda: not FileLock(open_folder(home), "lock").is_taken(), "the end of the keeper")


def test_two_commands_at_once_share_a_keeper_that_goes_after_them(client: Run, home: Path) -> None:
    with client() as one, client() as other:
        one.prints("connected")
        other.prints("connected")
        process = keeper(home)
        servers = {process, *process.children(recursive=True)}
        one.send(signal.SIGTERM)
        one.ends()
        assert is_running(open_folder(home))
        other.send(signal.SIGKILL)
        other.ends()
    eventually(lambda: not any(alive(server) for server in servers), f"the end of {servers}")
    assert "database system is shut down" in (home / "log" / "postgres.log").read_text()


def test_one_command_after_the_other_works_whether_or_not_the_keeper_is_still_there(client: Run, home: Path) -> None:
    for _ in range(3):
        with client(seconds=0) as command:
            command.prints("connected")
            assert command.ends() == 0
    gone(home)
    with client(seconds=0) as command:
        command.prints("connected")


def test_a_keeper_that_is_killed_takes_the_database_with_it_and_the_next_command_starts_another(
    client: Run, home: Path
) -> None:
    with client() as command:
        command.prints("connected")
        process = keeper(home)
        servers = {process, *process.children(recursive=True)}
        process.kill()
        eventually(lambda: not any(alive(server) for server in servers), f"the end of {servers}")
        with client() as other:
            other.prints("connected")
            assert keeper(home) != process


def test_a_command_uses_the_database_of_the_supervisor(supervisor: Run, client: Run, home: Path) -> None:
    with supervisor() as running:
        running.prints("DQX is running: ")
        with client() as command:
            command.prints("connected")
            who = holder(open_folder(home))
            assert who
            assert (who.kind, who.pid) == ("supervisor", running.pid)


def test_a_keeper_that_can_not_start_says_why(client: Run, home: Path) -> None:
    with client(DQX_POSTGRES_BIN="/nowhere") as command:
        assert command.ends() == 1
        assert "There is no PostgreSQL that runs in /nowhere" in command.text
