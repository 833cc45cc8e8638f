"""One web, one worker and one cast for all files of this folder."""

from typing import NamedTuple

import pytest

from tests.api import elsewhere, servers
from tests.api.contract.caller import Caller
from tests.api.world import CAST, emptied_afterwards, standing
from tests.conftest import PASSWORD


class World(NamedTuple):
    """The server's address, and somebody of each role."""

    address: str
    nobody: Caller
    viewer: Caller
    author: Caller
    publisher: Caller
    admin: Caller


@pytest.fixture(scope="package")
def database(django_db_setup, django_db_blocker):
    """The database, for processes that are not ours."""
    with django_db_blocker.unblock(), emptied_afterwards():
        yield


@pytest.fixture(scope="package")
def world(database, hashed_password, tmp_path_factory):
    folder = tmp_path_factory.mktemp("contract")
    with standing(folder, hashed_password, DQX_REGISTRATION_OPEN="1", DQX_LOGIN_ATTEMPTS="4") as address:
        cast = {role: Caller(address, name, PASSWORD) for role, name in CAST.items()}
        yield World(address, Caller(address), **cast)


@pytest.fixture(scope="package")
def lonely(world, tmp_path_factory):
    """A web whose broker is away and whose registration is closed, as it is where nothing is set."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("DQX_REGISTRATION_OPEN")
        with servers.web(tmp_path_factory.mktemp("lonely"), broker="redis://127.0.0.1:9/0") as http:
            yield http.address


@pytest.fixture(scope="package")
def elsewhere_database(database):
    """Another database, for connections to lead to."""
    with elsewhere.database() as found:
        yield found


@pytest.fixture
def nobody(world):
    return world.nobody


@pytest.fixture
def viewer(world):
    return world.viewer


@pytest.fixture
def author(world):
    return world.author


@pytest.fixture
def publisher(world):
    return world.publisher


@pytest.fixture
def admin(world):
    return world.admin
