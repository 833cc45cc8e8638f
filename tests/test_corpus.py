"""Scripts that must be accepted, refused or decided one way, and scripts that try to do harm when they run. See tests/corpus."""

import json
import time
from datetime import date

import pytest

from dqx import sql
from dqx.errors import LONGEST_MESSAGE, DQXError
from dqx.sql import Reader, lines
from scripts_app import scripts
from scripts_app.models import Run, Script
from tests import corpus, steps
from tests.corpus import harness
from tests.corpus.harness import Attack

pytestmark = pytest.mark.django_db(transaction=True)
# Words of our own SQL, which must never show.
OURS = ("dqx.script", "refcursor", "FETCH 0", "AS q)", "TO STDOUT", "FROM STDIN", "_load")

ACCEPTED = [*corpus.cases("accept"), *(case for case in corpus.cases("either") if case.fields["answer"] == "accept")]
REFUSED = [*corpus.cases("reject"), *(case for case in corpus.cases("either") if case.fields["answer"] == "reject")]

# What nothing inside a database stops (docs/deployment.md). DQX itself must not wait for it.
NOT_STOPPED = {
    "085_repeat_1gb": "a value may take a gigabyte; only a limit on the server's processes bounds it",
    "087_json_agg_bomb": "so may an aggregate; the same limit ends it",
    "089_strpos_no_interrupt": "the loop never looks whether it shall stop; the role's connection limit bounds how many there are",
    "128_strpos_at_run_time": "the same, when it runs",
    "109_function_source": "the catalogs are readable by every role; secrets don't belong into function bodies",
}


def each(cases):
    return pytest.mark.parametrize("case", cases, ids=[case.name for case in cases])


@pytest.fixture(scope="module")
def lacking(django_db_setup, django_db_blocker):
    """The objects of the corpus; gives what of it the server lacks."""
    with django_db_blocker.unblock():
        found = harness.make_objects()
        yield found
        harness.drop_objects()


@pytest.fixture(autouse=True)
def limits(settings, lacking, monkeypatch):
    monkeypatch.setattr(lines, "PATIENCE", 1.0)
    settings.SOURCE_SCHEMAS = ["public", "dq_src"]
    settings.CHECK_SECONDS = 2
    settings.POPULATE_SECONDS = 2
    settings.POPULATE_ROWS = 100_000
    settings.POPULATE_BYTES = 20_000_000


@pytest.fixture
def author(db):
    return steps.somebody()


def skip_without(case, lacking):
    needed = case.fields.get("needs")
    if needed in lacking:
        pytest.skip(f"this PostgreSQL has no {needed}")


@each(ACCEPTED)
def test_it_is_accepted_and_gives_exactly_its_rows(case, author, lacking):
    skip_without(case, lacking)
    script = steps.new_script(author, case.text)
    run = steps.succeeded(steps.run_populate(script, author))
    staged = steps.staged(script)
    assert len(staged) == run.n_rows == int(case.fields["rows"])
    if "md5" in case.fields:
        assert steps.checksum(staged) == case.fields["md5"]


@each(REFUSED)
def test_it_is_refused_and_nothing_changes(case, author):
    script = steps.new_script(author)
    steps.succeeded(steps.run_populate(script, author))
    staged, before = steps.staged(script), harness.picture()
    try:
        scripts.update(script.pk, actor=author, content=case.text)
    except DQXError as exc:
        told = exc.as_dict()
        assert harness.picture() == before
        with pytest.raises(DQXError):
            steps.new_script(author, case.text, name="another")
        assert harness.picture() == before
    else:
        told = refused_at_populate(script, author)
    assert steps.staged(script) == staged
    assert told["code"] == case.fields.get("code", told["code"])
    assert_clear(told)


def refused_at_populate(script, author):
    script.refresh_from_db()
    before = harness.picture()
    run = steps.run_populate(script, author)
    assert run.status == Run.Status.FAILED
    assert harness.picture() == before
    return run.error


def assert_clear(told):
    assert 10 <= len(told["message"]) <= LONGEST_MESSAGE
    assert told["code"] not in ("internal", "database_away")
    assert not [words for words in OURS if words in json.dumps(told, ensure_ascii=False)]


