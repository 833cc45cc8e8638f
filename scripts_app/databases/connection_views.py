"""The page of connections; what it shows and does goes through the API."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from dqx.users.permissions import require

SSL_MODES = (
    ("disable", "Never encrypted"),
    ("prefer", "Encrypted if the server can"),
    ("require", "Always encrypted"),
    ("verify-ca", "Always encrypted, certificate from a known authority"),
    ("verify-full", "Always encrypted, certificate of this very host"),
)


@login_required
def connections(request: HttpRequest) -> HttpResponse:
    """The connections, for admins."""
    require(request.user, "scripts.view_connection")
    return render(request, "connections.html", {"modes": SSL_MODES, "has_keys": bool(settings.ENCRYPTION_KEYS)})
