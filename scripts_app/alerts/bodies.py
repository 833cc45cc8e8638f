"""What the API takes and gives of alerts."""

from typing import Any

from rest_framework import serializers

from dqx.rest.bodies import PageQuery, Strict
from dqx.rest.fields import Choice, Flag, Text, Whole
from scripts_app.alerts import address, letter, shape
from scripts_app.alerts.rules import LARGEST_THRESHOLD, MOST_NAMED
from scripts_app.alerts.rules import LONGEST_NAME as LONGEST_RULE_NAME
from scripts_app.bodies import LARGEST_ID, PersonBody
from scripts_app.models import AlertRule, Channel, Incident, Message, Trouble

LARGEST_KEY = 9_223_372_036_854_775_807


class ChannelFields(Strict):
    """A channel as it is written. An empty `url` or `secret` keeps what is there; null forgets the secret."""

    name = Text(max_length=shape.LONGEST_NAME)
    kind = Choice(Channel.Kind.choices)
    addresses = serializers.ListField(
        child=Text(max_length=254), default=list, max_length=shape.MOST_ADDRESSES, help_text="Of a mail."
    )
    url = Text(
        max_length=address.LONGEST_URL,
        allow_blank=True,
        default="",
        write_only=True,
        help_text="Of a webhook, or as Apprise has it; kept encrypted and never told.",
    )
    secret = Text(
        max_length=shape.LONGEST_SECRET,
        allow_blank=True,
        allow_null=True,
        default="",
        write_only=True,
        help_text="The key that signs what a webhook gets.",
    )
    pause_minutes = Whole(
        min_value=0,
        max_value=shape.LONGEST_PAUSE,
        default=480,
        help_text="At most one message in so many minutes; 0 is no limit.",
    )


class ChannelBody(serializers.ModelSerializer):
    """A channel, without its secrets. `target` says where it leads."""

    n_rules = serializers.IntegerField(read_only=True, help_text="How many rules use it.")

    class Meta:
        model = Channel
        fields = (
            "id", "name", "kind", "addresses", "target", "has_key", "pause_minutes", "quiet_until", "n_rules", "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = fields


class ChannelName(serializers.Serializer):
    """What a channel is called."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(Channel.Kind.choices)


class ChannelTest(serializers.Serializer):
    """How a test went, in words; `code` says why it failed, null where it did not."""

    ok = serializers.BooleanField()
    code = serializers.CharField(allow_null=True)
    message = serializers.CharField()


class AlertRuleFields(Strict):
    """A rule as it is written. An empty list of scripts, rules or sources is all of them."""

    name = Text(max_length=LONGEST_RULE_NAME)
    on = serializers.ListField(child=Choice(Trouble.choices), min_length=1)
    channels = serializers.ListField(child=Whole(min_value=1, max_value=LARGEST_KEY), default=list, max_length=100)
    threshold = Whole(
        min_value=0,
        max_value=LARGEST_THRESHOLD,
        default=0,
        help_text="New bad rows of a rule in a source are told when there are more than so many.",
    )
    scripts = serializers.ListField(child=Whole(min_value=1, max_value=LARGEST_ID), default=list, max_length=MOST_NAMED)
    rules = serializers.ListField(child=Text(max_length=20), default=list, max_length=MOST_NAMED)
    sources = serializers.ListField(child=Text(max_length=20), default=list, max_length=MOST_NAMED)
    is_active = Flag(default=True)


class AlertRuleBody(serializers.ModelSerializer):
    """Who hears of what. `script_names` has those of the scripts that are there, by id."""

    channels = ChannelName(many=True)
    script_names = serializers.DictField(child=serializers.CharField())
    owner = PersonBody(allow_null=True)

    class Meta:
        model = AlertRule
        fields = (
            "id", "name", "on", "channels", "threshold", "scripts", "script_names", "rules", "sources", "is_active", "owner", "created_at",
            "updated_at",
        )  # fmt: skip


class IncidentsQuery(PageQuery):
    """Which incidents."""

    state = Choice(["open", "over"], default=None, help_text="Both where it is not given.")
    kind = Choice(Trouble.choices, default="")


class IncidentBody(serializers.ModelSerializer):
    """Something that is or was wrong, by the rule that asks for it. Rows are those that came since it was opened."""

    alert_rule = serializers.SerializerMethodField()
    sentence = serializers.SerializerMethodField(help_text="What is wrong, for people; the title says where.")

    class Meta:
        model = Incident
        fields = (
            "id", "alert_rule", "kind", "title", "sentence", "script_id", "schedule_id", "rule_id", "source_id", "run_id", "due_at", "why",
            "n_rows", "n_reopened", "examples", "opened_at", "closed_at",
        )  # fmt: skip

    def get_alert_rule(self, incident: Incident) -> str:
        """Its name."""
        return incident.alert_rule.name

    def get_sentence(self, incident: Incident) -> str:
        """As messages and the first page have it."""
        return letter.wrong(incident)


class IncidentPage(serializers.Serializer):
    """A page of incidents."""

    results = IncidentBody(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)


class MessagesQuery(PageQuery):
    """Which messages."""

    status = Choice(Message.Status.choices, default="")


class MessageBody(serializers.ModelSerializer):
    """A message. `content` is what a webhook gets; `error` says why the last attempt failed."""

    channel = ChannelName()
    content = serializers.DictField()

    class Meta:
        model = Message
        fields = (
            "id",
            "channel",
            "status",
            "title",
            "content",
            "n_attempts",
            "next_at",
            "error",
            "created_at",
            "sent_at",
        )


class MessagePage(serializers.Serializer):
    """A page of messages."""

    results = MessageBody(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)


def listing(name: str, query: dict[str, Any]) -> str:
    """The name of a listing with what was asked of it."""
    return " ".join([name, *(str(query[key]) for key in sorted(query) if key not in ("cursor", "page_size"))])
