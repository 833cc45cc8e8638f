"""One PostgreSQL cluster: made, started, made ready for DQX."""

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dqx import environment
from dqx.embedded.binaries import PostgresPrograms
from dqx.embedded.children import BARE, Spec, tie
from dqx.embedded.errors import EmbeddedError
from dqx.embedded.home import Home
from dqx.embedded.ports import LOOPBACK
from dqx.embedded.state import ADMIN, DATABASE
from dqx.environment import BASE_DIR

ROLES = BASE_DIR / "deploy" / "roles.sql"
# Written once, at the end of postgresql.conf, where whoever runs DQX may change them.
SETTINGS = {
    "shared_buffers": "256MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "4GB",
    "log_line_prefix": "'%m [%p] %u@%d '",
}
LEAST_MEMORY_MB = 1024


def memory_limit() -> int:
    """Bytes that one session may take: DQX_POSTGRES_MEMORY_MB, or a quarter of the machine's.

    PostgreSQL has no such limit, and some scripts make it plan or gather until the kernel kills the server. This way it is
    the one session that is told "out of memory".
    """
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20
    quarter = max(machine // 4, LEAST_MEMORY_MB)
    return environment.number("DQX_POSTGRES_MEMORY_MB", quarter, least=LEAST_MEMORY_MB) << 20


@dataclass(frozen=True)
class Cluster:
    """A cluster that listens on the loopback address only and wants a password of everybody.

    Attributes:
        home: the state folder it belongs to.
        data: its data folder.
        password: that of the superuser dqx_admin.
        settings: what it is started with beyond its postgresql.conf.
        durable: whether making it waits for the disk.
    """

    home: Home
    data: Path
    programs: PostgresPrograms
    port: int
    password: str
    settings: Mapping[str, str] = field(default_factory=dict)
    durable: bool = True

    def initialise(self) -> None:
        """Makes the data folder unless it is there.

        Raises:
            EmbeddedError: initdb fails, or the folder is of another major version.
        """
        version = self.data / "PG_VERSION"
        if not version.exists():
            self._make()
        elif (major := version.read_text(encoding="ascii").strip()) != str(self.programs.major):
            raise EmbeddedError(
                f"The data in {self.data} is of PostgreSQL {major}, and this is {self.programs.major}. "
                f"Set DQX_POSTGRES_BIN to the programs of PostgreSQL {major}, "
                "save the data with pg_dump, and load it into a new state folder."
            )

    def spec(self, log: Path) -> Spec:
        """How to start and stop the server."""
        settings = {
            "listen_addresses": LOOPBACK,
            "port": str(self.port),
            "unix_socket_directories": "",
            # Not what statements were refused for: that holds people's values, and whoever sent the statement is told it.
            "log_min_messages": "log",
            **self.settings,
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return Spec(
            name="postgres",
            command=[self.programs.path("postgres"), "-D", str(self.data), *options],
            environment=BARE,
            account=self.home.account,
            log=log,
            folder=self.data,
            # Fast shutdown, then immediate shutdown, after which the next start recovers.
            stops=((signal.SIGINT, 30), (signal.SIGQUIT, 10)),
            # Immediate too: a backend that is busy must not keep the server alive when nobody watches it any more.
            orphan_signal=signal.SIGQUIT,
            memory=memory_limit(),
        )

    def is_ready(self, pid: int) -> bool:
        """Whether the server with this process id accepts connections, told by the file in which it says so itself."""
        try:
            lines = (self.data / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return False
        # Line 8 is the state; an older server's file, whoever has its process id now, isn't about this one.
        return len(lines) > 7 and lines[0].strip() == str(pid) and lines[7].strip() == "ready"

    def psql(
        self, *arguments: str, database: str = DATABASE, script: str = "", variables: Mapping[str, str] | None = None
    ) -> str:
        """Runs psql as the superuser and returns its output.

        Args:
            script: what it reads, unless the arguments name a file.
            variables: for the script's \\getenv; secrets go here, where `ps` doesn't show them.

        Raises:
            EmbeddedError: the script fails.
        """
        login = {
            "PGHOST": LOOPBACK,
            "PGPORT": str(self.port),
            "PGUSER": ADMIN,
            "PGPASSWORD": self.password,
            "PGDATABASE": database,
        }
        done = subprocess.run(  # noqa: S603
            [self.programs.path("psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", *arguments],
            input=script,
            env={**BARE, **login, "PGCONNECT_TIMEOUT": "10", **(variables or {})},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise EmbeddedError(f"The database could not be set up:\n{done.stderr.strip()}")
        return done.stdout

    def set_up(
        self, owner_password: str, runner_password: str, source_schemas: Sequence[str], database: str = DATABASE
    ) -> None:
        """Makes the database unless it is there, and the two logins with what they may do. Safe to repeat.

        Raises:
            EmbeddedError: a script fails.
        """
        missing = f"NOT EXISTS (SELECT FROM pg_database WHERE datname = '{database}')"
        self.psql(database="postgres", script=f"SELECT 'CREATE DATABASE {database}' WHERE {missing} \\gexec")
        self.psql(
            "-f",
            str(ROLES),
            database=database,
            variables={
                "DQX_OWNER_PASSWORD": owner_password,
                "DQX_RUNNER_PASSWORD": runner_password,
                "DQX_SOURCE_SCHEMAS": ",".join(source_schemas),
            },
        )

    def _make(self) -> None:
        # Beside its place, moved there when whole: a start that is killed half-way leaves nothing that looks like data.
        draft = self.data.with_name(f"{self.data.name}.draft")
        shutil.rmtree(draft, ignore_errors=True)
        self.home.server_folder(draft)
        with self._password_file() as password_file:
            self._initdb(draft, password_file)
        with (draft / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.writelines(f"{name} = {value}\n" for name, value in SETTINGS.items())
        draft.rename(self.data)

    def _initdb(self, folder: Path, password_file: Path) -> None:
        options = ["-A", "scram-sha-256", "-E", "UTF8", *self._locale(), "--data-checksums"]
        done = subprocess.run(  # noqa: S603
            [
                self.programs.path("initdb"),
                "-D",
                str(folder),
                "-U",
                ADMIN,
                f"--pwfile={password_file}",
                *options,
                *self._sync(),
            ],
            env=BARE,
            cwd=folder,
            preexec_fn=tie(),  # or the next start would meet it in the folder that it clears
            capture_output=True,
            text=True,
            check=False,
            **(self.home.account.options() if self.home.account else {}),
        )
        if done.returncode:
            raise EmbeddedError(f"The database could not be made:\n{done.stderr.strip()}")

    def _locale(self) -> list[str]:
        # Order by code point, letters as Unicode has them, whatever the machine's locales are.
        if self.programs.major >= 17:
            return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        return ["--locale=C.UTF-8"]

    def _sync(self) -> list[str]:
        return [] if self.durable else ["--no-sync"]

    @contextlib.contextmanager
    def _password_file(self) -> Iterator[Path]:
        path = self.data.with_name(f"{self.data.name}.password")
        path.unlink(missing_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w") as file:
                file.write(self.password)
            if self.home.account:
                self.home.account.own(path)
            yield path
        finally:
            path.unlink()
