"""/api/reference_tables/missing."""

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from badDetail_app import unnamed
from dqx.rest.bodies import Query
from dqx.rest.doors import View, accepts
from dqx.rest.fields import Choice
from reference_app.models import KINDS


class MissingQuery(Query):
    """Rules or sources, and how many at most."""

    kind = Choice([*KINDS])
    limit = serializers.IntegerField(min_value=1, max_value=1000, default=100)


class MissingOne(serializers.Serializer):
    """An id of bad rows."""

    id = serializers.CharField()
    bad_rows = serializers.IntegerField()


class MissingBody(serializers.Serializer):
    """The ids that lack, those with the most bad rows first."""

    total = serializers.IntegerField()
    results = MissingOne(many=True)


class Missing(View):
    """Ids of bad rows that have no name."""

    @accepts(query=MissingQuery, returns={200: MissingBody})
    def get(self, request: Request) -> Response:
        """200 {total, results}."""
        kind, most = KINDS[self.query["kind"]], self.query["limit"]
        return Response(unnamed.missing(kind, actor=request.user, most=most))
