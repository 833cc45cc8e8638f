"""The ends of a run. Each is one conditional update, so that two processes never end the same run twice."""

from django.db.models import QuerySet
from django.db.models.functions import Now

from dqx.errors import Cancelled, Conflict, DQXError
from scripts_app.models import Run


def succeed(run: Run, **counts: int) -> None:
    """End a run well. Part of the transaction that holds its effect, so that both happen or neither.

    Raises:
        Conflict: the run was ended by somebody else; the transaction has to be rolled back.
    """
    succeeded = {"status": Run.Status.SUCCEEDED, "finished_at": Now(), **counts}
    if not at_work(run).update(**succeeded):
        raise Conflict("run_ended", "The run was ended by another process.")


def fail(run: Run, error: DQXError) -> bool:
    """End this attempt of a running run, and the run with it, as failed or as cancelled; whether it was at it."""
    return _ended(at_work(run), error)


def drop(pk: int, error: DQXError) -> bool:
    """End a run that nobody has begun; whether there was one."""
    return _ended(Run.objects.filter(pk=pk, status=Run.Status.QUEUED), error)


def at_work(run: Run) -> QuerySet[Run]:
    """The run while it is at the attempt that the caller knows: a worker that was taken for dead must not end the next one."""
    return Run.objects.filter(pk=run.pk, status=Run.Status.RUNNING, attempt=run.attempt)


def _ended(runs: QuerySet[Run], error: DQXError) -> bool:
    status = Run.Status.CANCELLED if isinstance(error, Cancelled) else Run.Status.FAILED
    return bool(runs.update(status=status, finished_at=Now(), error=error.as_dict()))


def cancel_own(run: Run) -> None:
    """End a run that this process did itself and was interrupted in; its transaction is rolled back."""
    _ended(
        Run.objects.filter(pk=run.pk, status=Run.Status.RUNNING), Cancelled("cancelled", "Cancelled at the terminal.")
    )
