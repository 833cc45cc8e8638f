"""Schedules and the queue: from due to begun, runs a second, and what beat costs; against Celery alone."""

import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from statistics import quantiles

import psutil
import redis
from django.db import connection
from django.utils import timezone

from dqx.environment import BASE_DIR
from scripts_app.ledger import claims
from scripts_app.models import DueTime, Run, Schedule, Script
from scripts_app.scheduling import schedules
from tests.bench import bare
from tests.bench.memory import shared_memory
from tests.bench.people import actor
from tests.faults.installation import Installation, Worker, wait_until

TRIVIAL = (
    "SELECT 'R{n}' AS rule_id, 'S{n}' AS source_id, 'u' AS source_uid, 'v' AS data_value, DATE '2024-01-01' AS txn_date"
)
LONGEST = 600.0  # seconds
PROCESSES = 2


def make_scripts(n: int) -> list[int]:
    """Trivial scripts, made at once; their ids. A populate makes the staging table."""
    first = Script.objects.count()
    made = Script.objects.bulk_create(
        Script(name=f"trivial {number}", content=TRIVIAL.format(n=number), owner=actor())
        for number in range(first, first + n)
    )
    return [script.pk for script in made]


class CeleryAlone:
    """A worker of bare tasks with two processes, for as long as the block runs."""

    def __init__(self, installation: Installation) -> None:
        self.line = redis.Redis.from_url(installation.broker.url)
        self.installation = installation

    def __enter__(self) -> "CeleryAlone":
        words = [
            "celery",
            "-q",
            "-A",
            "tests.bench.bare",
            "worker",
            "--concurrency",
            str(PROCESSES),
            "--without-gossip",
        ]
        log = self.installation.home.log("bare")
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *words, "--without-mingle", "--loglevel", "INFO"],
                env=self.installation.environment, cwd=BASE_DIR, stdout=out, stderr=out,
            )  # fmt: skip
        wait_until(lambda: b"ready." in log.read_bytes(), 60, lambda: log.read_text())
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait()
        self.line.close()

    def begun(self, n: int) -> list[float]:
        """When `n` tasks began, in seconds since the epoch; the list is emptied."""
        wait_until(lambda: int(self.line.llen(bare.BEGUN)) >= n, LONGEST, lambda: "the bare tasks never ended")
        found = [float(moment) for moment in self.line.lrange(bare.BEGUN, 0, -1)]
        self.line.delete(bare.BEGUN)
        return found


class Throughput:
    """Populates of trivial scripts by a worker of two processes, against as many bare tasks by another such worker."""

    name = "runs-per-second"
    n = 300
    repeats = 3

    def __init__(self, installation: Installation) -> None:
        self.installation = installation

    def measure(self) -> None:
        """Queue all, let the worker do them, and print how many it did a second."""
        print(
            f"\n{self.name}: {self.n} trivial populates, {PROCESSES} processes, against as many bare Celery tasks",
            flush=True,
        )
        scripts = make_scripts(self.n)
        worker = Worker(self.installation)
        worker.limit_to(PROCESSES)
        worker.start()
        try:
            with CeleryAlone(self.installation) as alone:
                sides = [(self._ours(scripts), self._bare(alone)) for _ in range(self.repeats)]
        finally:
            worker.stop()
        for who, figures in zip(("DQX", "Celery"), zip(*sides, strict=True), strict=True):
            told = ", ".join(f"{figure:,.1f}" for figure in sorted(figures))
            print(f"  {who:<7} {told} a second", flush=True)

    def _ours(self, scripts: Sequence[int]) -> float:
        started = time.perf_counter()
        runs = Run.objects.bulk_create(
            Run(kind="populate", trigger="api", script_id=pk, script_name=f"trivial {pk}", actor=actor(),
                content=TRIVIAL.format(n=pk), content_hash="x") for pk in scripts
        )  # fmt: skip
        for _ in runs:
            claims.ring()
        wait_until(
            lambda: not Run.objects.filter(status__in=Run.ACTIVE).exists(), LONGEST, lambda: "the runs never ended"
        )
        assert Run.objects.filter(pk__in=[run.pk for run in runs], status="succeeded").count() == len(scripts)
        return len(scripts) / (time.perf_counter() - started)

    def _bare(self, alone: CeleryAlone) -> float:
        started = time.perf_counter()
        for _ in range(self.n):
            bare.app.send_task("bare.begin")
        alone.begun(self.n)
        return self.n / (time.perf_counter() - started)


