"""What the API takes and gives of the versions of a script's text."""

from rest_framework import serializers

from dqx.rest.bodies import Query, Strict
from dqx.rest.fields import Whole
from scripts_app.bodies import LARGEST_ID, PersonBody
from scripts_app.models import Version


class VersionQuery(Query):
    """With which other version to compare; the one before it where none is named."""

    against = serializers.IntegerField(min_value=1, max_value=LARGEST_ID, default=None)


class RestoreFields(Strict):
    """What a restore may be told."""

    version = Whole(
        min_value=1, max_value=LARGEST_ID, required=False, allow_null=True, help_text="The newest one that was seen."
    )


class VersionBody(serializers.ModelSerializer):
    """A version: who saved it, when, and how many lines came and went. `connection` is null for this database."""

    author = PersonBody(allow_null=True)
    connection = serializers.SerializerMethodField()
    added = serializers.IntegerField(source="n_added")
    removed = serializers.IntegerField(source="n_removed")
    is_current = serializers.BooleanField()

    class Meta:
        model = Version
        fields: tuple[str, ...] = (
            "n", "name", "content_hash", "connection", "author", "created_at", "restored_from", "added", "removed", "is_current",
        )  # fmt: skip

    def get_connection(self, version: Version) -> str | None:
        """The name that the connection had then."""
        return version.connection_name or None


class OneVersionBody(VersionBody):
    """A version with its text, and the unified diff against version `against`; null where there is none before it."""

    against = serializers.IntegerField(allow_null=True)
    diff = serializers.CharField(help_text="Empty where the texts are the same.")

    class Meta(VersionBody.Meta):
        fields = (*VersionBody.Meta.fields, "content", "against", "diff")


class VersionPage(serializers.Serializer):
    """A page of versions."""

    results = VersionBody(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
