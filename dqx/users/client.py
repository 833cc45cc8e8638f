"""Where a request comes from."""

from django.conf import settings
from django.http import HttpRequest


def address_of(request: HttpRequest) -> str:
    """The address of the client: of the connection, or what the outermost of our own proxies saw (DQX_PROXIES).

    What stands further left in X-Forwarded-For the client may have written itself.
    """
    seen = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    if settings.PROXIES and len(seen) >= settings.PROXIES:
        return str(seen[-settings.PROXIES])
    return str(request.META.get("REMOTE_ADDR", ""))
