"""The commands, as a person at a terminal uses them."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from dqx import sql
from reference_app.models import Rule
from scripts_app.models import Run, Script
from tests import steps

pytestmark = pytest.mark.django_db(transaction=True)


def run(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "a.sql").write_text(f"-- First rule\n-- What it is for,\n-- in two lines\n{steps.FIVE};\n")
    (tmp_path / "b.sql").write_text("\ufeff" + steps.FIVE.replace("R1", "R2"))
    (tmp_path / "rules.csv").write_text("rule_id,rule_name,description\nR1,Größe fehlt,why\n")
    return tmp_path


def test_a_folder_becomes_scripts_with_names_descriptions_and_references(admin, folder):
    assert "created" in run("import_scripts", str(folder))
    first, second = Script.objects.order_by("id")
    assert (first.name, first.description, first.owner) == ("First rule", "What it is for,\nin two lines", admin)
    assert (second.name, second.description) == ("b", "")
    assert Rule.objects.get().rule_name == "Größe fehlt"


def test_importing_again_changes_nothing_and_a_changed_file_changes_its_script(admin, folder):
    run("import_scripts", str(folder))
    before = list(Script.objects.order_by("id").values())
    assert "created" not in run("import_scripts", str(folder))
    assert list(Script.objects.order_by("id").values()) == before
    (folder / "b.sql").write_text(steps.FIVE.replace("R1", "R3"))
    assert "changed" in run("import_scripts", str(folder))
    assert "R3" in Script.objects.get(name="b").content


def test_a_file_that_is_refused_is_named(admin, folder):
    (folder / "c.sql").write_text("SELECT 1")
    with pytest.raises(CommandError, match=r"c\.sql: The script has to return exactly"):
        run("import_scripts", str(folder))


def test_two_files_of_one_name_are_refused_before_anything_is_saved(admin, folder):
    (folder / "c.sql").write_text(f"-- b\n{steps.FIVE}")
    with pytest.raises(CommandError, match="both are called 'b'"):
        run("import_scripts", str(folder))
    assert not Script.objects.exists()


def test_populate_review_and_publish_in_the_terminal(admin):
    script = steps.new_script(admin)
    assert "a script" in run("populate", "a script")
    review = run("review", str(script.pk))
    assert "R1" in review
    assert "u1" in review
    assert steps.bad_rows() == []
    run("publish", "a script")
    assert len(steps.bad_rows()) == 1
    assert set(Run.objects.values_list("trigger", "status")) == {("cli", "succeeded")}


def test_a_populate_that_fails_says_why_in_one_line(admin):
    steps.new_script(admin, content=steps.FIVE.replace("'u1'", "NULL"))
    with pytest.raises(CommandError, match="Every row needs rule_id"):
        run("populate", "a script")


def test_a_command_acts_as_whom_it_is_told_to(admin, viewer):
    steps.new_script(admin)
    with pytest.raises(CommandError, match="Your role does not allow"):
        run("populate", "a script", "--as", viewer.username)
    with pytest.raises(CommandError, match="no active person called 'nobody'"):
        run("populate", "a script", "--as", "nobody")


def test_daily_counts_are_proven_and_made_again(publisher, admin):
    script = steps.new_script(publisher)
    steps.succeeded(steps.run_populate(script, publisher))
    steps.succeeded(steps.run_publish(script, publisher))
    assert "every daily count" in run("daily_counts")
    sql.execute("UPDATE dq.bad_detail_daily SET n_rows = 7")
    with pytest.raises(CommandError, match="wrong"):
        run("daily_counts")
    assert "1 counts made" in run("daily_counts", "--rebuild")
    assert "every daily count" in run("daily_counts")
