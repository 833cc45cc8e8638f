"""/api/sql_scripts/{id}/versions/."""

from rest_framework.request import Request
from rest_framework.response import Response

from dqx.rest.bodies import PageQuery
from dqx.rest.doors import View, accepts
from scripts_app import catalogue, scripts
from scripts_app.bodies import ScriptBody
from scripts_app.versions import versions
from scripts_app.versions.version_bodies import OneVersionBody, RestoreFields, VersionBody, VersionPage, VersionQuery


class Versions(View):
    """The texts that a script had."""

    @accepts(query=PageQuery, returns={200: VersionPage})
    def get(self, request: Request, pk: int) -> Response:
        """200 {results, next, previous}, newest first."""
        listing = f"versions {pk}"
        page = versions.listed(pk, actor=request.user, place=self.place(listing), size=self.query["page_size"])
        return self.paged(listing, page, VersionBody(page.rows, many=True).data)


class OneVersion(View):
    """A text that a script had."""

    @accepts(query=VersionQuery, returns={200: OneVersionBody})
    def get(self, request: Request, pk: int, n: int) -> Response:
        """200 the version, and what it changed."""
        compared = versions.compared(pk, n, self.query["against"], actor=request.user)
        return Response(OneVersionBody(compared).data)


class Restore(View):
    """Let a script have a text again."""

    @accepts(body=RestoreFields, returns={200: ScriptBody}, refuses=(409, 422))
    def post(self, request: Request, pk: int, n: int) -> Response:
        """200 the script."""
        scripts.restore(pk, n, actor=request.user, **self.values)
        return Response(ScriptBody(catalogue.script(pk, actor=request.user)).data)
