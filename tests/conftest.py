"""What every test may ask for: a clean database, a fixed cast of people, and the runner's login on the test database."""

import pytest
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.db import connection
from django.test import TransactionTestCase

from dqx.users.models import User
from tests import steps

# The hashed names of production need a collected manifest, which is no matter of what a test asks in its own process. Nor are the files:
# who looks for them while another process collects them meets some that are just being replaced.
settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
settings.STATIC_ROOT = None

# After each test whose transactions are real.
TransactionTestCase._fixture_teardown = lambda self: steps.empty_tables()

# Who may do what, what a browser shows and what an answer looks like do not depend on the server's version.
ALIKE = {"pages", "cli", "contract", "roles", "test_openapi.py", "test_addresses.py", "test_errors.py"}
# Everybody's in the cast.
PASSWORD = "correct horse battery"


def pytest_configure(config):
    config.addinivalue_line("markers", "database: needs PostgreSQL; also run on the older versions")
    config.addinivalue_line("markers", "long: takes minutes; run by --long")


def pytest_addoption(parser):
    parser.addoption("--long", action="store_true", help="also run the tests that take minutes")


def pytest_collection_modifyitems(config, items):
    for item in items:
        if item.get_closest_marker("django_db") and ALIKE.isdisjoint(item.path.parts):
            item.add_marker("database")
        if item.get_closest_marker("long") and not config.getoption("--long"):
            item.add_marker(pytest.mark.skip(reason="long; run by --long"))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix):
    """One database an xdist worker; the runner's login goes to the same."""


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The test database, with a source schema that the runner may read."""
    settings.RUNNER_DATABASE["NAME"] = connection.settings_dict["NAME"]
    with django_db_blocker.unblock():
        steps.make_source_schema("dq_src")
        steps.forbid_temporary_tables()
    return django_db_setup


@pytest.fixture(autouse=True)
def clean_cache():
    """Where throttles count."""
    cache.clear()


@pytest.fixture(scope="session")
def hashed_password():
    """The hash is slow on purpose; one is enough for the whole cast."""
    return make_password(PASSWORD)


@pytest.fixture
def make_user(db, hashed_password):
    def make(name: str, role: str = "viewer", **fields) -> User:
        email = f"{name}@example.org"
        return User.objects.create(username=name, email=email, password=hashed_password, role=role, **fields)

    return make


@pytest.fixture
def viewer(make_user):
    return make_user("vera")


@pytest.fixture
def author(make_user):
    return make_user("arthur", "author")


@pytest.fixture
def publisher(make_user):
    return make_user("paula", "publisher")


@pytest.fixture
def admin(make_user):
    return make_user("ada", is_superuser=True)
