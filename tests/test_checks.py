"""`manage.py check`: silent where all is well, and with an id and a hint where it is not."""

import os
import subprocess
import sys

import pytest
from django.db import connection

from dqx import checks
from dqx.environment import BASE_DIR

PRODUCTION = {
    "DQX_SECRET_KEY": "kW7-mQ2_xV9nR4tB8yH3jL6pZ1cF5gD0sA-eU_iOqTwXvYz-0123456789",
    "DQX_ENCRYPTION_KEYS": "u3ZJ0xGg3m3yYc3v8rVd9b1o6b1oZf0yR3m0rWc2m1k=",
    "DQX_ALLOWED_HOSTS": "dqx.example.org",
    "DQX_TRUSTED_ORIGINS": "https://dqx.example.org",
    "DQX_HTTPS": "1",
    "DQX_BEHIND_PROXY": "1",
    "DQX_DEMO": "0",
    "DQX_DEBUG": "0",
    "DQX_SOURCE_SCHEMAS": "public",
    "DJANGO_ALLOW_ASYNC_UNSAFE": "",  # the tests of the pages set it for their own process
}


def check(*arguments, **changed):
    """What `manage.py check` prints and its exit code."""
    ended = subprocess.run(
        [sys.executable, "manage.py", "check", "--fail-level", "WARNING", *arguments],
        env={**os.environ, **PRODUCTION, **changed},
        cwd=BASE_DIR,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return ended.stdout + ended.stderr, ended.returncode


def test_a_deployment_as_it_should_be_has_nothing_to_say():
    assert check("--deploy") == ("System check identified no issues (0 silenced).\n", 0)


@pytest.mark.django_db(transaction=True)
def test_nor_has_its_database():
    urls = {
        name: os.environ[name].rsplit("/", 1)[0] + "/" + connection.settings_dict["NAME"]
        for name in ("DATABASE_URL", "DQX_RUNNER_DATABASE_URL")
    }
    assert check("--deploy", "--database", "default", **urls) == (
        "System check identified no issues (0 silenced).\n",
        0,
    )


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"DQX_HTTPS": "0"}, "security.W0"),
        ({"DQX_DEBUG": "1"}, "security.W018"),
        ({"DQX_SECRET_KEY": "short"}, "security.W009"),
        ({"DQX_ENCRYPTION_KEYS": ""}, "dqx.W001"),
        ({"DQX_RUNNER_DATABASE_URL": ""}, "dqx.E001"),
        ({"DQX_RUNNER_DATABASE_URL": os.environ.get("DATABASE_URL", "")}, "dqx.E002"),
    ],
    ids=["no https", "debug", "weak key", "no encryption key", "no runner", "one login"],
)
def test_what_a_deployment_lacks_is_told(changed, told):
    said, code = check("--deploy", **changed)
    assert code != 0
    assert told in said


@pytest.mark.django_db
def test_a_schema_that_scripts_can_not_read_is_told(settings):
    settings.SOURCE_SCHEMAS = ["public", "nowhere"]
    assert [(found.id, "nowhere" in found.msg) for found in checks.database(["default"])] == [("dqx.W003", True)]


@pytest.mark.django_db
def test_a_runner_that_may_too_much_is_told(settings):
    """The owner's login, were it the runner's."""
    settings.SOURCE_SCHEMAS = ["public"]
    settings.RUNNER_DATABASE = {**settings.RUNNER_DATABASE, "USER": settings.DATABASES["default"]["USER"]}
    found = checks.database(["default"])
    assert {message.id for message in found} == {"dqx.E005", "dqx.W004"}
    assert all(message.hint for message in found)
