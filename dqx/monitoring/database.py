"""The database, asked short questions on a session of their own, so that one that hangs holds nobody else's."""

from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings

from dqx.sql import SOON, Reader

# Takes a query and, where it has some, its parameters; answers with rows.
Ask = Callable[..., list[dict[str, Any]]]


def reader(seconds: float) -> Reader:
    """A session of the owner's that can only read, whose statements end after so many seconds."""
    owner: Mapping[str, Any] = settings.DATABASES["default"]
    brief = {**SOON, "application_name": "dqx monitoring"}
    return Reader(seconds, {**owner, "OPTIONS": {**owner.get("OPTIONS", {}), **brief}})
