"""What the door can be asked for."""

import os
import signal

from celery import current_app

from dqx.users.models import User
from scripts_app import claims, populate, publish, runs, scripts
from scripts_app.models import Run, Script

OPERATIONS = {"populate": populate, "publish": publish}


def actor() -> User:
    """Who asks for everything; the commands of the terminal take the same person."""
    return User.objects.filter(is_superuser=True).first() or User.objects.create_user(
        "ada", "ada@example.org", is_superuser=True
    )


def new_script(name: str, content: str) -> int:
    """Save a script; its id."""
    return scripts.create(actor=actor(), name=name, content=content).pk


def request(kind: str, script: int) -> int:
    """Have a worker populate or publish; the id of the run."""
    return OPERATIONS[kind].request(script, actor=actor(), trigger=Run.Trigger.API).pk


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


VERBS = {verb.__name__: verb for verb in (new_script, request, recover, open_and_die, claim_and_die)}
