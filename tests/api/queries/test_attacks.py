"""Attacks through POST /api/query/ do no harm."""

import pytest

from dqx import sql
from tests import corpus, steps
from tests.api.conftest import Api
from tests.api.queries.asking import ask
from tests.corpus import harness

pytestmark = pytest.mark.django_db(transaction=True)
UNSTOPPABLE = {
    "085_repeat_1gb",
    "087_json_agg_bomb",
    "089_strpos_no_interrupt",
    "128_strpos_at_run_time",
    "109_function_source",
}
ATTACKS = [case for case in corpus.cases("attack") if case.name not in UNSTOPPABLE]


@pytest.fixture(scope="module")
def lacking(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        yield harness.make_objects()
        harness.drop_objects()


@pytest.mark.parametrize("case", ATTACKS[::3], ids=[case.name for case in ATTACKS[::3]])
def test_an_attack_does_no_harm(case, lacking, author, settings):
    if case.fields.get("needs") in lacking:
        pytest.skip(f"this PostgreSQL has no {case.fields['needs']}")
    settings.SOURCE_SCHEMAS, settings.QUERY_SECONDS = ["public", "dq_src"], 2
    attack = harness.Attack()
    with attack.going_on():
        sql.value("SELECT pg_advisory_lock(777)")
        before = harness.picture()
        answer = ask(Api(author), case.text)
        assert answer.status_code in (200, 422), answer.content
        told = answer.content.decode() if answer.status_code == 422 else ""
        assert not attack.harm(case.fields["check"], harness.REFUSED, told)
        assert steps.eventually(harness.no_script_runs)
        assert attack.stays_within_its_memory()
        assert harness.picture() == before
        assert sql.value("SELECT pg_advisory_unlock(777)")
