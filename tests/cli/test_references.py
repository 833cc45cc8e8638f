"""What rules and sources are called, at the command line: listed, named, changed, deleted, out of and into files."""

import json

import pytest

from tests.api.contract.caller import new_name, select
from tests.cli.test_work import published

pytestmark = pytest.mark.django_db


@pytest.fixture
def pk():
    """An id that has to be quoted in an address."""
    return f"{new_name('CLI')}/1?"


def test_one_is_named_changed_found_and_deleted(dqx, ada, pk):
    made = dqx.does(
        "references", "create", "rules", pk, "Customer missing", "--description", "Every invoice names one."
    )
    assert made.facts == {"id": pk, "name": "Customer missing", "description": "Every invoice names one."}
    assert dqx.does("references", "edit", "rules", pk, "--name", "No customer").facts["name"] == "No customer"
    assert dqx.does("references", "list", "rules").line(pk) == [pk, "No customer", "Every invoice names one."]
    (found,) = dqx.does("references", "list", "rules", "--q", pk, "--json").document
    assert found["rule_name"] == "No customer"
    done = dqx("references", "delete", "rules", pk, "--yes", "--json")
    assert (done.code, json.loads(done.err)["error"]["code"]) == (1, "not_allowed")
    shown = ada.seen("references", "delete", "rules", pk, answers={"[y/N]: ": "y\r"})
    assert "0 bad rows and 0 scripts with this id stay. Delete rule" in " ".join(shown.out.split()) and shown.code == 0
    assert dqx.does("references", "list", "rules", "--q", pk).out.splitlines()[2:] == []


def test_what_is_wrong_is_told_with_its_field(dqx, pk):
    dqx.does("references", "create", "sources", pk, "Billing")
    again = dqx("references", "create", "sources", pk, "Billing")
    assert again.code == 1 and again.err.endswith("already.\n  argument: ID\n")
    assert dqx("references", "edit", "sources", pk).code == dqx("references", "list", "scripts").code == 2
    assert "There is no source" in dqx("references", "edit", "sources", f"{pk}x", "--name", "x").err


def test_ids_without_a_name_are_told_with_their_bad_rows(dqx):
    published(dqx, select("CLI_NAMELESS", "u1", "u2"))
    assert dqx.does("references", "missing", "rules").line("CLI_NAMELESS") == ["CLI_NAMELESS", "2"]
    told = dqx.does("references", "missing", "rules", "--json").document
    assert {"id": "CLI_NAMELESS", "bad_rows": 2} in told["results"]


def test_a_file_goes_out_and_in(dqx, pk, tmp_path):
    dqx.does("references", "create", "rules", pk, "Before")
    file = tmp_path / "rules.csv"
    told = dqx.does("references", "export", "rules", file, "--json").document
    assert (told["file"], told["bytes"]) == (str(file), file.stat().st_size)
    assert dqx.does("references", "export", "rules", "-").out == file.read_text()
    file.write_text(f"id,name\n{pk},After\n{pk}2,New\n")
    looked = dqx.does("references", "import", "rules", file, "--dry-run")
    assert looked.err == "It would be: 1 new, 1 changed, 0 as before.\n"
    assert looked.line(f"{pk}2") == ["3", "new", f"{pk}2", "New"] and looked.line("After")[3] == "Before → After"
    assert dqx("references", "import", "rules", file).code == 2
    assert dqx.does("references", "list", "rules", "--q", f"{pk}2", "--json").document == []
    shown = dqx.seen("references", "import", "rules", file, answers={"[y/N]: ": "y\r"})
    assert shown.code == 0 and "Imported: 1 new, 1 changed, 0 as before." in shown.out
    again = dqx.does("references", "import", "rules", "-", "--yes", "--json", given=file.read_text()).document
    assert (again["added"], again["changed"], again["unchanged"]) == (0, 0, 2)


def test_lines_that_are_wrong_are_told_by_their_number_and_nothing_is_done(dqx, pk):
    done = dqx("references", "import", "rules", "-", "--yes", given=f"id,name\n{pk},x\n{pk},\n{pk},y\n")
    assert done.code == 1 and done.err.splitlines()[1:] == [
        "  line 3: The rule_name is empty.",
        f"  line 4: The id '{pk}' stands in line 2 already.",
    ]
    assert dqx.does("references", "list", "rules", "--q", pk, "--json").document == []


def test_without_a_word_it_says_how_it_is_used(dqx):
    done = dqx("references")
    assert done.code == 2 and done.err.startswith("Usage: dqx references") and "missing" in done.err
