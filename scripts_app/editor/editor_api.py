"""/api/sql_scripts/catalogue and /api/sql_scripts/format: what a person who writes a script is helped with."""

from typing import Any

from django.http import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.crypto import salted_hmac
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from dqx.rest.bodies import Query, Strict
from dqx.rest.doors import View, accepts
from dqx.rest.fields import Text
from scripts_app.databases import connections
from scripts_app.editor import layout
from scripts_app.queries import readable

LONGEST_IDENTIFIER = 63


class _Where(Query):
    connection = serializers.CharField(max_length=connections.LONGEST_NAME, default=None)


class TablesQuery(_Where):
    """Of which database, and which tables."""

    q = serializers.CharField(trim_whitespace=False, max_length=200, default="")


class ColumnsQuery(_Where):
    """Of which table."""

    empty_is_absent = False
    schema = serializers.CharField(trim_whitespace=False, max_length=LONGEST_IDENTIFIER)
    table = serializers.CharField(trim_whitespace=False, max_length=LONGEST_IDENTIFIER)


class TableName(serializers.Serializer):
    """A table or view."""

    schema = serializers.CharField()
    name = serializers.CharField()


class TablesBody(serializers.Serializer):
    """What can be read. `search_path` is where a bare name is looked up; `truncated` says that there are more tables: ask with `q`."""

    search_path = serializers.ListField(child=serializers.CharField())
    tables = TableName(many=True)
    truncated = serializers.BooleanField()


class ColumnName(serializers.Serializer):
    """A column of a table."""

    name = serializers.CharField()
    type = serializers.CharField()


class FormatFields(Strict):
    """A text to lay out."""

    content = Text(allow_blank=True)


class Formatted(serializers.Serializer):
    """The text, laid out."""

    content = serializers.CharField()


class _Names(View):
    """Names change seldom: a browser keeps them, and asks each time whether they are still right."""

    @property
    def default_response_headers(self) -> dict[str, str]:
        """As the base class, but a browser may keep the answer for the person who asked."""
        return {**super().default_response_headers, "Cache-Control": "private, no-cache"}

    def unless_known(self, request: Request, body: Any) -> HttpResponseBase:
        """200 the names, or 304 where the browser has them."""
        tag = f'"{salted_hmac("dqx.names", repr(body)).hexdigest()}"'
        answer = Response(body, headers={"ETag": tag})
        return get_conditional_response(request, etag=tag, response=answer) or answer


class CatalogueTables(_Names):
    """The tables that scripts can read."""

    @accepts(query=TablesQuery, returns={200: TablesBody, 304: None}, refuses=(409,))
    def get(self, request: Request) -> HttpResponseBase:
        """200 {search_path, tables, truncated}."""
        where = self.query["connection"]
        found = readable.tables(actor=request.user, connection=where, words=self.query["q"])
        return self.unless_known(request, found._asdict())


class CatalogueColumns(_Names):
    """The columns of a table that scripts can read."""

    @accepts(query=ColumnsQuery, returns={200: [ColumnName], 304: None}, refuses=(404, 409))
    def get(self, request: Request) -> HttpResponseBase:
        """200 [{name, type}]."""
        wanted = self.query["schema"], self.query["table"]
        found = readable.columns(*wanted, actor=request.user, connection=self.query["connection"])
        return self.unless_known(request, found)


class Format(View):
    """Lay a text out."""

    @accepts(body=FormatFields, returns={200: Formatted}, refuses=(422,))
    def post(self, request: Request) -> Response:
        """200 {content}; nothing is stored, and no server sees it."""
        return Response({"content": layout.tidy(actor=request.user, content=self.values["content"])})
