"""/api/reference_tables/: rules and sources."""

from typing import Any
from urllib.parse import quote

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from dqx.rest.bodies import ListQuery, Strict
from dqx.rest.doors import View, accepts
from dqx.rest.fields import Text
from reference_app import references
from reference_app.models import Rule, Source


class RuleFields(Strict):
    """A rule as it is written."""

    rule_id = Text(max_length=20)
    rule_name = Text(max_length=100)
    description = Text(allow_blank=True, default="")


class SourceFields(Strict):
    """A source as it is written."""

    source_id = Text(max_length=20)
    source_name = Text(max_length=100)
    description = Text(allow_blank=True, default="")


class ReferencesQuery(ListQuery):
    """Which references, and which page of them."""

    q = serializers.CharField(
        trim_whitespace=False, max_length=1000, allow_blank=True, default="", help_text="In id, name or description."
    )


class RuleChanges(RuleFields):
    """A rule that is there; its id stands in the address, and may stand in the body."""

    rule_id = Text(max_length=20, required=False)


class SourceChanges(SourceFields):
    """A source that is there; its id stands in the address, and may stand in the body."""

    source_id = Text(max_length=20, required=False)


class RuleBody(serializers.ModelSerializer):
    """A rule as it is answered."""

    class Meta:
        model = Rule
        fields = ("rule_id", "rule_name", "description")


class SourceBody(serializers.ModelSerializer):
    """A source as it is answered."""

    class Meta:
        model = Source
        fields = ("source_id", "source_name", "description")


class _References(View):
    kind: Any
    body: type[serializers.ModelSerializer]

    def _list(self, request: Request) -> Response:
        listing = f"{self.kind._meta.model_name}s"
        words, size = self.query["q"], self.query["page_size"]
        page = references.listed(self.kind, actor=request.user, words=words, place=self.place(listing), size=size)
        return self.listed(listing, page, self.body(page.rows, many=True).data)

    def _create(self, request: Request) -> Response:
        made = references.create(self.kind, actor=request.user, **self.values)
        address = f"/api/reference_tables/{self.kind._meta.model_name}s/{quote(made.pk, safe='')}/"
        return Response(self.body(made).data, status=201, headers={"Location": address})


class _Reference(View):
    kind: Any
    body: type[serializers.ModelSerializer]

    def _get(self, request: Request, pk: str) -> Response:
        return Response(self.body(references.get(self.kind, pk, actor=request.user)).data)

    def _update(self, request: Request, pk: str) -> Response:
        return Response(self.body(references.update(self.kind, pk, actor=request.user, **self.values)).data)

    @accepts(returns={204: None})
    def delete(self, request: Request, pk: str) -> Response:
        """204."""
        references.delete(self.kind, pk, actor=request.user)
        return Response(status=204)


class Rules(_References):
    """The rules."""

    kind, body = Rule, RuleBody

    @accepts(query=ReferencesQuery, returns={200: [RuleBody]})
    def get(self, request: Request) -> Response:
        """200 the list, by id."""
        return self._list(request)

    @accepts(body=RuleFields, returns={201: RuleBody}, refuses=(409,))
    def post(self, request: Request) -> Response:
        """201 the rule."""
        return self._create(request)


class OneRule(_Reference):
    """A rule."""

    kind, body = Rule, RuleBody

    @accepts(returns={200: RuleBody})
    def get(self, request: Request, pk: str) -> Response:
        """200 the rule."""
        return self._get(request, pk)

    @accepts(body=RuleChanges, returns={200: RuleBody})
    def put(self, request: Request, pk: str) -> Response:
        """200 the rule."""
        return self._update(request, pk)

    patch = put


class Sources(_References):
    """The sources."""

    kind, body = Source, SourceBody

    @accepts(query=ReferencesQuery, returns={200: [SourceBody]})
    def get(self, request: Request) -> Response:
        """200 the list, by id."""
        return self._list(request)

    @accepts(body=SourceFields, returns={201: SourceBody}, refuses=(409,))
    def post(self, request: Request) -> Response:
        """201 the source."""
        return self._create(request)


class OneSource(_Reference):
    """A source."""

    kind, body = Source, SourceBody

    @accepts(returns={200: SourceBody})
    def get(self, request: Request, pk: str) -> Response:
        """200 the source."""
        return self._get(request, pk)

    @accepts(body=SourceChanges, returns={200: SourceBody})
    def put(self, request: Request, pk: str) -> Response:
        """200 the source."""
        return self._update(request, pk)

    patch = put