class FromDueToBegun:
    """Schedules that are all due at one full minute, rung by beat, with the processes of `make run`."""

    name = "due-to-begun"
    numbers = (1, 100, 1_000)

    def __init__(self, installation: Installation) -> None:
        self.processes = [Worker(installation, name) for name in ("worker", "clock", "beat")]

    def measure(self) -> None:
        """Wait for the minute, and print how long after it the runs began."""
        print(
            f"\n{self.name}: seconds from due to begun, {len(self.numbers)} numbers of schedules in one minute",
            flush=True,
        )
        for process in self.processes:
            process.start()
        try:
            for n in self.numbers:
                self._tell(n, self._seconds(make_scripts(n)))
        finally:
            for process in reversed(self.processes):
                process.stop()

    def _seconds(self, scripts: Sequence[int]) -> list[float]:
        due = next_minute(timezone.now() + timedelta(seconds=30 + len(scripts) / 20))
        cron = f"{due.minute} {due.hour} * * *"
        for pk in scripts:
            schedules.create(actor=actor(), job_name="bench", script_id=pk, cron_schedule=cron)
        assert timezone.now() < due, "the schedules were not made in time"
        begun = DueTime.objects.filter(due_at=due, run__status="succeeded")
        wait_until(lambda: begun.count() == len(scripts), LONGEST, lambda: f"{begun.count()} of {len(scripts)} ran")
        rows = list(begun.select_related("run"))
        self.taken = [(row.recorded_at - due).total_seconds() for row in rows]
        times = [(row.run.started_at - due).total_seconds() for row in rows if row.run]
        for schedule in Schedule.objects.all():
            schedules.delete(schedule.pk, actor=actor())
        return times

    def _tell(self, n: int, times: list[float]) -> None:
        middle, most = (quantiles(times, n=20)[at] for at in (9, 18)) if n > 1 else (times[0], times[0])
        told = f"median {middle:6.2f} s, 95th percentile {most:6.2f} s, last {max(times):6.2f} s"
        print(f"  {n:>5}: {told}; the last was taken up after {max(self.taken):6.2f} s", flush=True)


def next_minute(moment: datetime) -> datetime:
    """The first full minute after a moment."""
    return moment.replace(second=0, microsecond=0) + timedelta(minutes=1)


class Beat:
    """Beat with 10,000 daily schedules spread over the day, against beat with 10."""

    name = "beat"
    numbers = (10, 10_000)
    seconds = 60

    def __init__(self, installation: Installation) -> None:
        self.installation = installation

    def measure(self) -> None:
        """Start it, let it be for a minute, and print what it took."""
        print(f"\n{self.name}: beat's own cost over {self.seconds} s", flush=True)
        (script,) = make_scripts(1)
        for n in self.numbers:
            for number in range(Schedule.objects.count(), n):
                cron = f"{number % 60} {number // 60 % 24} * * *"
                schedules.create(actor=actor(), job_name="bench", script_id=script, cron_schedule=cron)
            self._watch(n)

    def _watch(self, n: int) -> None:
        beat = Worker(self.installation, "beat")
        beat.start()
        try:
            (pid, *_) = beat.pids()
            process = psutil.Process(pid)
            wait_until(lambda: "Sending due task" in beat.last_words(), 120, beat.last_words)
            began = sum(process.cpu_times()[:2])
            time.sleep(self.seconds)
            used = sum(process.cpu_times()[:2]) - began
            print(f"  {n:>6} schedules: ready after {began:5.1f} s of CPU, then {used:5.2f} s of CPU in {self.seconds} s,"
                  f" {shared_memory([pid]):6.1f} MiB", flush=True)  # fmt: skip
        finally:
            beat.stop()
            connection.close()
