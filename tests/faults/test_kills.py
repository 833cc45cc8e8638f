"""kill -9 of a worker, of the child that works, and of PostgreSQL, at random moments of populate and publish.

Afterwards the run has ended and tells the truth; staging and the central table are the old rows or the new ones, never a mixture.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import psycopg2
import pytest

from dqx.environment import BASE_DIR
from tests.faults.installation import Installation, Worker, start_installation, wait_until
from tests.steps import checksum

ROWS = 40_000
EMPTY = checksum([])
KILLS, MANY_KILLS = 21, 300
# What the script returns depends on the version in a table, so that its text never changes.
SCRIPT = f"""
SELECT 'R' || i % 2 AS rule_id, 'S1' AS source_id, 'u' || i AS source_uid,
       CASE WHEN i % 3 = 0 THEN 'v' || i ELSE 'v' || i || '-' || version END AS data_value, DATE '2024-01-01' + i % 30 AS txn_date
  FROM public.truth, generate_series(version * 100, version * 100 + {ROWS}) AS i
"""


class Killing:
    """The installation, its worker, a person at its driver, and what has to be true by now."""

    def __init__(self, installation: Installation, worker: Worker) -> None:
        self.installation, self.worker = installation, worker
        self.driver = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.driver"],
            env=installation.environment,
            cwd=BASE_DIR,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.version, self.staged, self.published = 0, EMPTY, EMPTY

    def ask(self, command: str, *arguments: Any) -> Any:
        """What the driver answers."""
        assert self.driver.stdin is not None
        assert self.driver.stdout is not None
        self.driver.stdin.write(json.dumps([command, *arguments]) + "\n")
        self.driver.stdin.flush()
        return json.loads(self.driver.stdout.readline())

    def sql(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of a query as the owner."""
        connection = psycopg2.connect(self.installation.cluster.owner_url)
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(query)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def next_version(self) -> str:
        """Change what is true; its checksum."""
        self.version += 1
        self.sql(f"UPDATE public.truth SET version = {self.version}")
        return checksum(self.sql(SCRIPT))

    def ended(self, run: int, seconds: float = 60) -> dict[str, Any]:
        """The run, which has to end."""
        last: dict[str, Any] = {}

        def over() -> bool:
            last.update(self.ask("look", run))
            return last["status"] not in ("queued", "running")

        wait_until(over, seconds, lambda: f"run {run} never ends: {last}")
        return last

    def whole(self, kind: str) -> dict[str, Any]:
        """A run that nobody disturbs, which has to succeed."""
        run = self.ended(self.ask("start", kind)["run"])
        assert run["status"] == "succeeded", run
        return run

    def kill(self, whom: str) -> None:
        """kill -9, and start again what does not come back by itself."""
        if whom == "worker":
            self.worker.kill()
            self.worker.start()
        elif whom == "child":
            for pid in self.worker.pids()[1:]:
                os.kill(pid, signal.SIGKILL)
        else:
            self.installation.cluster.kill()
            self.installation.cluster.start()


@pytest.fixture(scope="module")
def killing() -> Iterator[Killing]:
    with start_installation() as installation:
        worker = Worker(installation)
        worker.start()
        killing = Killing(installation, worker)
        killing.sql("CREATE TABLE public.truth AS SELECT 0 AS version")
        killing.sql("GRANT SELECT ON public.truth TO dqx_runner")
        killing.ask("save", SCRIPT)
        yield killing
        killing.driver.kill()
        worker.stop()


def test_nothing_is_ever_half_done(killing: Killing, request: pytest.FixtureRequest) -> None:
    seed = random.randrange(10**6)
    chance = random.Random(seed)
    kills = MANY_KILLS if request.config.getoption("--long") else KILLS
    new = killing.next_version()
    lasts = {kind: killing.whole(kind)["seconds"] for kind in ("populate", "publish")}
    killing.staged = killing.published = new
    try:
        for number in range(kills):
            whom = ("worker", "child", "postgres")[number % 3]
            one_kill(killing, chance, whom, ("populate", "publish")[number // 3 % 2], lasts)
    except AssertionError as exc:
        exc.add_note(f"seed {seed}, kill {number} of the {whom}")
        raise
    killing.whole("populate")
    killing.whole("publish")
    assert killing.ask("truth")["bad_rows"] == checksum(killing.sql(SCRIPT))


def one_kill(killing: Killing, chance: random.Random, whom: str, kind: str, lasts: dict[str, float]) -> None:
    """One run, killed at a moment of it or just before or after, and all that has to be true then."""
    new = killing.next_version()
    if kind == "publish":
        killing.whole("populate")
        killing.staged = new
    run = killing.ask("start", kind)["run"]
    time.sleep(chance.uniform(0, 1.2 * lasts[kind]))  # the moment is the test
    killing.kill(whom)
    ended = killing.ended(run)
    done = ended["status"] == "succeeded"
    assert done or ended["status"] == "failed", ended
    if done and kind == "populate":
        killing.staged = new
    if done and kind == "publish":
        killing.published = new
    check(killing, whom, run, ended["changes"] if kind == "publish" and done else 0)


def check(killing: Killing, whom: str, run: int, changes: int) -> None:
    """Old or new, and the ledger says which."""
    found = killing.ask("truth")
    assert found["bad_rows"] == killing.published
    assert found["counts"]
    assert found["events"].get(str(run), 0) == changes
    assert found["tables"] == 1, "a table of a populate that failed was left"
    if whom == "postgres" and found["staging"] == EMPTY:  # unlogged tables do not outlive a crash
        assert killing.ask("start", "publish") == {"code": "staging_lost"}
        killing.staged = EMPTY
    assert found["staging"] == killing.staged
