"""The adapter of errors for the API: whatever is raised becomes {"error": {code, message, details}}."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, JsonResponse
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler as drf_handler

from dqx.errors import DQXError, cut

# What the framework raises by itself, in our words for programs.
CODES: dict[type[Exception], str] = {
    exceptions.ParseError: "malformed",
    exceptions.UnsupportedMediaType: "unsupported_media_type",
    exceptions.NotAuthenticated: "not_signed_in",
    exceptions.AuthenticationFailed: "not_signed_in",
    exceptions.PermissionDenied: "not_allowed",
    exceptions.NotFound: "not_found",
    exceptions.MethodNotAllowed: "method_not_allowed",
    exceptions.NotAcceptable: "not_acceptable",
    exceptions.Throttled: "too_many",
}


def body(code: str, message: str, details: Any = None) -> dict[str, Any]:
    """The one shape of a refusal."""
    return {"error": {"code": code, "message": cut(message), "details": details or {}}}


def answer(error: DQXError) -> JsonResponse:
    """A refusal outside Django REST framework."""
    return JsonResponse({"error": error.as_dict()}, status=error.http_status)


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """What Django REST framework calls for an exception in a view; None lets Django answer with its 500."""
    if isinstance(exc, DQXError):
        return Response({"error": exc.as_dict()}, status=exc.http_status)
    response = drf_handler(exc, context)
    if response is None:
        return None
    if isinstance(exc, exceptions.ValidationError):
        response.data = body("invalid", _sentence(exc.detail), {"fields": exc.detail})
        return response
    if isinstance(exc, Http404):
        response.data = body("not_found", "There is no such thing.")
        return response
    if isinstance(exc, PermissionDenied):
        response.data = body("not_allowed", "Your role does not allow this.")
        return response
    code = next((code for kind, code in CODES.items() if isinstance(exc, kind)), "refused")
    response.data = body(code, _message(exc))
    return response


def _message(exc: Exception) -> str:
    detail = getattr(exc, "detail", "")
    if isinstance(detail, dict):  # what simplejwt says of a token
        detail = detail.get("detail", "Sign in first.")
    return str(detail)


def _sentence(detail: Any, name: str = "") -> str:
    """The first thing that is wrong, with the field's name."""
    if isinstance(detail, dict) and detail:
        name, inner = next(iter(detail.items()))
        return _sentence(inner, "" if name == "non_field_errors" else str(name))
    if isinstance(detail, list) and detail:
        return _sentence(detail[0], name)
    return f"{name}: {detail}" if name else str(detail)
