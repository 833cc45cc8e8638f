"""Populate, once: works, refused and nothing changed."""

import pytest

from dqx.errors import Refused
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


def test_a_script_may_read_bad_rows_and_references_and_nothing_else_of_dqx(publisher):
    script = steps.new_script(publisher, content=steps.FIVE + " WHERE (SELECT count(*) FROM dq.bad_detail) = 0")
    steps.succeeded(steps.run_populate(script, publisher))
    for table in ("dq.users", "dq.dq_sql_scripts", "dq.bad_detail_events", "stg.dq_script_1", "dqx.django_session"):
        with pytest.raises(Refused, match="permission denied"):
            steps.new_script(publisher, content=steps.FIVE + f" WHERE EXISTS (SELECT FROM {table})", name=table)
