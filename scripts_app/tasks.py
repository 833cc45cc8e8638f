"""What workers and beat call: ids in, one operation. `work` and `execute` go to the queue of runs, all else to the clock's."""

from datetime import timedelta

from celery import shared_task
from celery.signals import worker_ready

from scripts_app.alerts import delivery, noticing
from scripts_app.ledger import claims, execution, trimming
from scripts_app.scheduling import firing, mirror


@shared_task
def work() -> None:
    """Do the run that matters most, if one may begin."""
    execution.work()


@shared_task
def execute(pk: int, sealed: str = "") -> None:
    """Do run `pk`, whose connection this message alone brings."""
    execution.execute(pk, sealed=sealed)


@shared_task
def run_schedule(pk: int) -> None:
    """Beat says that schedule `pk` is due."""
    firing.fire(pk)


@shared_task
def sweep() -> None:
    """Take up the due times that beat did not ring for."""
    firing.sweep()


@shared_task
def recover() -> None:
    """Put right what a dead worker or a lost message left."""
    claims.recover()


@shared_task
def take_over() -> None:
    """The same for a worker that starts: messages that the last one had taken were lost with it."""
    claims.recover(unheard_after=timedelta(0))


@shared_task
def trim() -> None:
    """Take the oldest runs and due times away."""
    trimming.trim()


@shared_task
def mend_mirror() -> None:
    """Make beat's entries equal to the schedules, whoever changed them past us."""
    mirror.mend()


@shared_task
def tell() -> None:
    """Notice what has gone wrong or right, and tell those who want to hear of it."""
    noticing.notice()
    delivery.tell()


@worker_ready.connect
def recover_at_start(**_: object) -> None:
    """The next worker finds what the last one left."""
    take_over.delay()
