"""A DQX of its own for the tests that kill."""

import pytest

from tests.faults.installation import start_installation
from tests.faults.story import Story


@pytest.fixture(scope="module")
def story():
    with start_installation() as installation:
        story = Story(installation)
        try:
            story.begin()
            yield story
        finally:
            story.end()
