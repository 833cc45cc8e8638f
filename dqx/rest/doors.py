"""A door of the API: what its methods take and how they answer, and the pages of listings."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar

from django.http import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from dqx import keyset
from dqx.errors import Invalid
from dqx.keyset import Page, Place
from dqx.rest.bodies import Query, Strict
from dqx.rest.media import JSONAlways, JSONBody

Method = TypeVar("Method", bound=Callable[..., HttpResponseBase])
WITH_BODY = ("POST", "PUT", "PATCH", "DELETE")


class Accepted(NamedTuple):
    """What a method of a door takes, and how it answers."""

    query: type[Query] = Query
    body: type[Strict] = Strict
    returns: Mapping[Any, Any] = {}
    refuses: tuple[int, ...] = ()


def accepts(
    query: type[Query] = Query,
    body: type[Strict] = Strict,
    *,
    returns: Mapping[Any, Any] | None = None,
    refuses: tuple[int, ...] = (),
) -> Callable[[Method], Method]:
    """Say what a method of a `View` takes and how it answers, for the check of its input and for the description of the API.

    Args:
        returns: by status, or by (status, media type): the serializer of the answer, a list of one serializer (or of str) for a JSON
            list, dict for any object, bytes for a file, or None for an answer without a body.
        refuses: the statuses of its own refusals, such as 409. What any method may answer (400, 401, 403, 503, and 404 where the
            address has an id) goes without saying.
    """

    def mark(method: Method) -> Method:
        method.accepted = Accepted(query, body, returns or {}, refuses)  # type: ignore[attr-defined]
        return method

    return mark


class View(APIView):
    """A door: what it accepts is checked before its method runs, which finds it in `self.query` and `self.values`."""

    content_negotiation_class = JSONAlways
    parser_classes = [JSONBody]
    query: dict[str, Any]
    values: dict[str, Any]

    @property
    def default_response_headers(self) -> dict[str, str]:
        """As the base class; answers hold people's data and tokens, which no cache keeps."""
        return {**super().default_response_headers, "Cache-Control": "no-store"}

    def initialize_request(self, request: Any, *args: Any, **kwargs: Any) -> Request:
        """As the base class; the character set is UTF-8, whatever a header says."""
        if request.encoding is not None:
            request.encoding = "utf-8"
        return super().initialize_request(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """After authentication: read the query and the body."""
        super().initial(request, *args, **kwargs)
        method = str(request.method)
        handler = getattr(self, method.lower(), None)
        if not callable(handler):
            return  # 405 follows
        accepted: Accepted = getattr(handler, "accepted", Accepted())
        self.query = accepted.query().run_validation(request.query_params)
        if method in WITH_BODY:
            self.values = accepted.body(partial=method == "PATCH").run_validation(_whole(request).data)

    @property
    def is_by_hand(self) -> bool:
        """Whether a page of the site asks, with a person's session, and not a program with a token."""
        return self.request.auth is None

    def place(self, listing: str) -> Place:
        """Which page was asked for."""
        return keyset.decode(listing, self.query["cursor"])

    def paged(self, listing: str, page: Page, rows: Any, **more: Any) -> Response:
        """A page as {results, next, previous}."""
        beside = {"next": self._address(listing, page.next), "previous": self._address(listing, page.previous)}
        return Response({"results": rows, **beside, **more})

    def listed(self, listing: str, page: Page, rows: Any) -> Response:
        """A plain list; where it is only a page of one, the Link header (RFC 8288) leads to the others."""
        beside = {"next": self._address(listing, page.next), "prev": self._address(listing, page.previous)}
        links = ", ".join(f'<{address}>; rel="{name}"' for name, address in beside.items() if address)
        return Response(rows, headers={"Link": links} if links else None)

    def _address(self, listing: str, place: Place | None) -> str | None:
        if place is None:
            return None
        query = self.request.query_params.copy()
        query.pop("cursor", None)
        query["cursor"] = keyset.encode(listing, place)  # the last one, so that an address ends in its cursor
        return str(self.request.build_absolute_uri(f"{self.request.path}?{query.urlencode()}"))


def _whole(request: Request) -> Request:
    """The request, if its body is all there: what has no length would be read as nothing."""
    if request.META.get("HTTP_TRANSFER_ENCODING") and not request.META.get("CONTENT_LENGTH"):
        raise Invalid("length_required", "Send the length of the body (Content-Length) instead of chunks.")
    return request
