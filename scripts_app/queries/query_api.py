"""/api/query/, /api/query/stop and /api/sql_scripts/execute."""

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from dqx.rest.bodies import Strict
from dqx.rest.doors import View, accepts
from dqx.rest.fields import Text, Whole
from dqx.rest.media import Written
from scripts_app.databases.connection_bodies import ConnectionChoice
from scripts_app.queries import queries, stops
from scripts_app.queries.queries import MOST_ROWS, USUAL_ROWS
from scripts_app.queries.stops import LONGEST_TAG


class _Limited(Strict):
    limit = Whole(min_value=1, max_value=MOST_ROWS, default=USUAL_ROWS)
    connection = ConnectionChoice()
    tag = Text(max_length=LONGEST_TAG, allow_null=True, default=None, help_text="To stop it by; a new one each time.")


class QueryFields(_Limited):
    """One SELECT, how many rows at most, and where to run it."""

    query = Text(allow_blank=True)


class ExecuteFields(_Limited):
    """A script that is tried out."""

    script_content = Text(allow_blank=True)


class StopFields(Strict):
    """Which of one's own queries."""

    tag = Text(max_length=LONGEST_TAG)


class ColumnBody(serializers.Serializer):
    """A column of an answer."""

    name = serializers.CharField(help_text="Unique: of two called id the second is id_2.")
    type = serializers.CharField(help_text="As PostgreSQL calls it, such as numeric(10,2).")


class QueryAnswer(serializers.Serializer):
    """What a query found."""

    columns = ColumnBody(many=True)
    rows = serializers.ListField(child=serializers.DictField(), help_text="Objects by the names of the columns.")
    row_count = serializers.IntegerField()
    truncated = serializers.BooleanField(help_text="There are more rows than the limit, or than fit into an answer.")
    duration_ms = serializers.IntegerField()


class RunQuery(View):
    """Look at data with SQL."""

    @accepts(body=QueryFields, returns={200: QueryAnswer}, refuses=(409, 422, 429))
    def post(self, request: Request) -> Response:
        """200 {columns, rows, row_count, truncated, duration_ms}."""
        return Written(queries.run(actor=request.user, **self.values).json)


class ExecuteScript(View):
    """Try a script out."""

    @accepts(body=ExecuteFields, returns={200: QueryAnswer}, refuses=(409, 422, 429))
    def post(self, request: Request) -> Response:
        """200 as a query; nothing is stored."""
        content = self.values.pop("script_content")
        return Written(queries.execute(actor=request.user, content=content, **self.values).json)


class StopQuery(View):
    """Stop a query of one's own."""

    @accepts(body=StopFields, returns={204: None})
    def post(self, request: Request) -> Response:
        """204, whether or not such a query runs."""
        stops.stop(actor=request.user, **self.values)
        return Response(status=204)