VALUES = {
    "NULL": None,
    "''": "",
    r"'\N'": r"\N",
    r"'\.'": r"\.",
    r"E'a\tb\nc\rd\\e'": "a\tb\nc\rd\\e",
    "repeat('😀', 2000)": "😀" * 2000,
    "true": "true",
    "1.10": "1.10",
    "0.1::float8": "0.1",
    "7::smallint": "7",
    "ARRAY['a', 'b c', NULL]": '{a,"b c",NULL}',
    "ROW(1, 'x')": "(1,x)",
    r"'\xdead'::bytea": r"\xdead",
    "interval '1 day 2 hours'": "1 day 02:00:00",
    "timestamptz '2024-01-01 12:00+02'": "2024-01-01 10:00:00+00",
    """'{"b": 1, "a": [null]}'::jsonb""": '{"a": [null], "b": 1}',
    "'2001:db8::1'::inet": "2001:db8::1/128",
    "'abc  '::char(5)": "abc",
    "daterange('2024-01-01', NULL)": "[2024-01-01,)",
}
DATES = {
    "NULL": None,
    "DATE '0001-01-01'": date.min,
    "DATE '9999-12-31'": date.max,
    "TIMESTAMP '2024-02-29 23:59:59.9'": date(2024, 2, 29),
    "TIMESTAMPTZ '2024-02-28 23:30-05'": date(2024, 2, 29),
    "'2024-02-29'": date(2024, 2, 29),
    "'2024-02-29 10:00'::text": date(2024, 2, 29),
    "'20240229'::varchar": date(2024, 2, 29),
}


@pytest.mark.parametrize(("value", "arrived"), VALUES.items(), ids=list(VALUES))
def test_a_value_arrives_as_it_is_and_needs_no_cast(value, arrived, author):
    script = steps.new_script(author, steps.FIVE.replace("'v'", value))
    steps.succeeded(steps.run_populate(script, author))
    assert steps.staged(script)[0][3] == arrived


@pytest.mark.parametrize(("value", "arrived"), DATES.items(), ids=list(DATES))
def test_a_date_arrives_from_every_type_that_has_one(value, arrived, author):
    script = steps.new_script(author, steps.FIVE.replace("DATE '2024-01-01'", value))
    steps.succeeded(steps.run_populate(script, author))
    assert steps.staged(script)[0][4] == arrived


@pytest.mark.parametrize("style", ["ISO, DMY", "ISO, MDY"])
def test_a_date_in_a_text_is_the_same_whatever_the_server_is_set_to(style, author):
    script = steps.new_script(author, steps.FIVE.replace("DATE '2024-01-01'", "'2024-02-01'::text"))
    ambiguous = steps.new_script(author, steps.FIVE.replace("DATE '2024-01-01'", "'02.01.2024'::text"), name="another")
    sql.execute(f"SET datestyle = '{style}'")
    try:
        steps.succeeded(steps.run_populate(script, author))
        assert steps.run_populate(ambiguous, author).error["code"] == "row_misfit"
    finally:
        sql.execute("RESET datestyle")
    assert steps.staged(script)[0][4] == date(2024, 2, 1)


@each(corpus.cases("attack"))
def test_it_does_no_harm(case, author, lacking):
    skip_without(case, lacking)
    attack = Attack()
    with attack.going_on():
        sql.value("SELECT pg_advisory_lock(777)")
        before = own_session(case)
        started = time.monotonic()
        staging, told = attempt(case, author)
        assert time.monotonic() - started < 6
        if case.name not in NOT_STOPPED:
            assert not attack.harm(case.fields["check"], staging, told)
            assert steps.eventually(harness.no_script_runs)
        assert attack.stays_within_its_memory()
        assert own_session(case) == before
        assert not next_session(case)
        assert sql.value("SELECT pg_advisory_unlock(777)")


def attempt(case, author):
    """Save and populate; the table with the result, and all that was told."""
    try:
        script = steps.new_script(author, case.text)
    except DQXError as exc:
        assert_clear(exc.as_dict())
        return harness.REFUSED, words_of(exc.as_dict())
    run = steps.run_populate(script, author)
    assert run.status in (Run.Status.SUCCEEDED, Run.Status.FAILED)
    return script.staging, words_of(run.error or {})


def words_of(error):
    """What PostgreSQL had to say, without our code."""
    return json.dumps({name: said for name, said in error.items() if name != "code"}, ensure_ascii=False)


def own_session(case):
    """What the attack asks of the session that runs it, asked of the owner's."""
    return sql.value(case.fields.get("check-session", "SELECT false"))


def next_session(case):
    """The same, asked of the next session that runs a script."""
    with Reader(5) as reader, reader.connection.cursor() as cursor:
        cursor.execute(case.fields.get("check-session", "SELECT false"))
        return cursor.fetchone()[0]


def test_the_corpus_is_whole():
    """A script that lost its first line would silently be a part of the one before."""
    assert {kind: len(corpus.cases(kind)) for kind in ("accept", "reject", "either", "attack")} == {
        "accept": 55,
        "reject": 94,
        "either": 18,
        "attack": 65,
    }
    assert Script.objects.count() == 0
