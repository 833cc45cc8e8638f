"""Starts a throw-away PostgreSQL and broker for a run of the tests: `-p tests.plugin` in pyproject.toml.

The process that collects the results starts them, before Django's settings are read, and tells their addresses to
the workers of pytest-xdist through the environment:

- DATABASE_URL, DQX_RUNNER_DATABASE_URL, CELERY_BROKER_URL, DQX_SECRET_KEY: as for DQX itself;
- DQX_TEST_ADMIN_URL: the superuser's address;
- DQX_TEST_TEMPLATE: the database that test databases are copies of; deploy/roles.sql has been applied to it;
- DQX_TEST_POSTGRES_BIN: the folder with psql and the other programs.

`--postgres 16` (or DQX_TEST_POSTGRES=16) takes another PostgreSQL: a major version, or the folder of its programs.
`start_cluster()` gives a test a cluster of its own, to kill.
"""

import atexit
import contextlib
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dqx.embedded.accounts import server_account
from dqx.embedded.binaries import find_postgres
from dqx.embedded.broker import broker_answers, broker_spec
from dqx.embedded.children import Child
from dqx.embedded.errors import EmbeddedError
from dqx.embedded.home import Home, open_folder
from dqx.embedded.locks import FileLock
from dqx.embedded.postgres import Cluster
from dqx.embedded.state import ADMIN, DATABASE, OWNER, RUNNER, load
from dqx.embedded.supervisor import Supervisor

DEFAULT_POSTGRES = "18"
TEMPLATE = "dqx_template"
SOURCE_SCHEMAS = ["public", "dq_src", "demo"]
# A power cut may cost a throw-away cluster its data.
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
# Some scripts of the corpus take all the memory that they get.
os.environ.setdefault("DQX_POSTGRES_MEMORY_MB", "1024")
PREFIX = "dqx-test-"
STALE = 600.0  # seconds


class Sleeper:
    """Waits without listening to signals: those are pytest's."""

    def wait(self, seconds: float) -> None:
        time.sleep(seconds)

    def pause(self, seconds: float) -> bool:
        time.sleep(seconds)
        return False


class RunningCluster:
    """A PostgreSQL cluster with DQX's database, logins and grants."""

    def __init__(self, home: Home, cluster: Cluster) -> None:
        self.home, self.cluster = home, cluster
        self._state = load(home)
        self._child = Child(cluster.spec(home.log("postgres")))

    @property
    def admin_url(self) -> str:
        return self.url(ADMIN)

    @property
    def owner_url(self) -> str:
        return self.url(OWNER)

    @property
    def runner_url(self) -> str:
        return self.url(RUNNER)

    @property
    def pid(self) -> int:
        """The process id of the server's first process."""
        return self._child.pid

    def url(self, login: str, database: str = DATABASE) -> str:
        """The address of a database for dqx_admin, dqx_owner or dqx_runner."""
        return self._state.database_url(login).removesuffix(DATABASE) + database

    def start(self, seconds: float = 60) -> None:
        """Starts the server, after `kill` too, and waits until it answers."""
        deadline = time.monotonic() + seconds
        while not (self._child.is_running() and self.cluster.is_ready(self._child.pid)):
            if time.monotonic() > deadline:
                raise AssertionError(f"PostgreSQL does not start:\n{self.home.log('postgres').read_text()}")
            if not self._child.is_running():
                # Again and again: processes of the one that was killed may still be going.
                self._child.start()
            time.sleep(0.05)

    def kill(self) -> None:
        """Kills the server as a power cut would, but for what the kernel has not yet written."""
        self._child.kill()

    def stop(self) -> None:
        """Stops the server in order."""
        self._child.stop(Sleeper().pause)

    def set_up(self, database: str = DATABASE) -> None:
        """Makes the database and the logins, and applies deploy/roles.sql."""
        state = self._state
        self.cluster.set_up(state.owner_password, state.runner_password, SOURCE_SCHEMAS, database)


@contextlib.contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder that the servers' account can enter (pytest's own it can't), for as long as the block runs."""
    account = server_account()
    places = [Path(place) for place in (tempfile.gettempdir(), "/tmp", "/var/tmp")]
    place = next(place for place in places if account is None or account.may_reach(place))
    _sweep(place)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=place))
    folder.chmod(0o711 if account else 0o700)
    lock = FileLock(Home(folder, None), "lock")
    lock.take()  # as long as this process lives nobody sweeps it away
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        lock.close()


