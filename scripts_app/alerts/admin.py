"""Alerts in the admin: channels and rules are written through the same operations as by the API; the rest is to look at."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from dqx.admin_tools import OperationAdmin, OperationForm, ReadOnlyAdmin
from scripts_app.alerts import channels, rules, shape
from scripts_app.databases import vault
from scripts_app.models import AlertRule, Channel, Incident, Message, Trouble

GROUP = "Alerts"


class ChannelForm(OperationForm):
    """A way to people; its address and key are written and never read."""

    addresses = forms.CharField(
        required=False, widget=forms.Textarea(attrs={"rows": 3}), help_text="Of a mail: one on a line."
    )
    url = forms.CharField(
        required=False,
        max_length=2_000,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text="Of a webhook, or as Apprise has it. Kept encrypted and never shown; leave it empty to keep the one that is there.",
    )
    signing_key = forms.CharField(
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="The key that signs what a webhook gets. Leave it empty to keep the one that is there.",
    )

    class Meta:
        model = Channel
        fields = ("name", "kind", "addresses", "pause_minutes")

    main_field = "url"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["addresses"] = "\n".join(self.instance.addresses)

    def clean_addresses(self) -> list[str]:
        """As a list."""
        return str(self.cleaned_data["addresses"]).split()

    def check(self, values: dict[str, Any]) -> None:
        """As the operation would refuse it."""
        given = {name: value for name, value in values.items() if name not in ("url", "signing_key")}
        shape.check(Channel(pk=self.instance.pk, **given), values["url"], values["signing_key"])
        vault.encrypt(values["url"])


@admin.register(Channel)
class ChannelAdmin(OperationAdmin):
    """Channels; for admins."""

    group = GROUP
    form = ChannelForm
    list_display = ("name", "kind", "target", "has_key", "pause_minutes")
    list_filter = ("kind",)
    search_fields = ("name",)
    actions = ("test_selected",)

    def save_model(self, request: HttpRequest, obj: Channel, form: Any, change: bool) -> None:
        """Save, with the address encrypted where one was given."""
        given = form.cleaned_data
        channels.save(obj, actor=request.user, url=given["url"], secret=given["signing_key"])

    def delete_model(self, request: HttpRequest, obj: Channel) -> None:
        """With its messages."""
        channels.delete(obj.pk, actor=request.user)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Channel]) -> None:
        """Each with its messages."""
        for channel in queryset:
            self.attempt(request, lambda pk=channel.pk: channels.delete(pk, actor=request.user))  # type: ignore[misc]

    @admin.action(description="Send a test by the selected channels")
    def test_selected(self, request: HttpRequest, queryset: QuerySet[Channel]) -> None:
        """Send, and tell how it went."""
        for channel in queryset:
            found = channels.test(channel.pk, actor=request.user)
            self.message_user(request, f"{channel}: {found.message}", messages.SUCCESS if found.ok else messages.ERROR)


class AlertRuleForm(OperationForm):
    """Who hears of what."""

    on = forms.MultipleChoiceField(choices=Trouble.choices, widget=forms.CheckboxSelectMultiple)
    channels = forms.ModelMultipleChoiceField(Channel.objects.all(), required=False)

    class Meta:
        model = AlertRule
        fields = ("name", "on", "threshold", "scripts", "rules", "sources", "is_active")

    def check(self, values: dict[str, Any]) -> None:
        """As the operation would refuse it."""
        rules.check({name: value for name, value in values.items() if name != "channels"})
        rules.check_scripts(values["scripts"], self.instance.scripts)


@admin.register(AlertRule)
class AlertRuleAdmin(OperationAdmin):
    """Rules."""

    group = GROUP
    form = AlertRuleForm
    list_display = ("name", "on", "threshold", "is_active", "owner")
    list_filter = ("is_active",)
    search_fields = ("name",)
    list_select_related = ("owner",)

    def save_model(self, request: HttpRequest, obj: AlertRule, form: Any, change: bool) -> None:
        """Create or update."""
        hearing = [channel.pk for channel in form.cleaned_data["channels"]]
        values = {**form.cleaned_data, "channels": hearing}
        saved = (
            rules.update(obj.pk, actor=request.user, **values) if change else rules.create(actor=request.user, **values)
        )
        obj.__dict__.update(saved.__dict__)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """The operation has saved the channels."""

    def delete_model(self, request: HttpRequest, obj: AlertRule) -> None:
        """With what was open of it."""
        rules.delete(obj.pk, actor=request.user)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[AlertRule]) -> None:
        """Each with what was open of it."""
        for rule in queryset:
            self.attempt(request, lambda pk=rule.pk: rules.delete(pk, actor=request.user))  # type: ignore[misc]


@admin.register(Incident)
class IncidentAdmin(ReadOnlyAdmin):
    """What is and was wrong."""

    group = GROUP
    list_display = ("kind", "title", "alert_rule", "n_rows", "opened_at", "closed_at")
    list_filter = ("kind", "closed_at")
    search_fields = ("title",)
    list_select_related = ("alert_rule",)


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    """What channels were told."""

    group = GROUP
    list_display = ("title", "channel", "status", "n_attempts", "error", "created_at", "sent_at")
    list_filter = ("status", "channel")
    list_select_related = ("channel",)
