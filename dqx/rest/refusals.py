"""The adapter of errors for the API: whatever is raised becomes {"error": {code, message, details}}."""

import logging
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404, JsonResponse
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler as drf_handler
from rest_framework_simplejwt.exceptions import AuthenticationFailed as TokenRefused

from dqx.errors import DQXError, Invalid, NotFound, Unavailable, cut

logger = logging.getLogger("dqx.api")
# RFC 6750: what a 401 asks for.
CHALLENGE = 'Bearer realm="api"'
NOT_SIGNED_IN = 401
TOO_MANY = 429
SOON = "2"  # seconds
# What the framework raises by itself, in our words for programs. The first that fits counts.
CODES: dict[type[Exception], str] = {
    exceptions.ParseError: "malformed",
    exceptions.UnsupportedMediaType: "unsupported_media_type",
    exceptions.NotAuthenticated: "not_signed_in",
    TokenRefused: "token_not_valid",
    exceptions.AuthenticationFailed: "not_signed_in",
    exceptions.PermissionDenied: "not_allowed",
    exceptions.NotFound: "not_found",
    exceptions.MethodNotAllowed: "method_not_allowed",
    exceptions.Throttled: "too_many",
}
WORDS = {
    "not_signed_in": "Sign in first.",
    "token_not_valid": "The token is damaged, has expired or was ended. Sign in again.",
}


def body(code: str, message: str, details: Any = None) -> dict[str, Any]:
    """The one shape of a refusal."""
    return {"error": {"code": code, "message": cut(message), "details": details or {}}}


def answer(error: DQXError) -> JsonResponse:
    """A refusal outside Django REST framework."""
    return JsonResponse(told(error), status=error.http_status, headers=_headers(error.http_status))


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """What Django REST framework calls for an exception in a view; None lets Django answer with its 500."""
    error = _ours(exc)
    if error is not None:
        return Response(told(error), status=error.http_status, headers=_headers(error.http_status))
    response = drf_handler(exc, context)
    if response is not None:
        response.data = _theirs(exc)
    return response


def _ours(exc: Exception) -> DQXError | None:
    """An error of ours, and what Django and the database raise as one."""
    if isinstance(exc, (OperationalError, InterfaceError)):
        logger.error("the database is away", exc_info=exc)
        return Unavailable("database_away", "The database can't be reached, or is busy. Try again in a moment.")
    if isinstance(exc, RequestDataTooBig):
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        return Invalid("too_large", f"The body is too large; at most {most:,} bytes are read.")
    if isinstance(exc, Http404):
        return NotFound("not_found", "There is no such thing.")
    return exc if isinstance(exc, DQXError) else None


def _theirs(exc: Exception) -> dict[str, Any]:
    """What the framework raised by itself, in the one shape."""
    if isinstance(exc, exceptions.ValidationError):
        return body("invalid", _sentence(exc.detail), {"fields": _by_field(exc.detail)})
    if isinstance(exc, PermissionDenied):
        return body("not_allowed", "Your role does not allow this.")
    code = next((code for kind, code in CODES.items() if isinstance(exc, kind)), "refused")
    return body(code, WORDS.get(code) or str(getattr(exc, "detail", "")))


def told(error: DQXError) -> dict[str, Any]:
    """An operation's error. What it says of a field stands where the framework says it, so that a form looks in one place."""
    field = error.data.get("field")
    fields = {"fields": {field: [error.message]}} if isinstance(field, str) else {}
    return body(error.code, error.message, {**error.data, **fields})


def _headers(status: int) -> dict[str, str]:
    return {NOT_SIGNED_IN: {"WWW-Authenticate": CHALLENGE}, TOO_MANY: {"Retry-After": SOON}}.get(status, {})


def _by_field(detail: Any) -> Any:
    return detail if isinstance(detail, dict) else {"non_field_errors": detail}


def _sentence(detail: Any, name: str = "") -> str:
    """The first thing that is wrong, with the field's name."""
    if isinstance(detail, dict) and detail:
        key, inner = next(iter(detail.items()))
        return _sentence(inner, name if isinstance(key, int) or key == "non_field_errors" else str(key))
    if isinstance(detail, list) and detail:
        return _sentence(next(item for item in detail if item), name)
    return f"{name}: {detail}" if name else str(detail)
