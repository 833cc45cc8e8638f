"""What the state folder holds, and who may read it."""

import os
import pwd
import signal
import stat
import subprocess
import sys
from pathlib import Path

import psutil
import psycopg2
import pytest
import redis

from dqx.embedded import binaries
from dqx.embedded.accounts import UNPRIVILEGED
from dqx.embedded.errors import EmbeddedError
from dqx.embedded.home import open_folder
from dqx.embedded.state import ADMIN, OWNER, RUNNER, load
from tests.embedded.conftest import Run
from tests.embedded.processes import as_nobody, environment, program


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_secrets_are_for_their_owner_and_data_for_the_servers_account(supervisor: Run, home: Path) -> None:
    with supervisor() as running:
        running.prints("DQX is running: ")
        assert mode(home / "state.json") == 0o600
        assert mode(home / "broker" / "valkey.conf") == 0o600
        assert {mode(log) for log in (home / "log").iterdir()} == {0o600}
        assert {mode(home / name) for name in ("postgres", "broker", "log")} == {0o700}
        assert mode(home) == (0o711 if os.geteuid() == 0 else 0o700)
        expected = pwd.getpwnam(UNPRIVILEGED).pw_uid if os.geteuid() == 0 else os.geteuid()
        assert {running.child(word).uids().effective for word in ("postgres", "valkey")} == {expected}


def test_nothing_but_the_passwords_opens_the_servers(supervisor: Run, home: Path) -> None:
    with supervisor() as running:
        running.prints("DQX is running: ")
        state = load(open_folder(home))
        for login in (ADMIN, OWNER, RUNNER):
            psycopg2.connect(state.database_url(login)).close()
            for password in ("", "wrong"):
                address = f"postgres://{login}:{password}@127.0.0.1:{state.postgres_port}/dqx"
                with pytest.raises(psycopg2.OperationalError, match="password"):
                    psycopg2.connect(address)
        with pytest.raises(redis.AuthenticationError):
            redis.Redis(port=state.broker_port).ping()
        secrets = [
            state.admin_password,
            state.owner_password,
            state.runner_password,
            state.broker_password,
            state.secret_key,
        ]
        seen = " ".join(word for child in running.family() for word in child.cmdline())
        logs = "".join(log.read_text() for log in (home / "log").iterdir())
        assert not [secret for secret in secrets if secret in seen + logs]


def test_an_ordinary_user_runs_it_too(folder: Path, port: int, tmp_path: Path) -> None:
    folder.chmod(0o777)
    home = folder / "home"
    command = as_nobody([sys.executable, "-m", "tests.embedded.trivial", str(port)])
    with program(command, environment(home, PYTHONDONTWRITEBYTECODE="1"), tmp_path / "out.txt") as running:
        running.prints("DQX is running: ")
        nobody = pwd.getpwnam(UNPRIVILEGED).pw_uid
        assert home.stat().st_uid == nobody
        assert {process.uids().effective for process in psutil.Process(running.pid).children()} == {nobody}
        running.send(signal.SIGINT)
        assert running.ends() == 0
        running.leaves_nothing()


def test_after_root_has_run_it_the_owner_still_can(folder: Path, port: int, tmp_path: Path) -> None:
    folder.chmod(0o777)
    home = folder / "home"
    command = [sys.executable, "-m", "tests.embedded.trivial", str(port)]
    for number, who in enumerate((as_nobody(command), command, as_nobody(command))):
        env = environment(home, PYTHONDONTWRITEBYTECODE="1")
        with program(who, env, tmp_path / f"{number}.txt") as running:
            running.prints("DQX is running: ")
            running.send(signal.SIGINT)
            assert running.ends() == 0


def test_a_folder_of_somebody_else_is_refused(folder: Path) -> None:
    (folder / "home").mkdir()
    command = as_nobody([sys.executable, "manage.py", "migrate"])
    done = subprocess.run(command, env=environment(folder / "home"), capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "belongs to another user" in done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's servers run as somebody else")
def test_root_is_told_when_the_servers_can_not_reach_the_folder(folder: Path) -> None:
    (folder / "closed").mkdir(mode=0o700)
    with pytest.raises(EmbeddedError, match="the user nobody can't enter"):
        open_folder(folder / "closed" / "home")
    assert not (folder / "closed" / "home").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's servers run as somebody else")
def test_programs_that_the_servers_account_can_not_reach_are_copied(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = open_folder(folder / "home")
    monkeypatch.setattr("dqx.embedded.accounts.Account.may_reach", lambda self, path: False)
    programs = binaries.embedded_postgres(home)
    assert programs.folder.is_relative_to(home.binaries)
    assert home.account
    for program_name in ("initdb", "psql", "postgres"):
        subprocess.run([programs.path(program_name), "--version"], check=True, **home.account.options())
    subprocess.run([binaries.broker_program(home), "--version"], check=True, **home.account.options())


def test_a_damaged_state_file_is_not_replaced(home: Path) -> None:
    opened = open_folder(home)
    load(opened)
    (home / "state.json").write_text("{")
    with pytest.raises(EmbeddedError, match="is damaged"):
        load(opened)
    assert (home / "state.json").read_text() == "{"


def test_many_processes_at_once_agree_on_the_secrets(home: Path) -> None:
    code = "from dqx.embedded import home, state; print(state.load(home.open_home()).secret_key)"
    started = [
        subprocess.Popen([sys.executable, "-c", code], env=environment(home), stdout=subprocess.PIPE, text=True)
        for _ in range(6)
    ]
    assert len({process.communicate()[0] for process in started}) == 1
