"""Errors of pages, and of the API where Django answers before Django REST framework does."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from dqx.errors import DQXError, NotSignedIn
from dqx.rest import refusals

Handler = Callable[[HttpRequest], HttpResponseBase]


def _is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


class ErrorMiddleware:
    """Turns our errors into an answer of the medium: JSON under /api/, else a message on the page that the person came from."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exc: Exception) -> HttpResponseBase | None:
        """What Django calls for an exception that a view did not handle."""
        if not isinstance(exc, DQXError):
            return None
        if _is_api(request):
            return refusals.answer(exc)
        if isinstance(exc, NotSignedIn):
            return redirect_to_login(request.get_full_path())
        if request.method == "POST":
            messages.error(request, exc.message)
            return redirect(_page_before(request))
        return render(request, "error.html", {"error": exc}, status=exc.http_status)


def _page_before(request: HttpRequest) -> str:
    before = request.META.get("HTTP_REFERER", "")
    return before if url_has_allowed_host_and_scheme(before, {request.get_host()}) else "/"


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler400."""
    return _refuse(request, 400, "malformed", "The request is malformed.")


def forbidden(request: HttpRequest, exception: Exception | None = None, reason: str = "") -> HttpResponse:
    """handler403, and what a missing or wrong CSRF token gets, which comes with a reason."""
    stale = "This page was open for long. Go back, load it again, and repeat what you did."
    return _refuse(request, 403, "not_allowed", stale if reason else "Your role does not allow this.")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler404."""
    return _refuse(request, 404, "not_found", "There is no such page.")


def failed(request: HttpRequest) -> HttpResponse:
    """handler500: a defect of ours, told without a word of its inside."""
    if _is_api(request):
        return JsonResponse(refusals.body("internal", "DQX failed here. The details are in its log."), status=500)
    return render(None, "500.html", status=500)  # nothing of the request is needed or trusted


def locked_out(request: HttpRequest, original_response: Any = None, credentials: Any = None) -> HttpResponse:
    """After too many failed sign-ins; the words do not tell whether the name is known."""
    answer = _refuse(
        request, 429, "too_many", "Too many failed sign-ins. Wait a quarter of an hour, then try again.", "locked_out"
    )
    answer["Retry-After"] = str(int(settings.AXES_COOLOFF_TIME.total_seconds()))
    return answer


def _refuse(request: HttpRequest, status: int, code: str, message: str, template: str = "") -> HttpResponse:
    if _is_api(request):
        return JsonResponse(refusals.body(code, message), status=status)
    return render(request, f"{template or status}.html", {"message": message}, status=status)


def alive(request: HttpRequest) -> JsonResponse:
    """/healthz: this process answers."""
    return JsonResponse({"status": "ok"})
