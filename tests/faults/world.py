"""Rows that a script finds, in versions, so that it can be told of any table which version it holds."""

import contextlib
import json
import subprocess
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, TypeVar

import psycopg2

from tests.faults.installation import Installation

T = TypeVar("T")
N_RECORDS = 60_000
# Two pairs. From one version to the next a tenth of the records goes, another comes, and a fifth of the values changes.
ROWS = (
    "SELECT 'R' || i % 2 AS rule_id, 'S1' AS source_id, i::text AS source_uid,"
    " CASE WHEN i % 5 = v.version % 5 THEN 'v' || v.version ELSE 'same' END AS data_value, DATE '2024-01-01' + i % 30 AS txn_date"
    " FROM public.records, {version} WHERE i % 10 <> v.version % 10"
)
SCRIPT = ROWS.format(version="public.version AS v")
# How many rows, and a sum that no other rows have.
_FINGERPRINT = "SELECT count(*), coalesce(sum(hashtextextended(r::text, 0)), 0)::text FROM ({}) AS r"
RECOVERY = 20.0  # seconds that a server may take to be back
_COLUMNS = "rule_id, source_id, source_uid, data_value, txn_date"


class Ended(NamedTuple):
    """A run as the ledger has it."""

    pk: int
    kind: str
    status: str
    error: str | None
    seconds: float  # from the request to its end

    @property
    def succeeded(self) -> bool:
        """Whether it ended well."""
        return self.status == "succeeded"


class World:
    """The tables, seen by the superuser, and a door to ask for runs.

    Attributes:
        script: id of the only script.
        version: of the source.
        staged, published: the versions that staging and the central table should hold; None is no row.
    """

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self._door: subprocess.Popen[str] | None = None
        self.script = 0
        self.version = 0
        self.staged: int | None = None
        self.published: int | None = None

    def make(self) -> None:
        """The source, and a script that has never run."""
        self.execute(f"CREATE TABLE public.records AS SELECT i FROM generate_series(1, {N_RECORDS}) AS i")
        self.execute("CREATE TABLE public.version AS SELECT 0 AS version")
        self.execute("GRANT SELECT ON public.records, public.version TO dqx_runner")
        self.script = self.ask("new_script", name="records", content=SCRIPT)["done"]

    # --- The door ---------------------------------------------------------------------------------------------------------

    def ask(self, verb: str, **what: Any) -> dict[str, Any]:
        """Send a request through the door; {"done": …} or {"refused": code}, or {} when the door died of it."""
        if self._door is None or self._door.poll() is not None:
            self._door = self.installation.start("-m", "tests.faults.door")
        assert self._door.stdin and self._door.stdout
        print(json.dumps({"verb": verb, **what}), file=self._door.stdin, flush=True)
        line = self._door.stdout.readline()
        return json.loads(line) if line else {}

    def close(self) -> None:
        """Close the door."""
        if self._door is not None:
            self._door.kill()
            self._door.communicate()

    # --- The source -------------------------------------------------------------------------------------------------------

    def next_version(self) -> None:
        """Let the script find other rows from now on."""
        self.version += 1
        self.execute(f"UPDATE public.version SET version = {self.version}")

    # --- What is there ----------------------------------------------------------------------------------------------------

    def run(self, pk: int) -> Ended:
        """A run of the ledger."""
        columns = "id, kind, status, error ->> 'code', extract(epoch FROM finished_at - created_at)::float"
        return Ended(*self.rows(f"SELECT {columns} FROM dq.dq_runs WHERE id = {pk}")[0])

    def last_run(self) -> Ended:
        """The newest run of the ledger."""
        return self.run(self.rows("SELECT max(id) FROM dq.dq_runs")[0][0])

    def attempts(self, pk: int) -> list[str]:
        """Why the earlier attempts of a run failed."""
        ((found,),) = self.rows(f"SELECT attempts FROM dq.dq_runs WHERE id = {pk}")
        return [attempt["error"]["code"] for attempt in found]

    def active_runs(self) -> list[tuple[Any, ...]]:
        """Runs that are queued or running."""
        return self.rows("SELECT id, kind, status FROM dq.dq_runs WHERE status IN ('queued', 'running')")

    def staging_holds(self, version: int | None) -> bool:
        """Whether the staging table holds exactly the rows of a version, and no other staging table is there."""
        tables = self.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'stg'")
        return tables == [(self._staging,)] and self._holds(f"stg.{self._staging}", version)

    def central_holds(self, version: int | None) -> bool:
        """Whether the central table does."""
        return self._holds("dq.bad_detail", version)

    def daily_counts_are_right(self) -> bool:
        """Whether the kept counts equal a GROUP BY."""
        counted = "SELECT rule_id, source_id, txn_date, count(*) FROM dq.bad_detail GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
        kept = "SELECT rule_id, source_id, txn_date, n_rows FROM dq.bad_detail_daily ORDER BY 1, 2, 3"
        return self.rows(counted) == self.rows(kept)

    def events_lead_here(self) -> bool:
        """Whether the central table is what its events made of it: the last of each row says what the row is."""
        last = (
            "SELECT DISTINCT ON (rule_id, source_id, source_uid) rule_id, source_id, source_uid, action,"
            " new_value AS data_value, new_date AS txn_date FROM dq.bad_detail_events"
            " ORDER BY rule_id, source_id, source_uid, id DESC"
        )
        made = self._fingerprint(f"SELECT {_COLUMNS} FROM ({last}) AS e WHERE action <> 'resolved'")
        return made == self._fingerprint(f"SELECT {_COLUMNS} FROM dq.bad_detail")

    def n_events(self, publication: int) -> int:
        """How many events a run wrote."""
        found = self.rows(f"SELECT count(*) FROM dq.bad_detail_events WHERE publication = {publication}")
        return int(found[0][0])

    def n_changes(self, publication: int) -> int:
        """How many differences the ledger says that a run applied."""
        return int(self.rows(f"SELECT n_new + n_changed + n_resolved FROM dq.dq_runs WHERE id = {publication}")[0][0])

    @property
    def _staging(self) -> str:
        return f"dq_script_{self.script}"

    def _holds(self, table: str, version: int | None) -> bool:
        found = self._fingerprint(f"SELECT {_COLUMNS} FROM {table}")
        return found == ((0, "0") if version is None else self._fingerprint(_rows_of(version)))

    def _fingerprint(self, query: str) -> tuple[Any, ...]:
        return self.rows(_FINGERPRINT.format(query))[0]

    # --- SQL --------------------------------------------------------------------------------------------------------------

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        return self._again_and_again(query, lambda cursor: list(cursor.fetchall()))

    def execute(self, statement: str) -> None:
        """Run a statement that may be repeated, and commit."""
        self._again_and_again(statement, lambda cursor: None)

    def _again_and_again(self, statement: str, answer: Callable[[Any], T]) -> T:
        """Until the server, which may just have been killed, is back."""
        deadline = time.monotonic() + RECOVERY
        while True:
            try:
                with self._cursor() as cursor:
                    cursor.execute(statement)
                    return answer(cursor)
            except psycopg2.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    @contextlib.contextmanager
    def _cursor(self) -> Iterator[Any]:
        line = psycopg2.connect(self.installation.cluster.admin_url)
        line.autocommit = True
        try:
            with line.cursor() as cursor:
                yield cursor
        finally:
            line.close()


def _rows_of(version: int) -> str:
    return ROWS.format(version=f"(SELECT {version} AS version) AS v")
