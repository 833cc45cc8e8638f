"""What the doors of the API share: strict bodies and queries, pages, and JSON in and out."""

import json
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar

from django.http import HttpResponseBase, QueryDict
from rest_framework import serializers
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.fields import empty
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from dqx import keyset
from dqx.errors import Invalid
from dqx.keyset import Page, Place

Method = TypeVar("Method", bound=Callable[..., HttpResponseBase])
WITH_BODY = ("POST", "PUT", "PATCH", "DELETE")
LONGEST_CURSOR = 8_000
MOST_UNKNOWN = 20


class Text(serializers.CharField):
    """A JSON string, kept as it is; other types are not turned into one."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"trim_whitespace": False, **kwargs})

    def to_internal_value(self, data: Any) -> str:
        """Refuse numbers too, which the base class would take."""
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


class Whole(serializers.IntegerField):
    """A JSON number without fraction, and not a string of digits, which the base class would take."""

    def to_internal_value(self, data: Any) -> int:
        """Refuse strings, fractions and true."""
        if type(data) is not int:
            self.fail("invalid")
        return int(super().to_internal_value(data))


class Flag(serializers.BooleanField):
    """true or false, and no word for them."""

    def to_internal_value(self, data: Any) -> bool:
        """Refuse "yes", 1 and the like, which the base class would take."""
        if type(data) is not bool:
            self.fail("invalid", input=data)
        return data


class Strict(serializers.Serializer):
    """A JSON object whose unknown fields are refused by name. This one has none at all."""

    unknown = "There is no such field."

    def run_validation(self, data: Any = empty) -> Any:
        """The values of the fields.

        Raises:
            ValidationError: by field, the unknown ones first.
        """
        known = self.fields
        extra = [name for name in data if name not in known] if isinstance(data, Mapping) else []
        wrong: dict[str, Any] = {_printable(name): [self.unknown] for name in extra[:MOST_UNKNOWN]}
        try:
            values = super().run_validation(data)
        except ValidationError as exc:
            found = exc.detail if isinstance(exc.detail, dict) else {"non_field_errors": exc.detail}
            raise ValidationError({**wrong, **found}) from exc
        if wrong:
            raise ValidationError(wrong)
        return values


def _printable(name: str) -> str:
    """A name that somebody made up, as an answer can hold it: short, and without half characters."""
    return name[:100].encode(errors="backslashreplace").decode()


class Query(Strict):
    """The parameters of an address. A list is given by repeating a parameter; an empty one counts as not given."""

    unknown = "There is no such parameter."
    empty_is_absent = True

    def run_validation(self, data: Any = empty) -> Any:
        """As `Strict`, from a QueryDict."""
        given: QueryDict = data
        values: dict[str, Any] = {}
        for name, found in given.lists():
            kept = [value for value in found if value or not self.empty_is_absent]
            several = isinstance(self.fields.get(name), serializers.ListField)
            if name in self.fields and not several and len(kept) > 1:
                raise ValidationError({name: ["Give it once."]})
            if kept or name not in self.fields:
                values[name] = kept if several else "".join(kept)
        return super().run_validation(values)


class PageQuery(Query):
    """Which page of a listing."""

    page_size = serializers.IntegerField(min_value=1, max_value=1000, default=100)
    cursor = serializers.CharField(max_length=LONGEST_CURSOR, trim_whitespace=False, allow_blank=True, default="")


class ListQuery(PageQuery):
    """A whole list, or a page of it where a size is given."""

    page_size = serializers.IntegerField(min_value=1, max_value=1000, default=None)


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


class Written(Response):
    """An answer that is JSON already; to parse and write it again would lose digits."""

    def __init__(self, text: str, status: int = 200, headers: dict[str, str] | None = None) -> None:
        super().__init__(text, status=status, headers={"Content-Type": "application/json", **(headers or {})})

    @property
    def rendered_content(self) -> str:
        """As it is."""
        return str(self.data)


class JSONBody(JSONParser):
    """JSON in UTF-8."""

    parse_float: Callable[[str], Any] = float

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        """The value.

        Raises:
            ParseError: it is not JSON.
        """
        try:
            return json.loads(stream.read(), parse_constant=_no_constant, parse_float=self.parse_float)
        except (ValueError, RecursionError) as exc:
            reason = "it is nested too deeply" if isinstance(exc, RecursionError) else str(exc)
            raise ParseError(f"The body is not valid JSON: {reason}.") from exc


class ExactJSONBody(JSONBody):
    """JSON whose fractions lose no digit."""

    parse_float = Decimal


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON value")


class JSONAlways(BaseContentNegotiation):
    """JSON, whatever the request would rather have: there is nothing else."""

    def select_parser(self, request: Request, parsers: Iterable[Any]) -> Any:
        """The parser of the request's type; None for another type, which is then refused."""
        media_type = (request.content_type or "").partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == media_type), None)

    def select_renderer(self, request: Request, renderers: Iterable[Any], format_suffix: Any = None) -> tuple[Any, str]:
        """The only one."""
        only = next(iter(renderers))
        return only, only.media_type


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
