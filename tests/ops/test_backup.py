"""Backups that are restored: a dump on another server, a base backup as another server, and what DQX says there."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace

import pytest
from cryptography.fernet import Fernet
from psycopg2.extensions import parse_dsn

from dqx.embedded.home import open_folder
from dqx.embedded.ports import choose
from dqx.environment import BASE_DIR
from tests.faults.installation import start_installation
from tests.ops.copies import TELL
from tests.plugin import RunningCluster, start_cluster, temporary_folder

KEY = Fernet.generate_key().decode()
RAN = [["run_last", "missed"], ["run_last", "ran"], ["skip", "missed"]]


@pytest.fixture(scope="module")
def original():
    """A DQX of its own with what has to be there again, and what is."""
    with start_installation() as installation:
        installation.environment |= {"DQX_ENCRYPTION_KEYS": KEY}
        yield installation, tell("make", installation.environment)


def tell(what, environment):
    done = subprocess.run(
        [sys.executable, "-c", TELL.format(what)], env=environment, cwd=BASE_DIR, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def run(environment, *command):
    return subprocess.run(list(map(str, command)), env=environment, cwd=BASE_DIR, capture_output=True, text=True)


def psql_login(url):
    """What psql and its kind need to log in, and their folder."""
    login = {f"PG{name.upper()}": value for name, value in parse_dsn(url).items()}
    login["PGDATABASE"] = login.pop("PGDBNAME")
    return {**os.environ, **login, "PATH": f"{os.environ['DQX_TEST_POSTGRES_BIN']}:{os.environ['PATH']}"}


def moved(installation, cluster_url_of):
    """The environment of the same DQX at another server."""
    return {
        **installation.environment,
        "DATABASE_URL": cluster_url_of("dqx_owner"),
        "DQX_RUNNER_DATABASE_URL": cluster_url_of("dqx_runner"),
    }


@pytest.fixture(scope="module")
def dump(original, tmp_path_factory):
    installation, _ = original
    file = tmp_path_factory.mktemp("backup") / "dqx.dump"
    saved = run(psql_login(installation.cluster.owner_url), BASE_DIR / "deploy" / "backup.sh", file)
    assert (saved.returncode, saved.stderr) == (0, "")
    assert file.stat().st_mode & 0o077 == 0 and [each.name for each in file.parent.iterdir()] == [file.name]
    return file


def restore(server, *arguments):
    return run(psql_login(server.owner_url), BASE_DIR / "deploy" / "restore.sh", *arguments)


def test_a_dump_is_restored_on_another_server(original, dump):
    installation, before = original
    with start_cluster() as server:
        restored = restore(server, dump)
        assert (restored.returncode, restored.stderr) == (0, "")
        environment = moved(installation, server.url)
        assert run(environment, sys.executable, "manage.py", "migrate").returncode == 0
        assert run(environment, sys.executable, "manage.py", "check", "--database", "default").returncode == 0
        as_before(tell("look", environment), before)
        again = restore(server, dump)
        assert again.returncode == 1 and "Nothing was changed" in again.stderr


def as_before(found, before):
    """All of it but the staged rows; what went on is found, and the times of the gap are as each schedule wants."""
    assert {**before, **found} == {**found, **before}
    assert (found["n_staged"], found["publish"], found["again"]) == (0, "staging_lost", "succeeded")
    assert (found["died"], found["active"], found["outcomes"], found["n_ran"]) == (1, 2, RAN, 1)


def test_a_copy_whose_schedules_rest_and_whose_keys_are_not_there(original, dump):
    installation, _ = original
    with start_cluster() as server:
        assert restore(server, "--rest", dump).returncode == 0
        environment = {**moved(installation, server.url), "DQX_ENCRYPTION_KEYS": Fernet.generate_key().decode()}
        assert run(environment, sys.executable, "manage.py", "mend_mirror").returncode == 0
        found = tell("look", environment)
        assert found["password"] == "secret_unreadable"
        assert (found["active"], found["outcomes"], found["mirror"]) == (0, [], [])


def test_a_base_backup_is_another_server(original):
    installation, before = original
    with base_backup(installation) as server_url_of:
        as_before(tell("look", moved(installation, server_url_of)), before)


@contextlib.contextmanager
def base_backup(installation):
    """A server on what pg_basebackup took from one that runs."""
    old = installation.cluster
    with temporary_folder() as folder:
        home = open_folder(folder / "home")
        draft = folder / "draft"
        taken = run(psql_login(old.admin_url), "pg_basebackup", "--pgdata", draft, "--checkpoint", "fast")
        assert taken.returncode == 0, taken.stderr
        shutil.move(draft, home.postgres)
        if home.account:
            run(os.environ, "chown", "-R", f"{home.account.uid}:{home.account.gid}", home.postgres)
        port = choose()
        server = RunningCluster(home, replace(old.cluster, home=home, data=home.postgres, port=port))
        server.start()
        try:
            yield lambda login: old.url(login).replace(f":{old.cluster.port}/", f":{port}/")
        finally:
            server.stop()
