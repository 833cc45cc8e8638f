"""JSON in and out: the only media type that the doors speak."""

import json
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response


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
