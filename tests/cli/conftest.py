"""One web and worker for all files of this folder, and people who have signed in."""

import shutil

import pytest

from tests.api import elsewhere
from tests.api.contract.caller import new_name
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
    """The folders of settings of Paula and Ada, to copy."""
    people = {name: Dqx(tmp_path_factory.mktemp(name) / "dqx", address) for name in ("paula", "ada")}
    for name, person in people.items():
        assert person.sign_in(name, PASSWORD).code == 0
    return {name: person.folder for name, person in people.items()}


@pytest.fixture
def stranger(address, tmp_path):
    """Somebody who has not signed in."""
    return Dqx(tmp_path / "dqx", address)


@pytest.fixture
def dqx(address, signed_in, tmp_path):
    """Paula, a Publisher, who has signed in."""
    return _copied("paula", address, signed_in, tmp_path)


@pytest.fixture
def ada(address, signed_in, tmp_path):
    """An Admin who has signed in."""
    return _copied("ada", address, signed_in, tmp_path)


def _copied(name, address, signed_in, tmp_path):
    person = Dqx(tmp_path / name / "dqx", address)
    shutil.copytree(signed_in[name], person.folder)
    return person


@pytest.fixture(scope="module")
def there(address, django_db_blocker):
    """Another database."""
    with django_db_blocker.unblock(), elsewhere.database() as found:
        yield found


@pytest.fixture
def far(ada, there):
    """The name of a connection to it."""
    name = new_name("far")
    where = ["--host", there.host, "--port", there.port, "--dbname", there.dbname, "--user", there.user]
    ada.does("connections", "create", name, *where, "--password-stdin", given=f"{there.password}\n")
    return name
