"""/api/reference_tables/uses."""

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from dqx.rest.bodies import Query
from dqx.rest.doors import View, accepts
from dqx.rest.fields import Choice
from reference_app.models import KINDS
from scripts_app.queries import uses


class UsesQuery(Query):
    """Rules or sources, and which of them."""

    kind = Choice([*KINDS])
    id = serializers.ListField(
        child=serializers.CharField(trim_whitespace=False, max_length=20), min_length=1, max_length=1000
    )


class UseBody(serializers.Serializer):
    """What uses a rule or a source. `script_names` are the first ten."""

    id = serializers.CharField()
    bad_rows = serializers.IntegerField()
    scripts = serializers.IntegerField()
    script_names = serializers.ListField(child=serializers.CharField())


class Uses(View):
    """What uses rules or sources."""

    @accepts(query=UsesQuery, returns={200: [UseBody]})
    def get(self, request: Request) -> Response:
        """200 the list, in the order of the ids."""
        kind, ids = KINDS[self.query["kind"]], self.query["id"]
        return Response(uses.uses(kind, ids, actor=request.user))
