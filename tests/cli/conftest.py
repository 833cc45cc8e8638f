"""One web and worker for all files of this folder, and people who have signed in."""

import shutil

import pytest

from tests.api.world import emptied_afterwards, standing
from tests.cli.terminal import Dqx
from tests.conftest import PASSWORD


@pytest.fixture(scope="package")
def address(django_db_setup, django_db_blocker, hashed_password, tmp_path_factory):
    folder = tmp_path_factory.mktemp("servers")
    with django_db_blocker.unblock(), emptied_afterwards(), standing(folder, hashed_password) as found:
        yield found


@pytest.fixture(scope="package")
def signed_in(address, tmp_path_factory):
    """The folder of Paula's settings, to copy."""
    paula = Dqx(tmp_path_factory.mktemp("paula") / "dqx", address)
    assert paula.sign_in("paula", PASSWORD).code == 0
    return paula.folder


@pytest.fixture
def stranger(address, tmp_path):
    """Somebody who has not signed in."""
    return Dqx(tmp_path / "dqx", address)


@pytest.fixture
def dqx(stranger, signed_in):
    """Paula, a Publisher, who has signed in."""
    shutil.copytree(signed_in, stranger.folder)
    return stranger
