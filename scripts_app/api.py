"""/api/sql_scripts/ and /api/runs/."""

from rest_framework.request import Request
from rest_framework.response import Response

from dqx.rest import ListQuery, PageQuery, View, accepts
from scripts_app import catalogue, populate, publish, review, runs, scripts
from scripts_app.bodies import PopulateFields, RunBody, RunsQuery, ScriptBody, ScriptFields, WaitQuery
from scripts_app.models import Run
from scripts_app.permissions import get_run_for


class Scripts(View):
    """The scripts."""

    @accepts(query=ListQuery)
    def get(self, request: Request) -> Response:
        """200 the list, by name."""
        place, size = self.place("scripts"), self.query["page_size"]
        page = catalogue.scripts(actor=request.user, place=place, size=size)
        return self.listed("scripts", page, [ScriptBody.of(listed) for listed in page.rows])

    @accepts(body=ScriptFields)
    def post(self, request: Request) -> Response:
        """201 the script, its staging table made."""
        script = scripts.create(actor=request.user, **self.values)
        body = ScriptBody.of(catalogue.script(script.pk, actor=request.user))
        return Response(body, status=201, headers={"Location": f"/api/sql_scripts/{script.pk}/"})


class OneScript(View):
    """A script."""

    def get(self, request: Request, pk: int) -> Response:
        """200 the script."""
        return Response(ScriptBody.of(catalogue.script(pk, actor=request.user)))

    @accepts(body=ScriptFields)
    def put(self, request: Request, pk: int) -> Response:
        """200 the script."""
        scripts.update(pk, actor=request.user, **self.values)
        return self.get(request, pk)

    patch = put

    def delete(self, request: Request, pk: int) -> Response:
        """204; its staging table is dropped with it."""
        scripts.delete(pk, actor=request.user)
        return Response(status=204)


class _Start(View):
    def answer(self, run: Run) -> Response:
        """202 the run, or 200 where it was waited for and has ended."""
        seconds = self.query["wait"]
        run = run if seconds is None else runs.wait(run, seconds)
        status = 202 if seconds is None or run.is_active else 200
        return Response(RunBody(run).data, status=status, headers={"Location": f"/api/runs/{run.pk}/"})


class Populate(_Start):
    """Fill a script's staging table."""

    @accepts(query=WaitQuery, body=PopulateFields)
    def post(self, request: Request, pk: int) -> Response:
        """202 the run, or with ?wait= 200 the ended one."""
        return self.answer(populate.request(pk, actor=request.user, trigger=Run.Trigger.API))


class Publish(_Start):
    """Make the bad rows what a script has staged."""

    @accepts(query=WaitQuery)
    def post(self, request: Request, pk: int) -> Response:
        """202 the run, or with ?wait= 200 the ended one, with {new, changed, resolved, unchanged}."""
        return self.answer(publish.request(pk, actor=request.user, trigger=Run.Trigger.API))


class Staging(View):
    """What a script has staged."""

    @accepts(query=PageQuery)
    def get(self, request: Request, pk: int) -> Response:
        """200 {results, next, previous}."""
        listing = f"staging {pk}"
        place, size = self.place(listing), self.query["page_size"]
        page = review.staged_rows(pk, actor=request.user, place=place, size=size)
        return self.paged(listing, page, page.rows)


class Review(View):
    """What a publish would change."""

    def get(self, request: Request, pk: int) -> Response:
        """200 {script, populated_at, n_rows, totals, pairs}."""
        return Response(review.review(pk, actor=request.user))


class Runs(View):
    """The ledger."""

    @accepts(query=RunsQuery)
    def get(self, request: Request) -> Response:
        """200 {results, next, previous}, newest first."""
        place, size = self.place("runs"), self.query["page_size"]
        wanted = {"scripts": self.query["script"], "statuses": self.query["status"]}
        page = catalogue.runs(actor=request.user, **wanted, place=place, size=size)
        return self.paged("runs", page, RunBody(page.rows, many=True).data)


class OneRun(View):
    """A run."""

    def get(self, request: Request, pk: int) -> Response:
        """200 the run."""
        return Response(RunBody(get_run_for(request.user, pk)).data)


class Cancel(View):
    """Ask a run to stop."""

    def post(self, request: Request, pk: int) -> Response:
        """200 the run that has ended; 202 one that ends within two seconds."""
        run = runs.cancel(pk, actor=request.user)
        return Response(RunBody(run).data, status=202 if run.is_active else 200)
