"""/api/stats/: how many bad rows there are, for charts."""

from rest_framework.request import Request
from rest_framework.response import Response

from badDetail_app import activity, counts
from badDetail_app.bodies import (
    CountQuery,
    DateCountBody,
    FilterQuery,
    RuleCountBody,
    SourceCountBody,
    SummaryBody,
    filters_of,
)
from badDetail_app.stats_bodies import (
    ActivityBody,
    ActivityQuery,
    ChangesBody,
    WorstQuery,
    WorstRecordBody,
    activity_of,
)
from dqx.rest.doors import View, accepts


class CountsByDate(View):
    """Bad rows by date."""

    @accepts(query=FilterQuery, returns={200: [DateCountBody]})
    def get(self, request: Request) -> Response:
        """200 [{date, name, count}], the earliest first."""
        return Response(counts.by_date(actor=request.user, filters=filters_of(self.query)))


class CountsByRule(View):
    """Bad rows by rule."""

    @accepts(query=CountQuery, returns={200: [RuleCountBody]})
    def get(self, request: Request) -> Response:
        """200 [{rule_id, name, count}], the worst first."""
        filters, most = filters_of(self.query), self.query["limit"]
        return Response(counts.by_reference("rule_id", actor=request.user, filters=filters, most=most))


class CountsBySource(View):
    """Bad rows by source."""

    @accepts(query=CountQuery, returns={200: [SourceCountBody]})
    def get(self, request: Request) -> Response:
        """200 [{source_id, name, count}], the worst first."""
        filters, most = filters_of(self.query), self.query["limit"]
        return Response(counts.by_reference("source_id", actor=request.user, filters=filters, most=most))


class Summary(View):
    """The whole in figures."""

    @accepts(query=FilterQuery, returns={200: SummaryBody})
    def get(self, request: Request) -> Response:
        """200 {bad_rows, rules, sources, pairs, undated, first_date, last_date}."""
        return Response(counts.summary(actor=request.user, filters=filters_of(self.query)))


class WorstRecords(View):
    """Records that fail several rules."""

    @accepts(query=WorstQuery, returns={200: [WorstRecordBody]}, refuses=(422,))
    def get(self, request: Request) -> Response:
        """200 [{source_id, name, source_uid, count, rules}], the worst first."""
        filters, most = filters_of(self.query), self.query["limit"]
        return Response(counts.worst_records(actor=request.user, filters=filters, most=most))


class Activity(View):
    """What publishes did on each of the last days."""

    @accepts(query=ActivityQuery, returns={200: ActivityBody}, refuses=(422,))
    def get(self, request: Request) -> Response:
        """200 {since, days}."""
        found = activity.by_day(actor=request.user, **activity_of(self.query))
        return Response(ActivityBody(found).data)


class Changes(View):
    """What publishes did in the last days, by rule and by source."""

    @accepts(query=ActivityQuery, returns={200: ChangesBody}, refuses=(422,))
    def get(self, request: Request) -> Response:
        """200 {since, rules, sources}."""
        found = activity.changes(actor=request.user, **activity_of(self.query))
        return Response(ChangesBody(found).data)
