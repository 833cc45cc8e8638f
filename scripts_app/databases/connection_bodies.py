"""What the API takes and gives of connections."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from rest_framework import serializers

from dqx.rest.bodies import Strict
from dqx.rest.fields import Choice, Text, Whole
from scripts_app.databases import connections, details, hosts
from scripts_app.databases.details import Details
from scripts_app.models import Connection

LONGEST_PASSWORD = 1_000


class _Target(Strict):
    host = Text(max_length=hosts.LONGEST_HOST)
    port = Whole(min_value=1, max_value=details.LARGEST_PORT, default=5432)
    dbname = Text(max_length=details.LONGEST_WORD)
    user = Text(max_length=details.LONGEST_WORD)
    sslmode = Choice(Connection.SSLMode.choices, default=Connection.SSLMode.PREFER.value)


class ConnectionFields(_Target):
    """A connection as it is written. Without a password, or with an empty one, the one that is kept stays; null forgets it."""

    name = Text(max_length=connections.LONGEST_NAME)
    password = Text(max_length=LONGEST_PASSWORD, allow_blank=True, allow_null=True, default="", write_only=True)
    runs_at_once = Whole(
        min_value=1,
        max_value=connections.MOST_AT_ONCE,
        default=4,
        help_text="How many runs may read it at the same time; others wait.",
    )


def operands(given: Mapping[str, Any]) -> dict[str, Any]:
    """What was given of a connection, by the names that the operations know."""
    return {"username" if name == "user" else name: value for name, value in given.items()}


class ConnectionDetails(_Target):
    """How to reach a database this once; kept and logged nowhere."""

    password = Text(max_length=LONGEST_PASSWORD, allow_blank=True, default="", write_only=True)


class ConnectionChoice(serializers.Field):
    """The name of a stored connection, or details that are used once."""

    default_error_messages = {"invalid": "Give the name of a connection, or an object with host, port, dbname, user, …"}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, "allow_null": True, "default": None, **kwargs})

    def to_internal_value(self, data: Any) -> str | Details:
        """A name, or `Details`."""
        if isinstance(data, str):
            return Text(max_length=connections.LONGEST_NAME).run_validation(data)
        if not isinstance(data, Mapping):
            self.fail("invalid")
        return Details(**ConnectionDetails().run_validation(data))

    def to_representation(self, value: Any) -> Any:
        """Never shown."""
        raise NotImplementedError


class ChoiceSchema(OpenApiSerializerFieldExtension):
    """Either form of a choice."""

    target_class = ConnectionChoice

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Any) -> dict[str, Any]:
        """A name, details, or null."""
        name = {"type": "string", "minLength": 1, "maxLength": connections.LONGEST_NAME}
        details_of_one = auto_schema.resolve_serializer(ConnectionDetails, direction).ref
        return {"oneOf": [name, details_of_one], "nullable": True, "description": str(ConnectionChoice.__doc__)}


class ConnectionBody(serializers.ModelSerializer):
    """A connection, without its secret."""

    user = serializers.CharField(source="username", read_only=True)
    has_password = serializers.SerializerMethodField()
    used_by = serializers.IntegerField(read_only=True, help_text="How many scripts read it.")
    script_names = serializers.ListField(child=serializers.CharField(), read_only=True, help_text="The first of them.")

    class Meta:
        model = Connection
        fields = (
            "id", "name", "host", "port", "dbname", "user", "sslmode", "runs_at_once", "has_password", "used_by", "script_names",
            "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = fields

    def get_has_password(self, connection: Connection) -> bool:
        """Whether one is kept."""
        return bool(connection.secret)


class ConnectionTest(serializers.Serializer):
    """How a test ended. `code` and `message` say why it failed; what is not known is null."""

    ok = serializers.BooleanField()
    code = serializers.CharField(allow_null=True)
    message = serializers.CharField(allow_null=True)
    server_version = serializers.CharField(allow_null=True)
    database = serializers.CharField(allow_null=True)
    user = serializers.CharField(allow_null=True)
    is_superuser = serializers.BooleanField(allow_null=True)
    can_write = serializers.BooleanField(allow_null=True, help_text="Better take a login that can't.")
    latency_ms = serializers.FloatField(allow_null=True)
    tls = serializers.CharField(allow_null=True, help_text="Such as TLSv1.3; null where the line is not encrypted.")
