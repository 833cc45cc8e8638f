"""What the API takes and gives of scripts and runs."""

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from dqx.rest import PageQuery, Query, Strict, Text
from dqx.users.models import User
from scripts_app.catalogue import Listed
from scripts_app.models import Run, Script

LONGEST_WAIT = 60
LARGEST_ID = 2**31 - 1


class ScriptFields(Strict):
    """A script as it is written; the operation judges its parts."""

    name = Text(allow_blank=True)
    description = Text(allow_blank=True, default="")
    content = Text(allow_blank=True)


class PopulateFields(Strict):
    """What a populate may be told."""

    connection = serializers.JSONField(required=False, allow_null=True)

    def validate_connection(self, value: Any) -> None:
        """Not yet; better refused than populated from the wrong database."""
        if value is not None:
            raise ValidationError(
                "Scripts can't be populated from another database yet. Leave it out to read this one."
            )


class WaitQuery(Query):
    """How many seconds the answer may wait for the run to end."""

    empty_is_absent = False
    wait = serializers.FloatField(min_value=0, max_value=LONGEST_WAIT, default=None)


class RunsQuery(PageQuery):
    """Which runs."""

    script = serializers.ListField(child=serializers.IntegerField(min_value=1, max_value=LARGEST_ID), default=list)
    status = serializers.ListField(child=serializers.ChoiceField(Run.Status.values), default=list)


class PersonBody(serializers.ModelSerializer):
    """Somebody who did something."""

    class Meta:
        model = User
        fields = ("id", "username")


class RunBody(serializers.ModelSerializer):
    """A run. What it did to the bad rows stands there once a publish has succeeded, and is null before and for a populate."""

    actor = PersonBody()
    progress = serializers.SerializerMethodField()
    pairs = serializers.IntegerField(source="n_pairs")
    new = serializers.IntegerField(source="n_new")
    changed = serializers.IntegerField(source="n_changed")
    resolved = serializers.IntegerField(source="n_resolved")
    unchanged = serializers.IntegerField(source="n_unchanged")

    class Meta:
        model = Run
        fields = (
            "id", "kind", "status", "script", "script_name", "content_hash", "trigger", "actor",
            "created_at", "started_at", "finished_at", "cancel_requested_at", "seconds", "progress",
            "pairs", "new", "changed", "resolved", "unchanged", "error",
        )  # fmt: skip

    def get_progress(self, run: Run) -> dict[str, int]:
        """Rows and bytes so far, or in all."""
        return {"rows": run.n_rows, "bytes": run.n_bytes}

    def to_representation(self, instance: Run) -> dict[str, Any]:
        """As declared, without counts where nothing was published."""
        told = super().to_representation(instance)
        if instance.kind != Run.Kind.PUBLISH or instance.status != Run.Status.SUCCEEDED:
            told |= dict.fromkeys(("pairs", "new", "changed", "resolved", "unchanged"))
        return told


class ScriptBody(serializers.ModelSerializer):
    """A script, how far it is, and its newest run."""

    owner = PersonBody()

    class Meta:
        model = Script
        fields = ("id", "name", "description", "content", "content_hash", "owner", "created_at", "updated_at")

    @classmethod
    def of(cls, listed: Listed) -> dict[str, Any]:
        """The body of a script of the catalogue."""
        last_run = RunBody(listed.last_run).data if listed.last_run else None
        return {**cls(listed.script).data, "state": listed.state, "last_run": last_run}
