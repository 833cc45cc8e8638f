"""What every request passes first: its id, its line in the log, its place in the counts; and the shortcut of those who watch."""

import re
import time
import uuid
from collections.abc import Callable
from typing import Any

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.urls import resolve
from structlog import contextvars

from dqx.monitoring import metrics

Handler = Callable[[HttpRequest], HttpResponseBase]
logger = structlog.get_logger("dqx.requests")
HEADER = "X-Request-ID"
WELL_FORMED = re.compile(r"[A-Za-z0-9_.:-]{1,128}")
WATCHED = {path for name in ("healthz", "readyz", "metrics") for path in (f"/{name}", f"/{name}/")}
FAILED = 500
REFUSED = 400


class RequestMiddleware:
    """Gives a request its id, or keeps the one that it brings, answers it in X-Request-ID, and tells and counts how it was answered.

    The line tells the view and the form of the address, not the address: ids and filters in it can be people's values.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        started = time.perf_counter()
        request_id = _id(request)
        contextvars.clear_contextvars()
        contextvars.bind_contextvars(request_id=request_id)
        response = self.get_response(request)
        response[HEADER] = request_id
        seconds = time.perf_counter() - started
        metrics.count_request(request.method, _view(request), response.status_code, seconds)
        if response.status_code >= REFUSED or not _is_small_talk(request):
            _tell(request, response.status_code, seconds)
        return response


class WatchMiddleware:
    """Answers those who watch before anything looks at cookies or the name of the host: they come by address, and often."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info not in WATCHED:
            return self.get_response(request)
        request.resolver_match = match = resolve(request.path_info)
        answer: HttpResponseBase = match.func(request, *match.args, **match.kwargs)
        answer["Cache-Control"] = "no-store"
        return answer


def _id(request: HttpRequest) -> str:
    given = request.headers.get(HEADER, "")
    return given if WELL_FORMED.fullmatch(given) else uuid.uuid4().hex


def _view(request: HttpRequest) -> str:
    match = request.resolver_match
    if match is not None:
        return match.view_name
    return "static" if request.path_info.startswith(f"/{settings.STATIC_URL.strip('/')}/") else "none"


def _is_small_talk(request: HttpRequest) -> bool:
    return request.path_info in WATCHED or _view(request) == "static"


def _tell(request: HttpRequest, status: int, seconds: float) -> None:
    match = request.resolver_match
    told: dict[str, Any] = {"route": match.route} if match else {}
    told |= {name: value for name, value in match.kwargs.items() if isinstance(value, int)} if match else {}
    say = logger.error if status >= FAILED else logger.info
    say(
        "request",
        method=metrics.known(request.method),
        view=_view(request),
        status=status,
        ms=round(seconds * 1000, 1),
        **told,
    )
