"""What the API takes and gives of schedules."""

from typing import Any

from django.core.validators import RegexValidator
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from dqx.rest.bodies import ListQuery, Query, Strict
from dqx.rest.fields import Choice, Flag, Text, Whole
from scripts_app.bodies import LARGEST_ID, PersonBody, RunBody
from scripts_app.models import Schedule
from scripts_app.scheduling import schedule_times, schedules
from scripts_app.scheduling.due_time_bodies import DueTimeBody
from scripts_app.scheduling.schedule_catalogue import Coming, Listed

MOST_COMING = 100
MOST_RECENT = 50
_DAY = {"type": "string", "enum": [name for day in schedule_times.DAYS for name in (day, day[:3])]}


@extend_schema_field({"oneOf": [_DAY, {"type": "integer", "minimum": 0, "maximum": 7}], "nullable": True})
class DayOfWeek(serializers.Field):
    """monday, mon or 1; both 0 and 7 are Sunday."""

    default_error_messages = {"invalid": "Give a day such as monday, mon or 1; 0 and 7 are Sunday."}

    def to_internal_value(self, data: Any) -> int:
        """0 to 6."""
        names = [day for day in schedule_times.DAYS if isinstance(data, str) and data.lower() in (day, day[:3])]
        if names:
            return schedule_times.DAYS.index(names[0])
        if type(data) is not int or not 0 <= data <= 7:
            self.fail("invalid")
        return int(data) % 7

    def to_representation(self, value: Any) -> Any:
        """Its name."""
        return value


class TimingFields(Strict):
    """When: as a preset with its parts, or as a cron expression."""

    frequency = Choice(Schedule.Frequency.choices, required=False, allow_null=True)
    time = Text(
        required=False,
        allow_null=True,
        validators=[RegexValidator(r"^([01][0-9]|2[0-3]):[0-5][0-9]\Z", "Give hours and minutes, such as 02:05.")],
    )
    day_of_week = DayOfWeek(required=False, allow_null=True)
    day_of_month = Whole(min_value=1, max_value=31, required=False, allow_null=True)
    cron_schedule = Text(max_length=schedule_times.LONGEST, required=False, allow_null=True)
    timezone = Text(max_length=63, required=False, allow_null=True)


class ScheduleFields(TimingFields):
    """A schedule as it is written."""

    job_name = Text(max_length=schedules.LONGEST_NAME)
    script_id = Whole(min_value=1, max_value=LARGEST_ID)
    operation = Choice(Schedule.Operation.choices, default=Schedule.Operation.POPULATE.value)
    is_active = Flag(default=True)
    catch_up = Choice(
        Schedule.CatchUp.choices,
        default=Schedule.CatchUp.RUN_LAST.value,
        help_text="What becomes of times that are missed while DQX is down: the last one is run, or none.",
    )


class ToggleFields(Strict):
    """Which way; the other one than it is where nothing is said."""

    is_active = Flag(required=False)


class SchedulesQuery(ListQuery):
    """Which schedules, and which page of them."""

    script_id = serializers.ListField(child=serializers.IntegerField(min_value=1, max_value=LARGEST_ID), default=list)

    late = serializers.BooleanField(
        default=None, allow_null=True, help_text="Only those that are late, or that are not."
    )
    recent = serializers.IntegerField(
        min_value=0,
        max_value=MOST_RECENT,
        default=0,
        help_text="How many of its newest due times are told of each, as `recent`.",
    )


class ScheduleQuery(Query):
    """How much of a schedule."""

    recent = serializers.IntegerField(min_value=0, max_value=MOST_RECENT, default=0)


class ComingQuery(Query):
    """How many."""

    n = serializers.IntegerField(min_value=1, max_value=MOST_COMING, default=5)


class ScheduleBody(serializers.Serializer):
    """A schedule. `problem` says why it rests although it may be active; `last_run` is the newest run that was done for it.

    It is late when a due time is past for longer than DQX_LATE_SECONDS and nobody has taken it up, or its run has not begun.
    """

    id = serializers.IntegerField(source="schedule.id")
    job_name = serializers.CharField(source="schedule.job_name")
    script_id = serializers.IntegerField(source="schedule.script_id", allow_null=True)
    script_name = serializers.CharField(source="schedule.script.name", allow_null=True, default=None)
    frequency = serializers.ChoiceField(Schedule.Frequency.choices, source="schedule.frequency")
    time = serializers.CharField(allow_null=True, help_text="HH:MM; null for cron.")
    day_of_week = serializers.ChoiceField(schedule_times.DAYS, allow_null=True)
    day_of_month = serializers.IntegerField(allow_null=True)
    cron_schedule = serializers.CharField(source="schedule.cron_schedule")
    timezone = serializers.CharField(source="schedule.timezone")
    operation = serializers.ChoiceField(Schedule.Operation.choices, source="schedule.operation")
    is_active = serializers.BooleanField(source="schedule.is_active")
    description = serializers.CharField(help_text="When, in words.")
    owner = PersonBody(source="schedule.owner", allow_null=True)
    problem = serializers.CharField(allow_null=True)
    catch_up = serializers.ChoiceField(Schedule.CatchUp.choices, source="schedule.catch_up")
    next_run = serializers.DateTimeField(allow_null=True, help_text="In the zone's own time, with its offset.")
    next_due_at = serializers.DateTimeField(
        source="schedule.next_due_at",
        allow_null=True,
        help_text="The first due time that nobody has taken up yet; past where it is late.",
    )
    late = serializers.BooleanField()
    late_since = serializers.DateTimeField(source="late.since", allow_null=True, default=None)
    late_why = serializers.CharField(source="late.why", allow_null=True, default=None)
    last_run = RunBody(allow_null=True)
    last_due = DueTimeBody(allow_null=True)
    recent = DueTimeBody(many=True, help_text="Its newest due times, newest first, as many as were asked for.")
    created_at = serializers.DateTimeField(source="schedule.created_at")
    updated_at = serializers.DateTimeField(source="schedule.updated_at")

    def to_representation(self, instance: Listed) -> dict[str, Any]:
        """As declared."""
        timing = schedules.timing_of(instance.schedule)
        words = schedule_times.in_words(timing.cron_schedule)
        told = super().to_representation({**instance._asdict(), **schedule_times.preset(timing), "description": words})
        return {
            **told,
            "late": instance.late is not None,
            "next_run": instance.next_run and instance.next_run.isoformat(),
        }


class ComingBody(serializers.Serializer):
    """What a timing means. The times are the zone's own, with its offset."""

    cron_schedule = serializers.CharField(source="timing.cron_schedule")
    timezone = serializers.CharField(source="timing.timezone")
    description = serializers.CharField()
    next_runs = serializers.ListField(child=serializers.DateTimeField())

    def to_representation(self, instance: Coming) -> dict[str, Any]:
        """As declared."""
        return {**super().to_representation(instance), "next_runs": [time.isoformat() for time in instance.next_runs]}
