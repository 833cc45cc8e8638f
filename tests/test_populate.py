"""Populate, once: works, refused and nothing changed."""

import pytest

from scripts_app.models import Run
from tests import steps

pytestmark = pytest.mark.django_db(transaction=True)


def test_populate_fills_the_staging_table(author):
    script = steps.new_script(author)
    run = steps.succeeded(steps.run_populate(script, author))
    assert run.n_rows == 1
    assert [row[:4] for row in steps.staged(script)] == [("R1", "S1", "u1", "v")]


def test_a_failed_populate_keeps_what_was_staged(author):
    script = steps.new_script(author)
    steps.succeeded(steps.run_populate(script, author))
    script.content = steps.FIVE.replace("'u1'", "NULL")
    script.save()
    run = steps.run_populate(script, author)
    assert run.status == Run.Status.FAILED
    assert run.error["code"] == "key_missing"
    assert len(steps.staged(script)) == 1
