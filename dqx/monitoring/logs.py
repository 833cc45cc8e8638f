"""How a log line looks: JSON for machines, one readable line for a person at a terminal; the same in the web, the workers and beat.

No Django here: gunicorn's first process logs too.
"""

import logging
import re
import sys
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any

import structlog
from structlog.stdlib import ProcessorFormatter

from dqx.monitoring import failures

Event = MutableMapping[str, Any]
# Whose messages are told as they are. Of all others only the form is, without what was put into it: django-axes would tell
# what somebody typed for a name, which may have been the password.
TOLD = ("dqx", "celery", "gunicorn", "kombu", "django.server")
# Their forms are empty; what stands first in them is the reason.
REASON_FIRST = ("django.request", "django.security")
QUERY_STRING = re.compile(r"\?\S+")
PLACE = re.compile(r"%(\(\w+\))?[a-z]")
FIRST = ("timestamp", "level", "event", "logger", "request_id", "actor_id", "run_id")


def config(form: str) -> dict[str, Any]:
    """What logging.config.dictConfig wants.

    Args:
        form: "json" or "console".
    """
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": formatter, "form": form}},
        "handlers": {
            "console": {"class": "logging.StreamHandler", "formatter": "line"},
            "nowhere": {"class": "logging.NullHandler"},
        },
        "root": {"handlers": ["console"], "level": "WARNING"},
        "loggers": {
            "dqx": {"level": "INFO"},
            "celery": {"level": "INFO"},
            "gunicorn.error": {"level": "INFO", "propagate": True},
            # Its lines may hold the addresses of channels, which are secrets; dqx.alerts tells how a delivery went.
            "apprise": {"handlers": ["nowhere"], "level": "WARNING", "propagate": False},
            # A refusal is one of the requests that dqx.requests tells.
            "django.request": {"level": "ERROR"},
            # What Django and Celery have set up by themselves would be told twice.
            "django": {"handlers": [], "propagate": True},
            "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
        },
    }


def formatter(form: str) -> ProcessorFormatter:
    """What makes a line of a record, whoever logged it."""
    return ProcessorFormatter(
        foreign_pre_chain=[_discreet, *_SHARED],
        pass_foreign_args=True,
        processors=[_failure, ProcessorFormatter.remove_processors_meta, *_RENDERERS[form]()],
    )


def _discreet(_: Any, __: str, event: Event) -> Event:
    """What a library logs, without the values that it may hold."""
    record: logging.LogRecord = event["_record"]
    arguments = event.pop("positional_args", ())
    if record.name == "celery.app.trace" and isinstance(arguments, Mapping):
        event.update(_task(arguments))
    elif record.name.startswith(REASON_FIRST) and arguments:
        event["event"] = str(arguments[0])
    elif record.name == "py.warnings":
        event["event"] = str(event["event"]).partition("\n")[0]
    elif not record.name.startswith(TOLD) or (record.exc_info and not record.name.startswith("dqx")):
        event["event"] = PLACE.sub("…", str(record.msg))  # with an exception, its words are among what is put in
    event["event"] = QUERY_STRING.sub("?…", event["event"])
    return event


def _task(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """How a task ended; Celery's own words hold what it returned or raised."""
    ended = arguments.get("description") or "succeeded"
    found = {"event": f"task {ended}", "task": arguments.get("name"), "task_id": arguments.get("id")}
    seconds = arguments.get("runtime")
    return {**found, **({"seconds": round(seconds, 3)} if isinstance(seconds, float) else {})}


def _failure(_: Any, __: str, event: Event) -> Event:
    given = event.pop("exc_info", None)
    exc = given[1] if isinstance(given, tuple) else sys.exc_info()[1] if given is True else given
    if isinstance(exc, BaseException):
        event["exception"] = failures.told(exc)
    return event


def _readable(_: Any, __: str, event: Event) -> Event:
    """An exception as lines for a person."""
    if "exception" in event:
        found = event["exception"]
        chain = [found, *found.get("caused_by", ())]
        event["exception"] = "\n".join(line for one in chain for line in _lines(one))
    return event


def _lines(one: Mapping[str, Any]) -> list[str]:
    head = " ".join(str(one[name]) for name in ("type", "code", "message") if name in one)
    return [head, *(f"    {frame}" for frame in one["frames"])]


def _in_order(_: Any, __: str, event: Event) -> Event:
    """What every line has comes first."""
    return {name: event.pop(name) for name in FIRST if name in event} | dict(event)


_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
_RENDERERS: dict[str, Callable[[], list[Any]]] = {
    "json": lambda: [_in_order, structlog.processors.JSONRenderer(default=str)],
    "console": lambda: [_readable, structlog.dev.ConsoleRenderer(colors=False)],
}
logging.captureWarnings(True)  # or they would be lines of another form
structlog.configure(
    processors=[structlog.stdlib.filter_by_level, *_SHARED, ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=True,
)
