"""/api/audit/: who changed what, and when."""

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from dqx.audit import log
from dqx.audit.models import Entry
from dqx.rest.bodies import PageQuery
from dqx.rest.doors import View, accepts


class AuditQuery(PageQuery):
    """Which changes."""

    thing = serializers.CharField(default="", max_length=200, trim_whitespace=False)
    key = serializers.CharField(default="", max_length=2_000, trim_whitespace=False)


class AuditEntryBody(serializers.ModelSerializer):
    """A change; `before` is null where the row was made, `after` where it was deleted."""

    actor = serializers.CharField(source="actor_name")
    before = serializers.DictField(allow_null=True)
    after = serializers.DictField(allow_null=True)

    class Meta:
        model = Entry
        fields = ("id", "at", "actor", "action", "thing", "key", "before", "after")


class AuditPage(serializers.Serializer):
    """A page of the log."""

    results = AuditEntryBody(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)


class AuditLog(View):
    """The audit log."""

    @accepts(query=AuditQuery, returns={200: AuditPage})
    def get(self, request: Request) -> Response:
        """200 {results, next, previous}, newest first."""
        listing = f"audit {self.query['thing']} {self.query['key']}"
        place, size = self.place(listing), self.query["page_size"]
        wanted = {"thing": self.query["thing"], "key": self.query["key"]}
        page = log.entries(actor=request.user, **wanted, place=place, size=size)
        return self.paged(listing, page, AuditEntryBody(page.rows, many=True).data)