@contextlib.contextmanager
def start_cluster(postgres: str = "", durable: bool = True) -> Iterator[RunningCluster]:
    """A cluster of one's own, with DQX's database and logins; stopped and removed at the end of the block.

    Args:
        postgres: as in --postgres; default: that of this run of the tests.
        durable: whether it writes to the disk as a real one does.
    """
    with temporary_folder() as folder:
        home = open_folder(folder / "home")
        state = load(home)
        programs = find_postgres(home, postgres or os.environ.get("DQX_TEST_POSTGRES") or DEFAULT_POSTGRES)
        settings = {} if durable else FORGETFUL
        cluster = Cluster(home, home.postgres, programs, state.postgres_port, state.admin_password, settings, durable)
        cluster.initialise()
        running = RunningCluster(home, cluster)
        try:
            running.start()
            running.set_up()
            yield running
        finally:
            running.stop()


@contextlib.contextmanager
def start_servers(postgres: str) -> Iterator[dict[str, str]]:
    """The servers of a run of the tests, and what to put into the environment for them."""
    with start_cluster(postgres, durable=False) as running:
        prepare_template(running)
        state = load(running.home)
        supervisor = Supervisor(Sleeper())
        try:
            supervisor.start(broker_spec(running.home, state), lambda pid: broker_answers(state.broker_url))
            yield {
                "DATABASE_URL": running.owner_url,
                "DQX_RUNNER_DATABASE_URL": running.runner_url,
                "CELERY_BROKER_URL": state.broker_url,
                "DQX_SECRET_KEY": state.secret_key,
                "DQX_TEST_ADMIN_URL": running.admin_url,
                "DQX_TEST_TEMPLATE": TEMPLATE,
                "DQX_TEST_POSTGRES": postgres,
                "DQX_TEST_POSTGRES_BIN": str(running.cluster.programs.folder),
                # Nothing that a test starts may touch the state of whoever runs the tests.
                "DQX_HOME": str(running.home.folder / "unused"),
            }
        finally:
            supervisor.stop()


def prepare_template(running: RunningCluster) -> None:
    """Makes the database that test databases are copies of: what functions are granted to whom is copied with it."""
    running.set_up(TEMPLATE)
    # The owner makes the test databases; in a real cluster it makes none.
    running.cluster.psql(
        database=TEMPLATE,
        script=f"ALTER DATABASE {TEMPLATE} IS_TEMPLATE true; ALTER ROLE {OWNER} CREATEDB;",
    )


def _sweep(place: Path) -> None:
    """Removes the folders of runs that were killed."""
    for folder in place.glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            if folder.stat().st_uid == os.geteuid() and time.time() - folder.stat().st_mtime > STALE:
                lock = FileLock(Home(folder, None), "lock")
                if lock.try_take():
                    shutil.rmtree(folder, ignore_errors=True)
                lock.close()


# --- What pytest calls ------------------------------------------------------------------------------------------------

_servers = contextlib.ExitStack()
_starter = os.getpid()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--postgres",
        default=os.environ.get("DQX_TEST_POSTGRES") or DEFAULT_POSTGRES,
        help="the PostgreSQL to test on: a major version, or the folder of its programs (default: 18)",
    )


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    # A wrapper, so that it runs before pytest-django reads the settings in its own.
    options = early_config.known_args_namespace
    if "PYTEST_XDIST_WORKER" not in os.environ and not (options.help or options.version):
        atexit.register(_stop)
        try:
            os.environ.update(_servers.enter_context(start_servers(options.postgres)))
        except EmbeddedError as exc:
            raise pytest.UsageError(str(exc)) from exc
    return (yield)


def pytest_configure(config: pytest.Config) -> None:
    if "PYTEST_XDIST_WORKER" in os.environ:
        # In the background of a shell, or under nohup, these are ignored, and so they would be by every process that a test starts.
        for number in (signal.SIGINT, signal.SIGHUP):
            if signal.getsignal(number) is signal.SIG_IGN:
                signal.signal(number, signal.SIG_DFL)
    config.addinivalue_line("markers", "database: what a PostgreSQL of another version could do otherwise (.ci/run)")


def pytest_report_header() -> str:
    return f"servers: PostgreSQL {os.environ.get('DQX_TEST_POSTGRES')} ({os.environ.get('DQX_TEST_POSTGRES_BIN')})"


def pytest_unconfigure() -> None:
    _stop()


def _stop() -> None:
    # Not in a process that a test has forked.
    if os.getpid() == _starter:
        _servers.close()
