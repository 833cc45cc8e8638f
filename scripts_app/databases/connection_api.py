"""/api/connections/, for admins."""

from rest_framework.request import Request
from rest_framework.response import Response

from dqx.rest.bodies import ListQuery
from dqx.rest.doors import View, accepts
from scripts_app.databases import connections, probe
from scripts_app.databases.connection_bodies import ConnectionBody, ConnectionFields, ConnectionTest, operands


class Connections(View):
    """The connections."""

    @accepts(query=ListQuery, returns={200: [ConnectionBody]})
    def get(self, request: Request) -> Response:
        """200 the list, by name."""
        page = connections.listed(actor=request.user, place=self.place("connections"), size=self.query["page_size"])
        return self.listed("connections", page, ConnectionBody(page.rows, many=True).data)

    @accepts(body=ConnectionFields, returns={201: ConnectionBody}, refuses=(409,))
    def post(self, request: Request) -> Response:
        """201 the connection."""
        made = connections.create(actor=request.user, **operands(self.values))
        body = ConnectionBody(connections.get(made.pk, actor=request.user)).data
        return Response(body, status=201, headers={"Location": f"/api/connections/{made.pk}/"})


class OneConnection(View):
    """A connection."""

    @accepts(returns={200: ConnectionBody})
    def get(self, request: Request, pk: int) -> Response:
        """200 the connection."""
        return Response(ConnectionBody(connections.get(pk, actor=request.user)).data)

    @accepts(body=ConnectionFields, returns={200: ConnectionBody}, refuses=(409,))
    def put(self, request: Request, pk: int) -> Response:
        """200 the connection."""
        connections.update(pk, actor=request.user, **operands(self.values))
        return self.get(request, pk)

    patch = put

    @accepts(returns={204: None}, refuses=(409,))
    def delete(self, request: Request, pk: int) -> Response:
        """204, where no script reads it."""
        connections.delete(pk, actor=request.user)
        return Response(status=204)


class TestConnection(View):
    """Whether a connection works."""

    @accepts(returns={200: ConnectionTest})
    def post(self, request: Request, pk: int) -> Response:
        """200 how it went; a database that can't be reached is an answer too."""
        return Response(probe.as_dict(probe.test_connection(pk, actor=request.user)))
