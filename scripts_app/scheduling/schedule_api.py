"""/api/scheduler/."""

from rest_framework.request import Request
from rest_framework.response import Response

from dqx.rest.doors import View, accepts
from scripts_app.bodies import RunBody
from scripts_app.models import Run
from scripts_app.scheduling import due_time_catalogue, schedule_catalogue, schedules
from scripts_app.scheduling.due_time_bodies import DueTimeBody, DueTimePage, DueTimesQuery
from scripts_app.scheduling.schedule_bodies import (
    ComingBody,
    ComingQuery,
    ScheduleBody,
    ScheduleFields,
    ScheduleQuery,
    SchedulesQuery,
    TimingFields,
    ToggleFields,
)


class Schedules(View):
    """The schedules."""

    @accepts(query=SchedulesQuery, returns={200: [ScheduleBody]})
    def get(self, request: Request) -> Response:
        """200 the list, in the order in which they were made."""
        place, size = self.place("schedules"), self.query["page_size"]
        wanted = {"scripts": self.query["script_id"], "late": self.query["late"], "recent": self.query["recent"]}
        page = schedule_catalogue.listed(actor=request.user, place=place, size=size, **wanted)
        return self.listed("schedules", page, ScheduleBody(page.rows, many=True).data)

    @accepts(body=ScheduleFields, returns={201: ScheduleBody})
    def post(self, request: Request) -> Response:
        """201 the schedule, which acts as the person who made it."""
        schedule = schedules.create(actor=request.user, **self.values)
        body = ScheduleBody(schedule_catalogue.get(schedule.pk, actor=request.user))
        return Response(body.data, status=201, headers={"Location": f"/api/scheduler/{schedule.pk}/"})


class OneSchedule(View):
    """A schedule."""

    @accepts(query=ScheduleQuery, returns={200: ScheduleBody})
    def get(self, request: Request, pk: int) -> Response:
        """200 the schedule."""
        found = schedule_catalogue.get(pk, actor=request.user, recent=self.query["recent"])
        return Response(ScheduleBody(found).data)

    @accepts(query=ScheduleQuery, body=ScheduleFields, returns={200: ScheduleBody})
    def put(self, request: Request, pk: int) -> Response:
        """200 the schedule, told in full."""
        schedules.update(pk, actor=request.user, whole=True, **self.values)
        return self.get(request, pk)

    @accepts(query=ScheduleQuery, body=ScheduleFields, returns={200: ScheduleBody})
    def patch(self, request: Request, pk: int) -> Response:
        """200 the schedule."""
        schedules.update(pk, actor=request.user, **self.values)
        return self.get(request, pk)

    @accepts(returns={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """204; its runs stay in the ledger."""
        schedules.delete(pk, actor=request.user)
        return Response(status=204)


class Toggle(View):
    """Switch a schedule on or off."""

    @accepts(query=ScheduleQuery, body=ToggleFields, returns={200: ScheduleBody})
    def post(self, request: Request, pk: int) -> Response:
        """200 the schedule."""
        schedules.toggle(pk, actor=request.user, **self.values)
        found = schedule_catalogue.get(pk, actor=request.user, recent=self.query["recent"])
        return Response(ScheduleBody(found).data)


class RunNow(View):
    """Do what a schedule says, now."""

    @accepts(returns={202: RunBody}, refuses=(409,))
    def post(self, request: Request, pk: int) -> Response:
        """202 the populate; a publish follows where the schedule has one."""
        trigger = Run.Trigger.PERSON if self.is_by_hand else Run.Trigger.API
        run = schedules.run_now(pk, actor=request.user, trigger=trigger)
        return Response(RunBody(run).data, status=202, headers={"Location": f"/api/runs/{run.pk}/"})


class DueTimes(View):
    """What became of the times at which a schedule was due."""

    @accepts(query=DueTimesQuery, returns={200: DueTimePage})
    def get(self, request: Request, pk: int) -> Response:
        """200 a page, newest first."""
        place, size = self.place("due times"), self.query["page_size"]
        outcomes = self.query["outcome"]
        page = due_time_catalogue.of_schedule(pk, actor=request.user, outcomes=outcomes, place=place, size=size)
        return self.paged("due times", page, DueTimeBody(page.rows, many=True).data)


class NextRuns(View):
    """When a schedule comes next."""

    @accepts(query=ComingQuery, returns={200: ComingBody})
    def get(self, request: Request, pk: int) -> Response:
        """200 the times."""
        coming = schedule_catalogue.next_runs(pk, actor=request.user, n=self.query["n"])
        return Response(ComingBody(coming).data)


class Preview(View):
    """What a timing would mean."""

    @accepts(query=ComingQuery, body=TimingFields, returns={200: ComingBody})
    def post(self, request: Request) -> Response:
        """200 the times; nothing is saved."""
        coming = schedule_catalogue.preview(actor=request.user, n=self.query["n"], **self.values)
        return Response(ComingBody(coming).data)
