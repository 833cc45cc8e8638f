"""/api/reference_tables/export and import: rules and sources as CSV."""

from django.http import StreamingHttpResponse
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from dqx.rest.bodies import Query, Strict
from dqx.rest.doors import View, accepts
from dqx.rest.fields import Choice, Flag, Text
from reference_app import importing, references
from reference_app.models import KINDS


class KindQuery(Query):
    """Rules or sources."""

    kind = Choice([*KINDS])


class ImportFields(Strict):
    """A file, and whether it is only looked at."""

    csv = Text(allow_blank=True, help_text="The text of the file; its first line names the columns.")
    dry_run = Flag(default=False)


class ChangeBody(serializers.Serializer):
    """What a line does; `before` is null for what is new."""

    line = serializers.IntegerField()
    id = serializers.CharField()
    before = serializers.DictField(allow_null=True)
    after = serializers.DictField()


class OutcomeBody(serializers.Serializer):
    """What an import does, or would do. `changes` are the first 200."""

    added = serializers.IntegerField()
    changed = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    changes = ChangeBody(many=True)


class ExportReferences(View):
    """Rules or sources as a file."""

    @accepts(query=KindQuery, returns={(200, "text/csv"): bytes})
    def get(self, request: Request) -> StreamingHttpResponse:
        """200 the CSV, in pieces."""
        name = self.query["kind"]
        pieces = references.exported(KINDS[name], actor=request.user)
        headers = {"Content-Disposition": f'attachment; filename="{name}_{timezone.localdate():%Y-%m-%d}.csv"'}
        return StreamingHttpResponse(pieces, content_type="text/csv; charset=utf-8", headers=headers)


class ImportReferences(View):
    """Add and change rules or sources by a file."""

    @accepts(query=KindQuery, body=ImportFields, returns={200: OutcomeBody}, refuses=(409,))
    def post(self, request: Request) -> Response:
        """200 what it did, or would do; a file with a wrong line does nothing."""
        kind, text, dry_run = KINDS[self.query["kind"]], self.values["csv"], self.values["dry_run"]
        outcome = importing.import_csv(kind, text, actor=request.user, dry_run=dry_run)
        return Response(OutcomeBody(outcome).data)
