"""Who may read the figures."""

import base64
import binascii
import hmac
from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest
from django.http.request import split_domain_port

# Headers by which a proxy says that it passes on the request of somebody else.
PROXIED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_REAL_IP", "HTTP_FORWARDED", "HTTP_VIA")


def may_read_figures(request: HttpRequest) -> bool:
    """Whether a request carries DQX_METRICS_TOKEN; where none is set, whether it comes from this machine and through no proxy."""
    if settings.METRICS_TOKEN:
        return hmac.compare_digest(_token(request).encode(), settings.METRICS_TOKEN.encode())
    # By a name of this machine too: a page of elsewhere whose name was made to lead here (DNS rebinding) is not of here.
    host, _ = split_domain_port(request.META.get("HTTP_HOST", ""))
    is_ours = _is_loopback(request.META.get("REMOTE_ADDR", "")) and (host == "localhost" or _is_loopback(host))
    return is_ours and not any(name in request.META for name in PROXIED)


def _token(request: HttpRequest) -> str:
    """The token of a request, as a Bearer's or as the password of Basic; "" without."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return given.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(given, validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address.strip("[]")).is_loopback
    except ValueError:
        return False
