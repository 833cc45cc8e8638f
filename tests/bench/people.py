"""Who asks for the runs."""

from functools import cache

from dqx.users.models import User


@cache
def actor() -> User:
    """A person who may do everything."""
    return User.objects.create_user("ada", "ada@example.org", is_superuser=True)
