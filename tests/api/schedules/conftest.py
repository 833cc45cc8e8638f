"""A script, and a schedule of it."""

import pytest

from tests import steps
from tests.api.schedules.bodies import made


@pytest.fixture
def script(publisher):
    return steps.new_script(publisher)


@pytest.fixture
def daily(as_publisher, script):
    return made(as_publisher, script, frequency="daily", time="02:05", timezone="Europe/Berlin")
