"""kill -9 at random moments of populate and publish. A failure prints the seed that repeats it: DQX_FAULTS_SEED=… pytest …"""

import contextlib
import itertools
import os
import signal
from pathlib import Path

import pytest

from tests.faults.installation import wait_until


@pytest.fixture
def rounds(request):
    """How many rounds of one populate and one publish, with a kill in each."""
    return 25 if request.config.getoption("--long") else 2


def kill(pid):
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def children(pid):
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_worker_is_killed(story, rounds):
    """All its processes, or only the first; then a child that is at work goes on to the end of its run."""
    first_only = itertools.cycle([False, True, True, False])

    def kill_and_start_again():
        if next(first_only):
            kill(story.worker.pids()[0])
        else:
            story.worker.kill()
        story.worker.start()

    story.rounds(rounds, kill_and_start_again)


def test_children_of_the_worker_are_killed(story, rounds):
    def kill_children():
        for pid in story.worker.pids()[1:]:
            kill(pid)

    story.rounds(rounds, kill_children, minutes_pass=True)


def test_server_is_killed(story, rounds):
    cluster = story.world.installation.cluster

    def kill_all_and_start_again():
        backends = children(cluster.pid)
        cluster.kill()
        for pid in backends:
            kill(pid)
        cluster.start()

    story.rounds(rounds, kill_all_and_start_again, minutes_pass=True)


def test_one_backend_of_the_server_is_killed(story, rounds):
    """The server then ends all other sessions and recovers."""
    at_work = "backend_type = 'client backend' AND usename <> 'dqx_admin' AND state <> 'idle'"

    def kill_a_backend():
        for (pid,) in story.world.rows(f"SELECT pid FROM pg_stat_activity WHERE {at_work} ORDER BY random() LIMIT 1"):
            kill(pid)

    story.rounds(rounds, kill_a_backend, minutes_pass=True)


def test_command_of_the_terminal_is_killed(story, rounds):
    """The run is found by whoever wants to populate or publish next."""
    world = story.world
    for _ in range(rounds):
        world.next_version()
        for kind in ("populate", "publish"):
            before = world.last_run().pk
            command = world.installation.start("-m", "django", kind, str(world.script))
            wait_until(lambda before=before: world.last_run().pk > before, 20, lambda: "the command did nothing")
            story.random_moment_of(kind)
            command.kill()
            command.communicate()
            run = story.ended(world.last_run().pk, story.minute)
            story.check(run)
            if not run.succeeded:
                story.do(kind)


@pytest.mark.parametrize(("death", "kind"), [("open_and_die", "populate"), ("claim_and_die", "publish")])
def test_worker_dies_before_it_starts(story, death, kind):
    """Between the message and the claim, or between the claim and the work: the next worker does it."""
    world = story.world
    world.next_version()
    if kind == "publish":
        story.do("populate")
    story.worker.kill()
    assert world.ask(death, kind=kind, script=world.script) == {}
    story.worker.start()
    run = story.ended(world.last_run().pk, story.minute)
    assert (run.status, run.error) == ("succeeded", None)
    assert world.attempts(run.pk) == ([] if death == "open_and_die" else ["worker_died"])
    story.check(run)
    story.do("publish")


def test_a_run_that_nothing_ends_takes_its_process_with_it(story):
    """The hard end of the time limit: the line to the database was cut, and the process goes on all the same."""
    world = story.world
    assert world.ask("claim_and_hang", script=world.script) == {}
    run = story.ended(world.last_run().pk)
    assert (run.status, run.error, world.attempts(run.pk)) == ("failed", "time_limit", [])
    story.do("populate")
