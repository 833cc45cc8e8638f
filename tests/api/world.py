"""A web, a worker and a cast that stand for as long as several tests look at them from outside, by HTTP."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from dqx.users.models import User
from tests import steps
from tests.api import elsewhere, servers

CAST = {"viewer": "vera", "author": "arthur", "publisher": "paula", "admin": "ada"}


@contextlib.contextmanager
def emptied_afterwards() -> Iterator[None]:
    """The database is as it was once the block has ended: what other processes did is rolled back by nobody."""
    yield
    steps.empty_tables()


@contextlib.contextmanager
def standing(folder: Path, hashed_password: str, **variables: str) -> Iterator[str]:
    """The address of a web with a worker, and somebody of each role.

    Args:
        variables: of the environment.
    """
    for role, name in CAST.items():
        email = f"{name}@example.org"
        User.objects.create(
            username=name, email=email, password=hashed_password, role=role, is_superuser=role == "admin"
        )
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"DQX_ENCRYPTION_KEYS": elsewhere.KEY, **variables}.items():
            patch.setenv(name, value)
        with servers.worker(folder), servers.web(folder) as http:
            yield http.address
