"""What the API gives of due times."""

from typing import Any

from rest_framework import serializers

from dqx.rest.bodies import PageQuery
from dqx.rest.fields import Choice
from scripts_app.models import DueTime, Run
from scripts_app.scheduling.due_time_catalogue import Told

_INSTANT = serializers.DateTimeField()


class DueTimesQuery(PageQuery):
    """Which due times, and which page of them."""

    outcome = serializers.ListField(child=Choice(DueTime.Outcome.choices), default=list)


class DueRunBody(serializers.Serializer):
    """A run that came of a due time."""

    id = serializers.IntegerField()
    status = serializers.ChoiceField(Run.Status.choices)


class DueTimeBody(serializers.Serializer):
    """What became of a due time. It may stand for others right before it, which were missed as well: `n_times` says how many in all.

    `state` is how its last run stands where it ran ("ran" once that is trimmed from the ledger), and else the outcome; `message` is why
    that run failed.
    """

    due_at = serializers.DateTimeField()
    n_times = serializers.IntegerField()
    outcome = serializers.ChoiceField(DueTime.Outcome.choices)
    state = serializers.ChoiceField(sorted({*Run.Status.values, *DueTime.Outcome.values}))
    reason = serializers.CharField(allow_blank=True)
    message = serializers.CharField(allow_null=True)
    run = DueRunBody(allow_null=True)
    publish = DueRunBody(allow_null=True)

    def to_representation(self, instance: Told) -> dict[str, Any]:
        """As declared; thousands are told in a list, so that this is by hand."""
        told = {name: instance[name] for name in ("n_times", "outcome", "state", "reason", "message")}
        runs = {name: _run(instance, name) for name in ("run", "publish")}
        return {"due_at": _INSTANT.to_representation(instance["due_at"]), **told, **runs}


def _run(instance: Told, name: str) -> dict[str, Any] | None:
    pk = instance[f"{name}_id"]
    return None if pk is None else {"id": pk, "status": instance[f"{name}_status"]}


class DueTimePage(serializers.Serializer):
    """A page of due times."""

    results = DueTimeBody(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
