"""What a log line says of where it comes from goes along: from a request to the tasks that it sends, whichever worker does them."""

from logging.config import dictConfig
from typing import Any

from celery.signals import before_task_publish, setup_logging, task_postrun, task_prerun
from django.conf import settings
from structlog import contextvars

HEADER = "dqx_request_id"


@setup_logging.connect
def leave_logging(**_: Any) -> None:
    """Celery asks who sets up logging, or else does so itself: it is as the settings have it."""
    dictConfig(settings.LOGGING)


@before_task_publish.connect
def pack(headers: dict[str, Any] | None = None, **_: Any) -> None:
    """A message carries the id of the request that sends it."""
    request_id = contextvars.get_contextvars().get("request_id")
    if headers is not None and request_id:
        headers[HEADER] = request_id


@task_prerun.connect
def unpack(task_id: str = "", task: Any = None, **_: Any) -> None:
    """The lines of a task begin with it."""
    contextvars.clear_contextvars()
    request_id = getattr(task.request, HEADER, None)
    contextvars.bind_contextvars(task_id=task_id, **({"request_id": request_id} if request_id else {}))


@task_postrun.connect
def forget(**_: Any) -> None:
    """The next task of this process is another's."""
    contextvars.clear_contextvars()
