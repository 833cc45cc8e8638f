"""Real dirty data: each rule finds exactly its rows; published, they are resolved by clean data and reopened by dirty."""

import gzip
import json
from pathlib import Path

import pytest
from django.conf import settings

from badDetail_app.models import Event
from dqx import sql
from scripts_app import importing
from scripts_app.demo import load
from tests import steps

pytestmark = pytest.mark.django_db(transaction=True)

FOLDER = Path(__file__).parent / "data"
EXPECTED = json.loads((FOLDER / "expected.json").read_text())
RULES = [(name, rule) for name in ("hospital", "flights") for rule in EXPECTED[name]]
DEMO_RULES = sorted(load.RULES.glob("*.sql"))


@pytest.fixture
def publisher(db):
    return steps.somebody(role="publisher")


# --- Hospital and flights ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tables(django_db_setup, django_db_blocker):
    """The dirty and the clean tables."""
    with django_db_blocker.unblock():
        for name in ("hospital", "flights"):
            for state in ("dirty", "clean"):
                load_table(name, state)
        yield
        for name in ("hospital", "flights"):
            sql.execute(f"DROP VIEW IF EXISTS dq_src.{name}; DROP TABLE dq_src.{name}_dirty, dq_src.{name}_clean")


def load_table(name, state):
    """All columns are texts; an empty field is NULL."""
    with gzip.open(FOLDER / name / f"{state}.csv.gz") as file:
        head = file.readline().decode().strip().split(",")
        columns = ", ".join(f"{column.lower()} text" for column in head)
        sql.execute(f"CREATE TABLE dq_src.{name}_{state} ({columns})")
        sql.copy_in(f"COPY dq_src.{name}_{state} FROM STDIN WITH (FORMAT csv)", file)


def show(name, state):
    """Let scripts find the data in this state."""
    sql.execute(f"CREATE OR REPLACE VIEW dq_src.{name} AS TABLE dq_src.{name}_{state}")


def bring_up(script, actor):
    """Populate and publish; the publish's run and what is staged."""
    steps.succeeded(steps.run_populate(script, actor))
    return steps.succeeded(steps.run_publish(script, actor)), steps.staged(script)


def actions(run):
    """The records of each action of a publish."""
    found = {}
    for uid, action in Event.objects.filter(publication=run.pk).values_list("source_uid", "action"):
        found.setdefault(action, set()).add(uid)
    return found


@pytest.mark.parametrize(("name", "rule"), RULES, ids=[rule for _, rule in RULES])
def test_a_rule_finds_the_dirt_and_cleaning_resolves_it(name, rule, tables, publisher):
    expected = EXPECTED[name][rule]
    show(name, "dirty")
    script = steps.new_script(publisher, (FOLDER / name / f"{rule}.sql").read_text())

    run, dirty = bring_up(script, publisher)
    assert (len(dirty), steps.checksum(dirty)) == (expected["rows"], expected["md5"])
    assert (run.n_new, steps.bad_rows()) == (len(dirty), dirty)
    bad = {row[2] for row in dirty}
    assert actions(run) == {"opened": bad}

    show(name, "clean")
    run, clean = bring_up(script, publisher)
    assert (len(clean), steps.checksum(clean)) == (expected["rows_on_clean"], expected["md5_on_clean"])
    assert steps.bad_rows() == clean
    resolved = bad - {row[2] for row in clean}
    assert run.n_resolved == len(resolved)
    assert actions(run).get("resolved", set()) == resolved

    show(name, "dirty")
    run, again = bring_up(script, publisher)
    assert steps.bad_rows() == again == dirty
    assert actions(run).get("reopened", set()) == resolved
    assert steps.daily_counts_are_right()


# --- New York's flights of 2013 -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def flights(django_db_setup, django_db_blocker):
    """The demo's tables."""
    if not Path(settings.DEMO_DATA).is_dir():
        pytest.fail(
            f"The demo's data is not in {settings.DEMO_DATA}. `make test` installs it, or name its folder in DQX_DEMO_DATA."
        )
    with django_db_blocker.unblock():
        load.load_tables(lambda line: None)
        yield
        sql.execute("DROP SCHEMA demo CASCADE")


@pytest.mark.parametrize("file", DEMO_RULES, ids=[file.stem for file in DEMO_RULES])
def test_a_rule_of_the_demo_finds_exactly_its_rows(file, flights, publisher):
    expected = EXPECTED["nycflights13"][file.name[:3]]
    name, _, content = importing.read(file)
    run, staged = bring_up(steps.new_script(publisher, content, name), publisher)
    assert (len(staged), steps.checksum(staged)) == (expected["rows"], expected["md5"])
    assert run.n_new == len(staged)
    assert steps.checksum(steps.bad_rows()) == expected["md5"]
    assert steps.daily_counts_are_right()


def test_the_demo_has_every_rule():
    assert [file.name[:3] for file in DEMO_RULES] == list(EXPECTED["nycflights13"])
    assert sum(rule["rows"] for rule in EXPECTED["nycflights13"].values()) == 66_398
