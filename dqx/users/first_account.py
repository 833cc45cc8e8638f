"""The account that the first start makes."""

import secrets

from dqx import environment
from dqx.users.models import User


def ensure() -> str | None:
    """Make the first admin where there is none, as DQX_ADMIN_USERNAME and DQX_ADMIN_PASSWORD say.

    Returns:
        What to tell the person who starts DQX, once: with a random password when none was given. None when there is an admin.
    """
    if User.objects.filter(is_superuser=True, is_active=True).exists():
        return None
    name = environment.text("DQX_ADMIN_USERNAME", "admin")
    given = environment.text("DQX_ADMIN_PASSWORD")
    password = given or secrets.token_urlsafe(12)
    User.objects.create_superuser(name, f"{name}@localhost", password)
    return f"first account: {name}, password {'as set in DQX_ADMIN_PASSWORD' if given else password}"
