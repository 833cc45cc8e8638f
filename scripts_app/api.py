"""/api/sql_scripts/ and /api/runs/."""

from rest_framework.request import Request
from rest_framework.response import Response

from dqx.rest.bodies import PageQuery
from dqx.rest.doors import View, accepts
from scripts_app import catalogue, populate, publish, review, scripts
from scripts_app.bodies import (
    NameBody,
    NamesQuery,
    OneRunBody,
    PopulateFields,
    PublishFields,
    RunBody,
    RunPage,
    RunsQuery,
    ScriptBody,
    ScriptChanges,
    ScriptFields,
    ScriptQuery,
    WaitQuery,
)
from scripts_app.ledger import runs
from scripts_app.models import Run
from scripts_app.permissions import get_run_for
from scripts_app.review_bodies import ReviewBody, StagedPage


class Scripts(View):
    """The scripts."""

    @accepts(query=ScriptQuery, returns={200: [ScriptBody]})
    def get(self, request: Request) -> Response:
        """200 the list, by name."""
        place, size = self.place("scripts"), self.query["page_size"]
        wanted = {"words": self.query["q"], "states": self.query["state"]}
        page = catalogue.scripts(actor=request.user, **wanted, place=place, size=size)
        return self.listed("scripts", page, ScriptBody(page.rows, many=True).data)

    @accepts(body=ScriptFields, returns={201: ScriptBody}, refuses=(409, 422))
    def post(self, request: Request) -> Response:
        """201 the script, its staging table made."""
        script = scripts.create(actor=request.user, **self.values)
        body = ScriptBody(catalogue.script(script.pk, actor=request.user))
        return Response(body.data, status=201, headers={"Location": f"/api/sql_scripts/{script.pk}/"})


class ScriptNames(View):
    """Scripts to choose from."""

    @accepts(query=NamesQuery, returns={200: [NameBody]})
    def get(self, request: Request) -> Response:
        """200 [{id, name}], first those whose name begins with what is asked for."""
        return Response(catalogue.names(actor=request.user, words=self.query["q"], most=self.query["limit"]))


class OneScript(View):
    """A script."""

    @accepts(returns={200: ScriptBody})
    def get(self, request: Request, pk: int) -> Response:
        """200 the script."""
        return Response(ScriptBody(catalogue.script(pk, actor=request.user)).data)

    @accepts(body=ScriptChanges, returns={200: ScriptBody}, refuses=(409, 422))
    def put(self, request: Request, pk: int) -> Response:
        """200 the script."""
        scripts.update(pk, actor=request.user, **self.values)
        return self.get(request, pk)

    patch = put

    @accepts(returns={204: None}, refuses=(409,))
    def delete(self, request: Request, pk: int) -> Response:
        """204; its staging table is dropped with it."""
        scripts.delete(pk, actor=request.user)
        return Response(status=204)


class _Start(View):
    @property
    def trigger(self) -> str:
        """Through which door the run is asked for: the pages use this one too."""
        return Run.Trigger.PERSON if self.is_by_hand else Run.Trigger.API

    def answer(self, run: Run) -> Response:
        """202 the run, or 200 where it was waited for and has ended."""
        seconds = self.query["wait"]
        run = run if seconds is None else runs.wait(run, seconds)
        status = 202 if seconds is None or run.is_active else 200
        return Response(RunBody(run).data, status=status, headers={"Location": f"/api/runs/{run.pk}/"})


class Populate(_Start):
    """Fill a script's staging table."""

    @accepts(query=WaitQuery, body=PopulateFields, returns={200: RunBody, 202: RunBody}, refuses=(409, 422))
    def post(self, request: Request, pk: int) -> Response:
        """202 the run, or with ?wait= 200 the ended one."""
        return self.answer(populate.request(pk, actor=request.user, trigger=self.trigger, **self.values))


class Publish(_Start):
    """Make the bad rows what a script has staged."""

    @accepts(query=WaitQuery, body=PublishFields, returns={200: RunBody, 202: RunBody}, refuses=(409,))
    def post(self, request: Request, pk: int) -> Response:
        """202 the run, or with ?wait= 200 the ended one, with {new, changed, resolved, unchanged}."""
        seen = self.values.get("run")
        return self.answer(publish.request(pk, actor=request.user, trigger=self.trigger, seen=seen))


class Staging(View):
    """What a script has staged."""

    @accepts(query=PageQuery, returns={200: StagedPage}, refuses=(409,))
    def get(self, request: Request, pk: int) -> Response:
        """200 {results, next, previous}."""
        listing = f"staging {pk}"
        place, size = self.place(listing), self.query["page_size"]
        page = review.staged_rows(pk, actor=request.user, place=place, size=size)
        return self.paged(listing, page, page.rows)


class Review(View):
    """What a publish would change."""

    @accepts(returns={200: ReviewBody}, refuses=(409,))
    def get(self, request: Request, pk: int) -> Response:
        """200 {script, run, populated_at, populated_by, n_rows, totals, pairs}."""
        return Response(review.review(pk, actor=request.user))


class Runs(View):
    """The ledger."""

    @accepts(query=RunsQuery, returns={200: RunPage})
    def get(self, request: Request) -> Response:
        """200 {results, next, previous}, newest first."""
        place, size = self.place("runs"), self.query["page_size"]
        wanted = {name: self.query[name] for name in ("script", "schedule", "status", "kind", "trigger")}
        page = catalogue.runs(actor=request.user, **wanted, place=place, size=size)
        return self.paged("runs", page, RunBody(page.rows, many=True).data)


class OneRun(View):
    """A run."""

    @accepts(returns={200: OneRunBody})
    def get(self, request: Request, pk: int) -> Response:
        """200 the run, with the text that it ran."""
        return Response(OneRunBody(get_run_for(request.user, pk)).data)


class Cancel(View):
    """Ask a run to stop."""

    @accepts(returns={200: RunBody, 202: RunBody}, refuses=(409,))
    def post(self, request: Request, pk: int) -> Response:
        """200 the run that has ended; 202 one that ends within two seconds."""
        run = runs.cancel(pk, actor=request.user)
        return Response(RunBody(run).data, status=202 if run.is_active else 200)
