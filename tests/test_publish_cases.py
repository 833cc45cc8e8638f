"""The cases of tests/data/publish_cases.json, through the real populate and the real publish."""

import json
from datetime import date
from pathlib import Path

import pytest

from dqx import sql
from scripts_app.models import Run
from tests import steps

pytestmark = pytest.mark.django_db(transaction=True)

CASES = json.loads((Path(__file__).parent / "data" / "publish_cases.json").read_text())
# The file's word for each of our counts.
COUNTS = {
    "n_pairs": "pairs",
    "n_new": "key_new",
    "n_changed": "key_changed",
    "n_resolved": "key_gone",
    "n_unchanged": "key_unchanged",
}


@pytest.fixture
def publisher(db):
    return steps.somebody(role="publisher")


@pytest.fixture
def source(db):
    steps.make_source_table()
    yield
    steps.drop_source_table()


def rows_of(listed):
    return [(*row[:4], row[4] and date.fromisoformat(row[4])) for row in listed]


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_publishing_gives_what_the_case_expects(case, source, publisher):
    for row in rows_of(case["initial"]):
        sql.execute("INSERT INTO dq.bad_detail VALUES %(row)s", {"row": row})
    script = steps.new_script(publisher, steps.all_of())
    for step in case["publishes"]:
        steps.fill_source_table(rows_of(step["staging"]))
        populated = steps.run_populate(script, publisher)
        if "error" in step:
            assert populated.status == Run.Status.FAILED
            assert populated.error["code"] in ("key_missing", "key_doubled")
        else:
            steps.succeeded(populated)
            published = steps.succeeded(steps.run_publish(script, publisher))
            assert {ours: getattr(published, ours) for ours in COUNTS} == {
                ours: step["counts"][name] for ours, name in COUNTS.items()
            }
        assert sorted(steps.bad_rows(), key=repr) == sorted(rows_of(step["expected"]), key=repr)
        assert steps.daily_counts_are_right()


def test_the_cases_are_all_there():
    assert len(CASES) == 14
