"""What the door can be asked for."""

import os
import signal
from typing import Any

from celery import current_app
from celery.signals import worker_process_init

from dqx.users import accounts
from dqx.users.models import User
from scripts_app import populate, publish, scripts
from scripts_app.ledger import claims, runs, watch
from scripts_app.models import Run, Schedule, Script
from scripts_app.scheduling import schedules

OPERATIONS = {"populate": populate, "publish": publish}


def actor() -> User:
    """Who asks for everything; the commands of the terminal take the same person."""
    return User.objects.filter(is_superuser=True).first() or User.objects.create_user(
        "ada", "ada@example.org", is_superuser=True
    )


def token() -> str:
    """What a program sends along with its requests of the API."""
    return accounts.tokens_for(actor())["access"]


def new_script(name: str, content: str) -> int:
    """Save a script; its id."""
    return scripts.create(actor=actor(), name=name, content=content).pk


def request(kind: str, script: int) -> int:
    """Have a worker populate or publish; the id of the run."""
    return OPERATIONS[kind].request(script, actor=actor(), trigger=Run.Trigger.API).pk


def new_schedule(script: int, cron: str, operation: str = "populate_and_publish", **more: Any) -> int:
    """Save a schedule that is on; its id."""
    made = schedules.create(
        actor=actor(),
        job_name=f"schedule of {script}",
        script_id=script,
        cron_schedule=cron,
        operation=operation,
        **more,
    )
    return made.pk


def switch_off() -> None:
    """Switch every schedule off."""
    for schedule in Schedule.objects.filter(is_active=True):
        schedules.toggle(schedule.pk, actor=actor(), is_active=False)


def cancel(run: int) -> None:
    """Cancel a run."""
    runs.cancel(run, actor=actor())


def fire(schedule: int) -> None:
    """What beat sends when a schedule is due."""
    current_app.send_task("scripts_app.tasks.run_schedule", [schedule])


def sweep() -> None:
    """What beat sends every 20 seconds."""
    current_app.send_task("scripts_app.tasks.sweep")


def recover() -> None:
    """What beat sends every minute."""
    current_app.send_task("scripts_app.tasks.recover")


def open_and_die(kind: str, script: int) -> None:
    """Open a run whose message never reaches a worker, and die."""
    OPERATIONS[kind].request(script, actor=actor(), trigger=Run.Trigger.CLI, dispatch=False)
    os.kill(os.getpid(), signal.SIGKILL)


def claim_and_die(kind: str, script: int) -> None:
    """Open and claim a run, as a worker does, and die before it starts."""
    run = runs.open_run(kind, Script.objects.get(pk=script), actor=actor(), trigger=Run.Trigger.API, dispatch=False)
    with claims.claimed(run.pk) as taken:
        assert taken
        os.kill(os.getpid(), signal.SIGKILL)


def claim_and_hang(script: int) -> None:
    """Claim a run as a worker's process does, and do it in a way that no cancel and no limit ends."""
    worker_process_init.send(None)
    watch.LAST_RESORT = 1.0
    run = runs.open_run(
        "populate", Script.objects.get(pk=script), actor=actor(), trigger=Run.Trigger.API, dispatch=False
    )
    with claims.claimed(run.pk) as taken, watch.Watch(taken, 1, lambda reason: None):
        while True:
            pass


_ALL = (
    token,
    new_script,
    new_schedule,
    switch_off,
    request,
    cancel,
    fire,
    sweep,
    recover,
    open_and_die,
    claim_and_die,
    claim_and_hang,
)
VERBS = {verb.__name__: verb for verb in _ALL}
