"""/api/alerts/: channels for admins, rules for Publishers, and what is open and was told for everybody."""

from dataclasses import asdict

from rest_framework.request import Request
from rest_framework.response import Response

from dqx.rest.bodies import ListQuery
from dqx.rest.doors import View, accepts
from scripts_app.alerts import channels, incidents, messages, rules
from scripts_app.alerts.bodies import (
    AlertRuleBody,
    AlertRuleFields,
    ChannelBody,
    ChannelFields,
    ChannelName,
    ChannelTest,
    IncidentBody,
    IncidentPage,
    IncidentsQuery,
    MessageBody,
    MessagePage,
    MessagesQuery,
    listing,
)


class Channels(View):
    """The channels."""

    @accepts(query=ListQuery, returns={200: [ChannelBody]})
    def get(self, request: Request) -> Response:
        """200 the list, by name."""
        page = channels.listed(actor=request.user, place=self.place("channels"), size=self.query["page_size"])
        return self.listed("channels", page, ChannelBody(page.rows, many=True).data)

    @accepts(body=ChannelFields, returns={201: ChannelBody}, refuses=(409,))
    def post(self, request: Request) -> Response:
        """201 the channel."""
        made = channels.create(actor=request.user, **self.values)
        body = ChannelBody(channels.get(made.pk, actor=request.user)).data
        return Response(body, status=201, headers={"Location": f"/api/alerts/channels/{made.pk}/"})


class ChannelNames(View):
    """What the channels are called."""

    @accepts(returns={200: [ChannelName]})
    def get(self, request: Request) -> Response:
        """200 the list, by name, for those who write rules."""
        return Response(ChannelName(channels.names(actor=request.user), many=True).data)


class OneChannel(View):
    """A channel."""

    @accepts(returns={200: ChannelBody})
    def get(self, request: Request, pk: int) -> Response:
        """200 the channel."""
        return Response(ChannelBody(channels.get(pk, actor=request.user)).data)

    @accepts(body=ChannelFields, returns={200: ChannelBody}, refuses=(409,))
    def put(self, request: Request, pk: int) -> Response:
        """200 the channel."""
        channels.update(pk, actor=request.user, **self.values)
        return self.get(request, pk)

    patch = put

    @accepts(returns={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """204; rules go on without it."""
        channels.delete(pk, actor=request.user)
        return Response(status=204)


class TestChannel(View):
    """Whether a channel works."""

    @accepts(returns={200: ChannelTest})
    def post(self, request: Request, pk: int) -> Response:
        """200 how it went: a message was sent, or why it could not be."""
        return Response(ChannelTest(asdict(channels.test(pk, actor=request.user))).data)


class AlertRules(View):
    """The rules."""

    @accepts(query=ListQuery, returns={200: [AlertRuleBody]})
    def get(self, request: Request) -> Response:
        """200 the list, by name."""
        page = rules.listed(actor=request.user, place=self.place("alert rules"), size=self.query["page_size"])
        return self.listed("alert rules", page, AlertRuleBody(page.rows, many=True).data)

    @accepts(body=AlertRuleFields, returns={201: AlertRuleBody}, refuses=(409,))
    def post(self, request: Request) -> Response:
        """201 the rule."""
        made = rules.create(actor=request.user, **self.values)
        body = AlertRuleBody(rules.get(made.pk, actor=request.user)).data
        return Response(body, status=201, headers={"Location": f"/api/alerts/rules/{made.pk}/"})


class OneAlertRule(View):
    """A rule."""

    @accepts(returns={200: AlertRuleBody})
    def get(self, request: Request, pk: int) -> Response:
        """200 the rule."""
        return Response(AlertRuleBody(rules.get(pk, actor=request.user)).data)

    @accepts(body=AlertRuleFields, returns={200: AlertRuleBody}, refuses=(409,))
    def put(self, request: Request, pk: int) -> Response:
        """200 the rule."""
        rules.update(pk, actor=request.user, **self.values)
        return self.get(request, pk)

    patch = put

    @accepts(returns={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """204; what was open of it goes too."""
        rules.delete(pk, actor=request.user)
        return Response(status=204)


class Incidents(View):
    """What is or was wrong."""

    @accepts(query=IncidentsQuery, returns={200: IncidentPage})
    def get(self, request: Request) -> Response:
        """200 {results, next, previous}, newest first."""
        name, state = listing("incidents", self.query), self.query["state"]
        is_open = None if state is None else state == "open"
        place, size = self.place(name), self.query["page_size"]
        page = incidents.listed(actor=request.user, is_open=is_open, kind=self.query["kind"], place=place, size=size)
        return self.paged(name, page, IncidentBody(page.rows, many=True).data)


class Messages(View):
    """What channels were told."""

    @accepts(query=MessagesQuery, returns={200: MessagePage})
    def get(self, request: Request) -> Response:
        """200 {results, next, previous}, newest first."""
        name = listing("messages", self.query)
        place, size = self.place(name), self.query["page_size"]
        page = messages.listed(actor=request.user, status=self.query["status"], place=place, size=size)
        return self.paged(name, page, MessageBody(page.rows, many=True).data)
