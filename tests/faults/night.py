"""A night in which schedules come due while something fails, and what has to be true in the morning."""

from collections.abc import Callable

from tests.faults.installation import Installation, Worker, wait_until
from tests.faults.world import World

# All that was due has to be done so many seconds after what failed is back.
MORNING = 60.0


class Night:
    """A DQX with beat, whose schedules are due when the test says so.

    Attributes:
        world: the tables, and the door through which things are asked for.
        worker, clock, beat: to kill and to start.
    """

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self.world = World(installation)
        self.worker, self.clock, self.beat = (Worker(installation, name) for name in ("worker", "clock", "beat"))

    def begin(self) -> None:
        """Make the world and start everything."""
        self.world.make()
        self.world.next_version()
        for process in (self.worker, self.clock, self.beat):
            process.start()

    def end(self) -> None:
        """Close everything."""
        for process in (self.beat, self.clock, self.worker):
            process.kill()
        self.world.close()

    # --- Schedules --------------------------------------------------------------------------------------------------------

    def schedule(self, script: int | None = None, cron: str = "0 0 1 1 *", **more: str) -> int:
        """A schedule that beat itself rings for once a year."""
        answer = self.world.ask("new_schedule", script=script or self.world.script, cron=cron, **more)
        assert "done" in answer, answer
        return int(answer["done"])

    def make_due(self, *schedules: int) -> None:
        """As if beat had let a due time of some minutes ago pass: the next sweep takes it up."""
        every = ", ".join(map(str, schedules))
        cron = "to_char(now() AT TIME ZONE 'UTC' - INTERVAL '2 minutes', 'FMMI FMHH24') || ' * * *'"
        seen = "seen_until = now() - INTERVAL '1 hour', next_due_at = now() - INTERVAL '2 minutes'"
        self.world.execute(f"UPDATE dq.dq_schedules SET cron_schedule = {cron}, {seen} WHERE id IN ({every})")

    def come_due(self, *schedules: int) -> None:
        """The same, and the sweep is there, where how it comes does not matter."""
        self.make_due(*schedules)
        assert self.world.ask("sweep") == {"done": None}

    def switch_off(self) -> None:
        """No schedule is due any more."""
        self.world.ask("switch_off")

    # --- The morning ------------------------------------------------------------------------------------------------------

    def until(self, fact: Callable[[], bool], seconds: float = MORNING) -> None:
        """Wait for a fact."""
        wait_until(
            fact,
            seconds,
            lambda: f"{self.told()}; {self.worker.last_words()[-1500:]}; {self.clock.last_words()[-1500:]}",
        )

    def told(self) -> str:
        """The end of the ledger and of the due times, for a test that fails."""
        runs = "SELECT id, kind, status, trigger, attempt, error ->> 'code', attempts FROM dq.dq_runs ORDER BY id DESC LIMIT 6"
        due = "SELECT schedule_id, due_at, outcome, reason, run_id FROM dq.dq_due_times ORDER BY id DESC LIMIT 6"
        return f"{self.world.rows(runs)} {self.world.rows(due)}"

    def n_ran(self, *schedules: int) -> int:
        """How many due times of schedules were run."""
        every = ", ".join(map(str, schedules))
        found = self.world.rows(
            f"SELECT count(*) FROM dq.dq_due_times WHERE outcome = 'ran' AND schedule_id IN ({every})"
        )
        return int(found[0][0])

    def is_quiet(self) -> bool:
        """Whether no run is queued or running."""
        return not self.world.active_runs()

    def check(self, n_publishes: int | None = None) -> None:
        """No run goes on for ever, none was lost or doubled, and the tables are whole.

        Args:
            n_publishes: how many publishes of schedules have to have succeeded; not looked at where None.
        """
        world = self.world
        assert self.is_quiet(), self.told()
        doubled = "SELECT run_id FROM dq.dq_due_times WHERE run_id IS NOT NULL GROUP BY 1 HAVING count(*) > 1"
        assert world.rows(doubled) == [], self.told()
        ran = "SELECT id FROM dq.dq_due_times WHERE outcome = 'ran' AND run_id IS NULL"
        assert world.rows(ran) == [], "a due time ran without a run"
        without = (
            "SELECT id FROM dq.dq_runs r WHERE trigger = 'schedule' AND kind = 'populate'"
            " AND NOT EXISTS (SELECT FROM dq.dq_due_times d WHERE d.run_id = r.id)"
        )
        assert world.rows(without) == [], "a run of a schedule without a due time"
        unpublished = (
            "SELECT r.id FROM dq.dq_runs r JOIN dq.dq_schedules s ON s.id = r.schedule_id"
            " WHERE r.kind = 'populate' AND r.status = 'succeeded' AND s.operation = 'populate_and_publish'"
            " AND NOT EXISTS (SELECT FROM dq.dq_runs p WHERE p.kind = 'publish' AND p.schedule_id = s.id AND p.id > r.id)"
        )
        assert world.rows(unpublished) == [], "a populate without its publish"
        assert world.daily_counts_are_right() and world.events_lead_here()
        assert world.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'stg' AND tablename LIKE '%load'") == []
        if n_publishes is not None:
            done = "SELECT count(*) FROM dq.dq_runs WHERE kind = 'publish' AND trigger = 'schedule' AND status = 'succeeded'"
            assert world.rows(done)[0][0] == n_publishes, self.told()
