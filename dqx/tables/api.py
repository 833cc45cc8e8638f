"""/api/tables/: the browser of schema dq."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from dqx.rest.bodies import Query, Strict
from dqx.rest.doors import View, accepts
from dqx.rest.media import ExactJSONBody, Written
from dqx.tables import browsing, changes
from dqx.tables.browsing import MOST_SKIPPED


class RowQuery(Query):
    """Which rows."""

    skip = serializers.IntegerField(min_value=0, max_value=MOST_SKIPPED, default=0)
    limit = serializers.IntegerField(min_value=1, max_value=1000, default=100)
    order_by = serializers.CharField(default="", max_length=64, trim_whitespace=False)
    q = serializers.CharField(
        default="", max_length=1000, trim_whitespace=False, help_text="Only rows that hold this text, in any column."
    )


class KeyQuery(Query):
    """Which column names the row; the primary key where it is not given."""

    id_column = serializers.CharField(default="", max_length=63, trim_whitespace=False)


class RowFields(Strict):
    """The values of a row by column."""

    data = serializers.DictField(child=serializers.JSONField(allow_null=True))  # type: ignore[assignment]

    def to_internal_value(self, data: Any) -> Any:
        """The values as they came: fractions are exact, which JSONField would refuse."""
        given = data.get("data") if isinstance(data, dict) else None
        if isinstance(given, dict):
            return {"data": given}
        return super().to_internal_value(data)


class TableColumnBody(serializers.Serializer):
    """A column of a table."""

    column_name = serializers.CharField()
    data_type = serializers.CharField()
    is_nullable = serializers.BooleanField()
    column_default = serializers.CharField(allow_null=True)
    max_length = serializers.IntegerField(allow_null=True)
    is_primary_key = serializers.BooleanField()


class TableRows(serializers.Serializer):
    """Rows of a table."""

    data = serializers.ListField(child=serializers.DictField())  # type: ignore[assignment]
    total = serializers.IntegerField()
    skip = serializers.IntegerField()
    limit = serializers.IntegerField()


class Tables(View):
    """The tables of schema dq."""

    @accepts(returns={200: [str]})
    def get(self, request: Request) -> Response:
        """200 their names."""
        return Response(browsing.names(actor=request.user))


class TableStructure(View):
    """The columns of a table."""

    @accepts(returns={200: [TableColumnBody]})
    def get(self, request: Request, table: str) -> Response:
        """200 a list of columns."""
        return Response(browsing.structure(table, actor=request.user))


class Rows(View):
    """The rows of a table."""

    parser_classes = [ExactJSONBody]

    @accepts(query=RowQuery, returns={200: TableRows}, refuses=(422,))
    def get(self, request: Request, table: str) -> Written:
        """200 {data, total, skip, limit}."""
        return Written(browsing.page(table, actor=request.user, **self.query))

    @accepts(body=RowFields, returns={201: dict}, refuses=(409, 422))
    def post(self, request: Request, table: str) -> Written:
        """201 the row."""
        return Written(changes.add(table, actor=request.user, **self.values), 201)


class OneRow(View):
    """A row of a table."""

    parser_classes = [ExactJSONBody]

    @accepts(query=KeyQuery, body=RowFields, returns={200: dict}, refuses=(409, 422))
    def put(self, request: Request, table: str, record_id: str) -> Written:
        """200 the row; columns that are not given stay."""
        return Written(changes.change(table, record_id, actor=request.user, **self.query, **self.values))

    @accepts(query=KeyQuery, returns={204: None}, refuses=(409, 422))
    def delete(self, request: Request, table: str, record_id: str) -> Response:
        """204."""
        changes.delete(table, record_id, actor=request.user, **self.query)
        return Response(status=204)
