"""What stands around an attack: the objects that it is after, sessions that it may disturb, and eyes on the server."""

import contextlib
import os
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg2
from django.conf import settings
from django.db import connection

from tests import corpus, steps

EXTENSIONS = ("dblink", "postgres_fdw", "adminpack", "tablefunc", "xml2", "pgcrypto", "fuzzystrmatch")
OTHERS_STAGING = "dq_script_0"
REFUSED = "dq_script_refused"
# Seconds in which the server has to be rid of a script whose run has ended.
GONE_WITHIN = 20.0


# --- Objects ----------------------------------------------------------------------------------------------------------


def make_objects() -> set[str]:
    """Make what the corpus reads and attacks; returns what of it this server lacks: xml or extensions."""
    with steps.superuser() as cursor:
        cursor.execute(corpus.OBJECTS)
        cursor.execute("SELECT name FROM unnest(%s) AS name EXCEPT SELECT extname FROM pg_extension", ([*EXTENSIONS],))
        lacking = {name for (name,) in cursor.fetchall()}
        if not _has_xml(cursor):
            lacking.add("xml")
    if not lacking.issuperset(EXTENSIONS):
        steps.apply_roles()  # what a deployment does that made an extension
    if "DQX_POSTGRES_MEMORY_MB" not in os.environ:  # a server that tests/plugin.py did not start
        lacking.add("memory limit")
    return lacking


def drop_objects() -> None:
    """Take all of it away, and leave an empty dq_src."""
    assert steps.eventually(no_script_runs, 60)
    with steps.superuser() as cursor:
        cursor.execute(
            "DROP FUNCTION public.purge_by(dq_src.customers); DROP SCHEMA app CASCADE; DROP SCHEMA dq_src CASCADE"
        )
        cursor.execute("DROP SEQUENCE dq.script_id_seq; SELECT lo_unlink(4711)")
        for name in EXTENSIONS:
            cursor.execute(f"DROP EXTENSION IF EXISTS {name} CASCADE")
    steps.make_source_schema("dq_src")


def no_script_runs() -> bool:
    """Whether the server is rid of all scripts."""
    with steps.superuser() as cursor:
        cursor.execute(
            "SELECT FROM pg_stat_activity WHERE application_name = 'dqx script' AND datname = current_database()"
        )
        return cursor.rowcount == 0


def _has_xml(cursor: Any) -> bool:
    try:
        cursor.execute("SELECT xmlparse(DOCUMENT '<a/>')")
    except psycopg2.errors.FeatureNotSupported:
        return False
    return True


# --- The state of the database ----------------------------------------------------------------------------------------

# What is above 16383 was not there when the cluster was made.
_PICTURE = {
    "relations": "SELECT oid::regclass, relkind, relowner FROM pg_class WHERE oid > 16383",
    "functions": "SELECT oid::regprocedure, proowner, prosrc, proacl FROM pg_proc WHERE oid > 16383",
    "roles": "SELECT rolname, rolsuper, rolcreatedb, rolcanlogin FROM pg_roles WHERE rolname !~ '^(other_program|elsewhere)_'",
    "settings": "TABLE pg_db_role_setting",
    "databases": "SELECT datname FROM pg_database WHERE datname = current_database()",
    "extensions": "SELECT extname FROM pg_extension",
    "large objects": "SELECT oid FROM pg_largeobject_metadata",
    "slots": "SELECT slot_name FROM pg_replication_slots",
    "prepared": "SELECT gid FROM pg_prepared_xacts WHERE database = current_database()",
    "comments": "SELECT * FROM pg_description WHERE objoid > 16383",
    "bad rows": "TABLE dq.bad_detail",
    "scripts": "TABLE dq.dq_sql_scripts",
    "five": "TABLE dq_src.five",
    "sequence": "SELECT last_value, is_called FROM dq.script_id_seq",
}
_ALL = " UNION ALL ".join(
    f"SELECT '{name}', md5(string_agg(t::text, '|' ORDER BY t::text)) FROM ({query}) t"
    for name, query in _PICTURE.items()
)


def picture() -> dict[str, str]:
    """A checksum of everything that a script could change, but for the ledger."""
    with steps.superuser() as cursor:
        cursor.execute(_ALL)
        return dict(cursor.fetchall())


# --- An attack ----------------------------------------------------------------------------------------------------------


