"""The addresses that this process needs and its environment does not name, and a database when a command needs one.

Imports nothing of the servers: where real ones are named, nothing embedded is looked at.
"""

import os
import subprocess
import sys
import time
from collections.abc import Sequence

from dqx import environment
from dqx.embedded.errors import EmbeddedError
from dqx.embedded.home import Home, locate, open_folder, open_home
from dqx.embedded.locks import FileLock
from dqx.embedded.logs import tail
from dqx.embedded.state import FILE, OWNER, RUNNER, State, load
from dqx.environment import BASE_DIR

DATABASE_URL, RUNNER_URL, BROKER_URL, SECRET_KEY, ENCRYPTION_KEYS = (
    "DATABASE_URL",
    "DQX_RUNNER_DATABASE_URL",
    "CELERY_BROKER_URL",
    "DQX_SECRET_KEY",
    "DQX_ENCRYPTION_KEYS",
)
WITHOUT_DATABASE = {
    "check",
    "collectstatic",
    "compilemessages",
    "database_url",
    "diffsettings",
    "findstatic",
    "help",
    "makemessages",
    "startapp",
    "version",
}
PATIENCE = 90.0  # seconds for a database to be made and started


def provide(arguments: Sequence[str]) -> None:
    """Fills in what the environment lacks for a command of manage.py, and sees that its database runs.

    Args:
        arguments: sys.argv.

    Raises:
        EmbeddedError: the database can't be started.
    """
    missing = lacking()
    if not missing:
        return
    home = open_home()
    if DATABASE_URL in missing and needs_database(arguments):
        use_database(home)
    # Only now: the port may have changed when the database started.
    fill(missing, load(home))


def lacking() -> list[str]:
    """Names of the settings that the environment lacks and we can fill in."""
    names = [name for name in (DATABASE_URL, RUNNER_URL, BROKER_URL, SECRET_KEY) if not environment.text(name)]
    if RUNNER_URL in names and DATABASE_URL not in names:
        names.remove(RUNNER_URL)  # the runner of a real server is not ours to make up
    if DATABASE_URL in names and not environment.text(ENCRYPTION_KEYS):
        names.append(ENCRYPTION_KEYS)  # lives and dies with the data that it locks
    return names


def fill(names: Sequence[str], state: State) -> None:
    """Puts the embedded servers' addresses, and the secret key, into the environment of this process."""
    values = {
        DATABASE_URL: state.database_url(OWNER),
        RUNNER_URL: state.database_url(RUNNER),
        BROKER_URL: state.broker_url,
        SECRET_KEY: state.secret_key,
        ENCRYPTION_KEYS: state.encryption_key,
    }
    os.environ.update({name: values[name] for name in names})


def embedded_in_use() -> tuple[Home, State] | None:
    """The embedded database's folder and addresses; None when DATABASE_URL is another's. Makes nothing."""
    folder = locate()
    if not (folder / FILE).exists():
        return None
    home = open_folder(folder)
    state = load(home)
    return (home, state) if environment.text(DATABASE_URL) == state.database_url(OWNER) else None


def needs_database(arguments: Sequence[str]) -> bool:
    """Whether the command of these arguments (sys.argv) may use the database; when in doubt it does."""
    words = set(arguments[1:])
    if not words or words & {"-h", "--help", "--version"}:
        return False
    if arguments[1] == "check":
        return "--database" in words
    return arguments[1] not in WITHOUT_DATABASE


def use_database(home: Home) -> None:
    """Waits until the embedded database answers, and starts a keeper for it when nobody runs it.

    The keeper stays until this process ends: it holds a lock as long as it lives.

    Raises:
        EmbeddedError: the database can't be started.
    """
    # Not closed on purpose. Blocks while a keeper that nobody uses any more goes.
    FileLock(home, "users").share()
    lock, ready = FileLock(home, "lock"), FileLock(home, "ready")
    keeper: subprocess.Popen[bytes] | None = None
    deadline = time.monotonic() + PATIENCE
    while not ready.is_taken():
        if keeper is not None and keeper.poll():
            raise EmbeddedError(f"The embedded database could not be started.\n{tail(home.log('keeper'))}")
        if time.monotonic() > deadline:
            raise EmbeddedError(
                f"The embedded database is not ready after {PATIENCE:.0f} s; its logs are in {home.logs}."
            )
        if not lock.is_taken() and (keeper is None or keeper.poll() is not None):
            keeper = _start_keeper(home)
        time.sleep(0.03)


def _start_keeper(home: Home) -> subprocess.Popen[bytes]:
    log = home.log("keeper")
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as output:
        return subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "dqx.embedded.keeper", str(home.folder)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=BASE_DIR,
            start_new_session=True,  # it outlives us while others use the database
        )
