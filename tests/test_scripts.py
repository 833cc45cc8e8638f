"""Saving, changing and deleting scripts."""

import threading

import pytest
from django.db import connection

from dqx import schema_statements as tables
from dqx import sql
from dqx.errors import Conflict, Invalid, NotAllowed, NotFound, NotSignedIn, Refused
from scripts_app import scripts
from scripts_app.models import Run, Script
from tests import steps

pytestmark = pytest.mark.django_db(transaction=True)


def staging_is_there(script: Script) -> bool:
    return sql.value(tables.table_exists(), {"schema": "stg", "table": script.staging})


def test_a_new_script_has_an_empty_staging_table(author):
    script = steps.new_script(author)
    assert steps.staged(script) == []
    assert script.owner == author


def test_a_staging_table_left_from_before_is_no_hindrance(author):
    script = steps.new_script(author)
    pk = script.pk
    Script.objects.filter(pk=pk).delete()
    again = Script(pk=pk)
    sql.execute("SELECT setval(pg_get_serial_sequence('dq.dq_sql_scripts', 'id'), %(pk)s, false)", {"pk": pk})
    assert steps.new_script(author).staging == again.staging


def test_a_script_that_is_deleted_takes_its_staging_table_along(author):
    script = steps.new_script(author)
    pk, staging = script.pk, script.staging
    scripts.delete(pk, actor=author)
    assert not Script.objects.filter(pk=pk).exists()
    assert not sql.value(tables.table_exists(), {"schema": "stg", "table": staging})


def test_what_a_deleted_script_published_stays_and_so_does_its_ledger(publisher):
    script = steps.new_script(publisher)
    steps.succeeded(steps.run_populate(script, publisher))
    steps.succeeded(steps.run_publish(script, publisher))
    scripts.delete(script.pk, actor=publisher)
    assert len(steps.bad_rows()) == 1
    assert Run.objects.filter(script_name="a script", script=None).count() == 2


def test_names_are_unique(author):
    steps.new_script(author)
    with pytest.raises(Conflict, match="already exists"):
        steps.new_script(author)
    assert Script.objects.count() == 1


def test_of_two_scripts_saved_at_once_with_one_name_one_is_refused(author):
    outcomes, barrier = [], threading.Barrier(2)

    def save():
        barrier.wait()
        try:
            steps.new_script(author)
            outcomes.append("saved")
        except Conflict:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=save) for _ in range(2)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(outcomes) == ["refused", "saved"]


def test_a_rename_to_a_taken_name_is_refused_and_changes_nothing(author):
    steps.new_script(author, name="first")
    second = steps.new_script(author, name="second")
    with pytest.raises(Conflict):
        scripts.update(second.pk, actor=author, name="first")
    second.refresh_from_db()
    assert second.name == "second"


@pytest.mark.parametrize("name", ["", "   ", "x" * 256, "a\x00b"])
def test_a_name_has_1_to_255_characters(author, name):
    with pytest.raises(Invalid):
        steps.new_script(author, name=name)


def test_a_refused_text_changes_nothing(author):
    script = steps.new_script(author)
    with pytest.raises(Refused):
        scripts.update(script.pk, actor=author, name="other", content="SELECT 1")
    script.refresh_from_db()
    assert (script.name, script.content) == ("a script", steps.FIVE)


def test_a_refusal_tells_line_and_column(author):
    with pytest.raises(Refused) as refused:
        steps.new_script(author, content=steps.FIVE.replace("'v'", "\n  nothing_of_that_name"))
    assert (refused.value.data["line"], refused.value.data["column"]) == (2, 3)
    assert "nothing_of_that_name" in refused.value.message


@pytest.mark.parametrize(
    ("content", "details"),
    [
        ("SELECT 1 AS rule_id", {"missing": ["source_id", "source_uid", "data_value", "txn_date"]}),
        (steps.FIVE.replace("'v' AS data_value", "'v' AS data_value, 2 AS Data_Value"), {"doubled": ["data_value"]}),
        (steps.FIVE + ", 2 AS colour", {"extra": ["colour"]}),
    ],
)
def test_a_refusal_names_the_columns_that_are_wrong(author, content, details):
    with pytest.raises(Refused) as refused:
        steps.new_script(author, content=content)
    assert refused.value.code == "script_columns"
    assert {key: refused.value.data[key] for key in details} == details


@pytest.mark.parametrize("text", ["'100 %'", "'{}'", "':name'", "'?'", "'%s'", "'%(x)s'", "'{0}'", "'$1'"])
def test_signs_of_other_languages_mean_nothing_special(publisher, text):
    script = steps.new_script(publisher, content=steps.FIVE.replace("'v'", text))
    steps.succeeded(steps.run_populate(script, publisher))
    assert steps.staged(script)[0][3] == text.strip("'")


def test_a_viewer_may_look_and_not_write(viewer, author):
    with pytest.raises(NotAllowed):
        steps.new_script(viewer)
    script = steps.new_script(author)
    with pytest.raises(NotAllowed):
        scripts.delete(script.pk, actor=viewer)
    with pytest.raises(NotAllowed):
        scripts.update(script.pk, actor=viewer, name="mine")
    assert Script.objects.get().name == "a script"


def test_nobody_may_do_anything_and_a_person_who_left_is_nobody(author):
    with pytest.raises(NotSignedIn):
        steps.new_script(None)
    author.is_active = False
    with pytest.raises(NotSignedIn):
        steps.new_script(author)


def test_what_is_not_there_is_said_to_be_not_there(author):
    with pytest.raises(NotFound):
        scripts.delete(987_654, actor=author)


def test_a_script_with_a_run_under_way_is_not_deleted(author):
    script = steps.new_script(author)
    Run.objects.create(
        kind="populate", trigger="cli", script=script, script_name="x", content="", content_hash="", actor=author
    )
    with pytest.raises(Conflict, match="under way"):
        scripts.delete(script.pk, actor=author)
    assert staging_is_there(script)
