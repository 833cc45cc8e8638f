"""How many sign-ups there may be, through whichever door."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from rest_framework.throttling import SimpleRateThrottle

from dqx.errors import TooMany
from dqx.users.client import address_of


class SignUpThrottle(SimpleRateThrottle):
    """So many sign-ups an hour from one address; each process of the server counts by itself."""

    scope = "register"

    def get_rate(self) -> str:
        """As the settings have it."""
        return f"{settings.SIGN_UPS_AN_HOUR}/hour"

    def get_cache_key(self, request: Any, view: Any) -> str:
        """By address; a request of Django or of Django REST framework."""
        return f"register-{address_of(request)}"


def count(request: HttpRequest) -> None:
    """Count an attempt to sign up.

    Raises:
        TooMany: there were too many from this address.
    """
    if not SignUpThrottle().allow_request(request, None):  # type: ignore[arg-type]  # it looks at nothing but the address
        raise TooMany("too_many", "There were too many sign-ups from your address. Try again in an hour.")
