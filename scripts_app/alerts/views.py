"""The page of alerts; what it shows and does goes through the API."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from dqx.users.permissions import may, require
from scripts_app.models import Channel, Trouble

PAUSES = (
    (0, "no time: each at once"), (15, "15 minutes"), (60, "an hour"), (240, "4 hours"), (480, "8 hours"), (1_440, "a day"),
)  # fmt: skip


@login_required
def alerts(request: HttpRequest) -> HttpResponse:
    """What is wrong, who hears of what, and what was told; the channels for admins."""
    require(request.user, "scripts.view_alertrule")
    told = {
        "may_write": may(request.user, "scripts.change_alertrule"),
        "may_channels": may(request.user, "scripts.change_channel"),
        "kinds": Trouble.choices,
        "channel_kinds": Channel.Kind.choices,
        "pauses": PAUSES,
        "has_keys": bool(settings.ENCRYPTION_KEYS),
        "has_mail": bool(settings.EMAIL_HOST),
    }
    return render(request, "alerts.html", told)