class Attack:
    """Everything around one attack: bait, busy sessions of the owner and of the runner, a listener, and a look at the memory."""

    def __init__(self) -> None:
        self.peak_mb = 0.0
        self.over = threading.Event()

    @contextlib.contextmanager
    def going_on(self) -> Iterator[None]:
        """The time in which the script may attack."""
        self._lay_bait()
        with contextlib.ExitStack() as stack:
            self.listener = stack.enter_context(steps.superuser())
            self.listener.execute("LISTEN dqx_jobs")
            stack.enter_context(steps.superuser()).execute("BEGIN; LOCK TABLE dq_src.gate IN ACCESS EXCLUSIVE MODE")
            for name, login in (("victim", connection.settings_dict), ("victim_runner", settings.RUNNER_DATABASE)):
                stack.enter_context(_busy(name, login))
            eyes = threading.Thread(target=self._watch_memory, daemon=True)
            eyes.start()
            try:
                yield
            finally:
                self.over.set()
                eyes.join()

    def harm(self, check: str, staging: str, told: str) -> bool:
        """What the check says; one that waits for the server to be rid of the script gets its time."""
        with steps.superuser() as cursor:
            words = {
                "stg": f"stg.{staging}",
                "err": cursor.mogrify("%s", (told,)).decode(),
                "rss_mb": str(self.peak_mb),
                "notified": str(self._notified()),
            }
            question = re.sub(r"\{(stg|err|rss_mb|notified)\}", lambda match: words[match[1]], check)

            def harmless() -> bool:
                cursor.execute(question)
                return not cursor.fetchone()[0]

            return not steps.eventually(harmless, GONE_WITHIN)

    def stays_within_its_memory(self) -> bool:
        """Whether no session took more than it may, by itself and of what all share."""
        return self.peak_mb < int(os.environ.get("DQX_POSTGRES_MEMORY_MB", "1000000")) + 300

    def _lay_bait(self) -> None:
        with steps.superuser() as cursor:
            cursor.execute("INSERT INTO dq.bad_detail VALUES ('KEEP', 'KEEP', '1', 'must stay', DATE '2024-01-01')")
            for name in (OTHERS_STAGING, REFUSED):
                cursor.execute(
                    f"CREATE TABLE stg.{name} AS TABLE dq.bad_detail WITH NO DATA; ALTER TABLE stg.{name} OWNER TO dqx_owner"
                )
            cursor.execute(f"INSERT INTO stg.{OTHERS_STAGING} VALUES ('OTHER', 'OTHER', '1', 'other user S3CRET')")

    def _notified(self) -> bool:
        self.listener.connection.poll()
        return bool(self.listener.connection.notifies)

    def _watch_memory(self) -> None:
        """The peak memory of the sessions that run scripts, where the server is on this machine."""
        with steps.superuser() as cursor:
            while not self.over.wait(0.02):
                cursor.execute(
                    "SELECT pid FROM pg_stat_activity WHERE application_name = 'dqx script' AND datname = current_database()"
                )
                for (pid,) in cursor.fetchall():
                    with contextlib.suppress(OSError, StopIteration):
                        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
                        kilobytes = next(line for line in lines if line.startswith("VmHWM")).split()[1]
                        self.peak_mb = max(self.peak_mb, int(kilobytes) / 1024)


@contextlib.contextmanager
def _busy(name: str, login: Any) -> Iterator[None]:
    """A session that is busy until the gate opens, with a secret in its query."""
    line = psycopg2.connect(
        host=login["HOST"], port=login["PORT"], user=login["USER"], password=login["PASSWORD"], dbname=connection.settings_dict["NAME"],
        application_name=name,
    )  # fmt: skip

    def wait() -> None:
        with contextlib.suppress(psycopg2.Error), line.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0; SET lock_timeout = 0")
            cursor.execute("SELECT count(*) FROM dq_src.gate /* pg_sleep S3CRET-in-query */")

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    try:
        assert steps.eventually(lambda: _is_active(name))
        yield
    finally:
        with contextlib.suppress(psycopg2.Error):
            line.cancel()
        thread.join()
        line.close()


def _is_active(name: str) -> bool:
    with steps.superuser() as cursor:
        cursor.execute(
            "SELECT FROM pg_stat_activity"
            " WHERE application_name = %s AND datname = current_database() AND query ~ 'pg_sleep'",
            (name,),
        )
        return cursor.rowcount > 0
