"""What connections lead to, and the key that their passwords are kept with."""

import pytest

from tests.api import elsewhere


@pytest.fixture(autouse=True)
def key(settings):
    settings.ENCRYPTION_KEYS = [elsewhere.KEY]


@pytest.fixture(scope="module")
def there(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), elsewhere.database() as found:
        yield found
