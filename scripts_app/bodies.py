"""What the API takes and gives of scripts and runs."""

from typing import Any

from rest_framework import serializers

from dqx.rest.bodies import ListQuery, PageQuery, Query, Strict
from dqx.rest.fields import Choice, Text, Whole
from dqx.users.models import User
from scripts_app.catalogue import State
from scripts_app.databases import connections
from scripts_app.databases.connection_bodies import ConnectionChoice
from scripts_app.models import Run, Script

LONGEST_WAIT = 60
LARGEST_ID = 2**31 - 1
LARGEST_RUN = 2**63 - 1


class ScriptFields(Strict):
    """A script as it is written; the operation judges its parts. `connection` names the database that it reads, null is this one."""

    name = Text(allow_blank=True)
    description = Text(allow_blank=True, default="")
    content = Text(allow_blank=True)
    connection = Text(max_length=connections.LONGEST_NAME, allow_null=True, required=False)
    time_limit = Whole(
        min_value=1,
        max_value=LARGEST_ID,
        allow_null=True,
        required=False,
        help_text="Seconds that a run of it may take; null for as many as the server allows.",
    )


class ScriptChanges(ScriptFields):
    """A script that is there; with the version that was changed, nobody else's change is overwritten unseen."""

    version = Whole(min_value=1, max_value=LARGEST_ID, required=False, allow_null=True)


class ScriptQuery(ListQuery):
    """Which scripts, and which page of them."""

    q = serializers.CharField(trim_whitespace=False, max_length=1000, allow_blank=True, default="")
    state = serializers.ListField(child=Choice([*State]), default=list)


class NamesQuery(Query):
    """Which scripts to choose from."""

    q = serializers.CharField(
        trim_whitespace=False, max_length=1000, allow_blank=True, default="", help_text="In the name."
    )
    limit = serializers.IntegerField(min_value=1, max_value=1000, default=30)


class NameBody(serializers.Serializer):
    """A script by its name."""

    id = serializers.IntegerField()
    name = serializers.CharField()


class PopulateFields(Strict):
    """What a populate may be told."""

    connection = ConnectionChoice()


class PublishFields(Strict):
    """What a publish may be told: the populate that was reviewed, so that nothing is published that nobody has seen."""

    run = Whole(min_value=1, max_value=LARGEST_RUN, required=False, allow_null=True)


class WaitQuery(Query):
    """How many seconds the answer may wait for the run to end."""

    empty_is_absent = False
    wait = serializers.FloatField(min_value=0, max_value=LONGEST_WAIT, default=None)


class RunsQuery(PageQuery):
    """Which runs."""

    script = serializers.ListField(child=serializers.IntegerField(min_value=1, max_value=LARGEST_ID), default=list)
    schedule = serializers.ListField(child=serializers.IntegerField(min_value=1, max_value=LARGEST_ID), default=list)
    status = serializers.ListField(child=Choice(Run.Status.values), default=list)
    kind = serializers.ListField(child=Choice(Run.Kind.values), default=list)
    trigger = serializers.ListField(child=Choice(Run.Trigger.values), default=list)


class PersonBody(serializers.ModelSerializer):
    """Somebody who did something."""

    class Meta:
        model = User
        fields = ("id", "username")


class ProgressBody(serializers.Serializer):
    """How much so far, or in all."""

    rows = serializers.IntegerField(source="n_rows")
    bytes = serializers.IntegerField(source="n_bytes")


class RunError(serializers.Serializer):
    """Why a run failed or was cancelled, as a refusal would say it."""

    code = serializers.CharField()
    message = serializers.CharField()
    details = serializers.DictField()

    def to_representation(self, instance: Any) -> Any:
        """As the ledger has it."""
        return instance


class AttemptBody(serializers.Serializer):
    """An attempt of a run that failed, and was worth another."""

    n = serializers.IntegerField()
    started_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField()
    error = RunError()

    def to_representation(self, instance: Any) -> Any:
        """As the ledger has it."""
        return instance


class RunBody(serializers.ModelSerializer):
    """A run. What it did to the bad rows stands there once a publish has succeeded, and is null before and for a populate.

    `attempt` counts from 1; a queued run is not begun before `not_before`, when its next attempt is made.
    """

    actor = PersonBody(allow_null=True)
    connection = serializers.SerializerMethodField()
    seconds = serializers.FloatField(allow_null=True)
    progress = ProgressBody(source="*")
    pairs = serializers.IntegerField(source="n_pairs", allow_null=True)
    new = serializers.IntegerField(source="n_new", allow_null=True)
    changed = serializers.IntegerField(source="n_changed", allow_null=True)
    resolved = serializers.IntegerField(source="n_resolved", allow_null=True)
    unchanged = serializers.IntegerField(source="n_unchanged", allow_null=True)
    error = RunError(allow_null=True)
    attempts = AttemptBody(many=True, help_text="Those that failed before the present one.")

    class Meta:
        model = Run
        fields: tuple[str, ...] = (
            "id", "kind", "status", "script", "script_name", "content_hash", "schedule", "trigger", "actor",
            "connection", "connection_given",
            "created_at", "started_at", "finished_at", "cancel_requested_at", "seconds", "progress",
            "attempt", "attempts", "not_before", "pairs", "new", "changed", "resolved", "unchanged", "error",
        )  # fmt: skip

    def get_connection(self, run: Run) -> str | None:
        """The name of the stored connection that a populate reads; null for this database and for details that were given once."""
        return run.connection_name or None

    def to_representation(self, instance: Run) -> dict[str, Any]:
        """As declared, without counts where nothing was published."""
        told = super().to_representation(instance)
        if instance.kind != Run.Kind.PUBLISH or instance.status != Run.Status.SUCCEEDED:
            told |= dict.fromkeys(("pairs", "new", "changed", "resolved", "unchanged"))
        return told


class OneRunBody(RunBody):
    """A run, with the text of the script as it was."""

    class Meta(RunBody.Meta):
        fields = (*RunBody.Meta.fields, "content")


class RunPage(serializers.Serializer):
    """A page of the ledger."""

    results = RunBody(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)


class StagedBody(serializers.Serializer):
    """What a script's last good populate staged."""

    run = serializers.IntegerField(source="staged_run_id")
    rows = serializers.IntegerField(source="staged_rows")
    at = serializers.DateTimeField(source="staged_at", allow_null=True)


class ScriptBody(serializers.ModelSerializer):
    """A script of the catalogue, how far it is, what is staged, and its newest run.

    `version` counts its texts; `connection` is null for this database, and `staged` where it was never populated.
    """

    owner = PersonBody(allow_null=True)
    connection = serializers.CharField(source="connection_name", allow_null=True)
    state = serializers.ChoiceField([*State])
    version = serializers.IntegerField()
    staged = StagedBody(source="*", allow_null=True)
    last_run = RunBody(allow_null=True)

    class Meta:
        model = Script
        fields = (
            "id", "name", "description", "content", "content_hash", "version", "connection", "time_limit", "owner",
            "created_at", "updated_at", "state", "staged", "last_run",
        )  # fmt: skip

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """As declared; nothing is staged before the first populate."""
        told = super().to_representation(instance)
        return told if instance.staged_run_id else told | {"staged": None}
