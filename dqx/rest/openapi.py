"""The description of the API in OpenAPI 3, read off the doors: what `accepts` says of each method, and nothing beside it."""

import re
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from dqx.rest.bodies import Query, Strict
from dqx.rest.doors import WITH_BODY, Accepted, View, accepts

REFUSALS = {
    400: "Malformed or invalid.",
    401: "Nobody is signed in.",
    403: "The role does not allow it.",
    404: "There is no such thing.",
    405: "The address knows no such method.",
    409: "It does not fit the present state.",
    415: "The body is not JSON.",
    422: "The script or query is refused.",
    429: "Too many; Retry-After says when to come again.",
    503: "A service that is needed is away.",
}
# What an answer may be declared as beside serializers: a file, or any JSON object.
TEXTS = {"type": "array", "items": {"type": "string"}}
BASIC = {bytes: OpenApiTypes.BINARY, dict: OpenApiTypes.OBJECT}


class ErrorParts(serializers.Serializer):
    """What went wrong."""

    code = serializers.CharField(help_text="A stable name for programs.")
    message = serializers.CharField(help_text="A sentence or two for people.")
    details = serializers.DictField(help_text="More for programs; `fields` has what is wrong by field.")


class ErrorBody(serializers.Serializer):
    """The one shape of every refusal."""

    error = ErrorParts()


class Schema(AutoSchema):
    """The description of one method of a `View`."""

    @property
    def accepted(self) -> Accepted:
        """What the method says of itself."""
        handler = getattr(self.view, self.method.lower(), None)
        return getattr(handler, "accepted", Accepted())

    def get_operation_id(self) -> str:
        """The method and the name of the door: get_one_script."""
        name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(self.view).__name__)
        return f"{self.method.lower()}_{name.lower()}"

    def get_summary(self) -> str:
        """What the door is."""
        return (type(self.view).__doc__ or "").strip().partition("\n")[0].rstrip(".")

    def get_override_parameters(self) -> list[Any]:
        """The parameters of the query."""
        return [] if self.accepted.query is Query else [self.accepted.query]

    def _get_parameters(self) -> list[dict[str, Any]]:
        """As ever; parameters that count as not given where they are empty say so."""
        found: list[dict[str, Any]] = super()._get_parameters()
        if self.accepted.query.empty_is_absent:
            for parameter in found:
                if parameter["in"] == "query":
                    parameter["allowEmptyValue"] = True
        return found

    def get_request_serializer(self) -> Any:
        """The body, where there is one."""
        body = self.accepted.body
        return body if self.method in WITH_BODY and body is not Strict else None

    def get_response_serializers(self) -> Any:
        """The answers, then the refusals."""
        told = {key: _described(answer) for key, answer in self.accepted.returns.items()}
        refusals = {str(status): OpenApiResponse(ErrorBody, REFUSALS[status]) for status in self._refusals()}
        return {**told, **refusals}

    def _refusals(self) -> list[int]:
        found = {400, 503, *self.accepted.refuses}
        if self.view.get_authenticators():
            found |= {401, 403}
        if "{" in self.path:
            found.add(404)
        if self.get_request_serializer() is not None:
            found.add(415)
        return sorted(found)


def _described(answer: Any) -> Any:
    if answer is None:
        return OpenApiResponse(description="Done; there is no body.")
    if isinstance(answer, list):
        return TEXTS if answer == [str] else answer[0](many=True)
    return BASIC.get(answer, answer)


class StrictSchema(OpenApiSerializerExtension):
    """Bodies refuse fields that they do not know."""

    target_class = "dqx.rest.bodies.Strict"
    match_subclasses = True

    def map_serializer(self, auto_schema: AutoSchema, direction: Any) -> dict[str, Any]:
        """As ever, and closed."""
        found: dict[str, Any] = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        return found if isinstance(self.target, Query) else {**found, "additionalProperties": False}


def one_form(endpoints: list[Any], **_: Any) -> list[Any]:
    """Describe each address once, with the slash at its end."""
    return [endpoint for endpoint in endpoints if endpoint[0].endswith("/")]


@cache
def document() -> dict[str, Any]:
    """The whole description; it is the same as long as the process lives."""
    found: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return found


class Description(View):
    """The description of the API, for everybody."""

    authentication_classes = ()
    permission_classes = ()

    @accepts(returns={200: dict})
    def get(self, request: Request) -> Response:
        """200 OpenAPI 3 in JSON."""
        return Response(document())


def docs(request: HttpRequest) -> HttpResponse:
    """/api/docs/: the description to read and to try, with nothing from elsewhere."""
    return render(request, "api_docs.html", {"title": "API"})
