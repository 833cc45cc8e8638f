"""A run that is killed at a random moment of it, and what has to be true afterwards."""

import os
import random
import time
from collections.abc import Callable

from tests.faults.installation import Installation, Worker, wait_until
from tests.faults.world import Ended, World

# Once what was killed is back, its run has to end within so many seconds.
DEADLINE = 20.0


class Story:
    """One world, whose next versions are populated and published while something is killed.

    Attributes:
        world: the tables.
        worker, clock: to kill and to start.
        n_kills: how often something was killed.
    """

    def __init__(self, installation: Installation) -> None:
        self.seed = int(os.environ.get("DQX_FAULTS_SEED") or random.randrange(1_000_000))
        self.random = random.Random(self.seed)
        self.world = World(installation)
        self.worker, self.clock = Worker(installation), Worker(installation, "clock")
        self.seconds: dict[str, float] = {}
        self.n_kills = 0

    def begin(self) -> None:
        """Make the world, start the worker, and see how long each kind of run takes."""
        self.world.make()
        self.clock.start()
        self.worker.start()
        for _ in range(2):  # the first time everything is new to the worker
            self.world.next_version()
            for kind in ("populate", "publish"):
                self.seconds[kind] = self.do(kind).seconds

    def end(self) -> None:
        """Close everything."""
        self.worker.kill()
        self.clock.kill()
        self.world.close()

    # --- Steps ------------------------------------------------------------------------------------------------------------

    def do(self, kind: str) -> Ended:
        """Populate or publish undisturbed, which has to succeed."""
        run = self.ended(self.request(kind))
        assert run.succeeded, run
        self.check(run)
        return run

    def request(self, kind: str) -> int:
        """Ask for a run, which has to be accepted; its id."""
        answer = self.world.ask("request", kind=kind, script=self.world.script)
        assert "done" in answer, (answer, self.world.active_runs())
        return int(answer["done"])

    def ended(self, run: int, meanwhile: Callable[[], None] = lambda: None) -> Ended:
        """The run once it has ended, for which it has the time of the deadline."""

        def has_ended() -> bool:
            meanwhile()
            return self.world.run(run).status not in ("queued", "running")

        wait_until(has_ended, DEADLINE, lambda: f"{self.world.run(run)} never ended; {self.worker.last_words()}")
        return self.world.run(run)

    def kill_during(self, kind: str, kill: Callable[[], None], minutes_pass: bool = False) -> None:
        """Ask for a run, kill at a random moment of it, wait until it ended, check, and do it again if it failed.

        Args:
            kill: kills, and lets what was killed come back.
            minutes_pass: nothing is started anew, so that beat has to find the run, which it does every minute.
        """
        run = self.request(kind)
        self.random_moment_of(kind)
        kill()
        ended = self.ended(run, self.minute if minutes_pass else lambda: None)
        print(f"kill {self.n_kills} in {kind}: {ended}")
        self.check(ended)
        if self.world.staged is None:
            self.restage()
        if not ended.succeeded:
            self.do(kind)

    def random_moment_of(self, kind: str) -> None:
        """Wait until then."""
        self.n_kills += 1
        time.sleep(self.random.uniform(0, self.seconds[kind]))

    def rounds(self, n: int, kill: Callable[[], None], minutes_pass: bool = False) -> None:
        """So many versions, each populated and published with one kill in either."""
        print(f"DQX_FAULTS_SEED={self.seed}")
        for _ in range(n):
            self.world.next_version()
            self.kill_during("populate", kill, minutes_pass)
            self.kill_during("publish", kill, minutes_pass)
        assert self.world.events_lead_here()

    def restage(self) -> None:
        """Populate again, since the server lost the staged rows, which no publish may take for "nothing is bad"."""
        assert self.world.ask("request", kind="publish", script=self.world.script) == {"refused": "staging_lost"}
        self.do("populate")

    def minute(self) -> None:
        """What a minute does: a queued run has waited so long, and beat sends its task."""
        time.sleep(0.2)
        self.world.execute(
            "UPDATE dq.dq_runs SET created_at = created_at - INTERVAL '1 minute', not_before = not_before - INTERVAL '1 minute'"
            " WHERE status = 'queued'"
        )
        self.world.ask("recover")

    # --- What has to be true ----------------------------------------------------------------------------------------------

    def check(self, run: Ended) -> None:
        """Never a mixture, never a half-loaded table, and the ledger says which."""
        world = self.world
        if run.succeeded and run.kind == "populate":
            world.staged = world.version
        if run.succeeded and run.kind == "publish":
            world.published = world.version
        if world.staging_holds(None):
            world.staged = None  # it is unlogged, and the server crashed
        assert world.staging_holds(world.staged), (run, "staging is neither the old nor the new rows")
        assert world.central_holds(world.published), (run, "the central table is neither the old nor the new rows")
        assert world.daily_counts_are_right(), run
        if run.kind == "publish":
            assert world.n_events(run.pk) == (world.n_changes(run.pk) if run.succeeded else 0), run
        assert world.active_runs() == []
