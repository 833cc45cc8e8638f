"""What workers and beat call: ids in, one operation."""

from datetime import timedelta

from celery import shared_task
from celery.signals import worker_ready

from scripts_app import execution, firing, runs


@shared_task
def execute(pk: int, sealed: str = "") -> None:
    """Do run `pk`, and what its schedule wants done after it."""
    if execution.execute(pk, sealed=sealed):
        firing.follow(pk)


@shared_task
def recover() -> None:
    """Put right what a dead worker or a lost message left."""
    runs.recover()


@shared_task
def take_over() -> None:
    """The same for a worker that starts: messages that the last one had taken were lost with it."""
    runs.recover(lost_after=timedelta(0))


@shared_task
def run_schedule(pk: int) -> None:
    """Beat says that schedule `pk` is due."""
    firing.fire(pk)


@worker_ready.connect
def recover_at_start(**_: object) -> None:
    """The next worker finds what the last one left."""
    take_over.delay()
