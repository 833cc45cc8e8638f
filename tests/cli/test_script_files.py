"""Scripts as files: what is exported and imported is the same script with all its settings."""

import json

import pytest

from tests.api import elsewhere
from tests.api.contract.caller import new_name, select
from tests.cli.test_work import new

pytestmark = pytest.mark.django_db
TEXT = "-- Why\n\n" + elsewhere.SCRIPT + "\n-- ä"


@pytest.fixture
def script(ada, far):
    """One with all that a script can have; its name."""
    name = new_name("with / all: ä")
    words = ["--time-limit", 90, "--description", "why\nso", "--connection", far]
    ada.does("scripts", "create", name, "-f", "-", *words, given=TEXT)
    yield name
    ada.does("scripts", "delete", name, "--yes")
    ada.does("connections", "delete", far, "--yes")


def told(ada, name):
    one = ada.does("scripts", "show", name, "--json").document
    return {field: one[field] for field in ("name", "description", "content", "connection", "time_limit")}


def test_one_is_the_same_after_an_export_and_an_import(ada, script, tmp_path):
    before = told(ada, script)
    folder = tmp_path / "kept"
    assert ada.does("scripts", "export", folder, "--script", script).err == f"1 script in {folder}\n"
    again = ada.does("scripts", "import", folder, "--yes")
    assert again.err == "0 scripts of 1 to add or change.\n"
    ada.does("scripts", "delete", script, "--yes")
    assert ada.does("scripts", "import", folder, "--yes", "--json").document["changes"][0]["new"] is True
    assert told(ada, script) == before


def test_what_differs_is_shown_and_asked_for(ada, script, tmp_path):
    before = told(ada, script)
    ada.does("scripts", "export", tmp_path / "kept", "--script", script)
    ada.does(
        "scripts",
        "edit",
        script,
        "--time-limit",
        0,
        "--description",
        "",
        "-f",
        "-",
        given=f"{elsewhere.SCRIPT} -- other",
    )
    shown = ada.does("scripts", "import", tmp_path / "kept", "--dry-run")
    assert shown.line(script)[1] == "other content, description, time limit"
    asked = ada("scripts", "import", tmp_path / "kept")
    assert asked.code == 2 and "--yes" in asked.err and told(ada, script)["description"] == ""
    ada.does("scripts", "import", tmp_path / "kept", "--yes")
    assert told(ada, script) == before


def test_names_that_lead_to_one_file_have_two(dqx, tmp_path):
    names = [new(dqx, select("FILES", "u1"))]
    names += [f"{names[0]}?", f"{names[0]}!"]
    for name in names[1:]:
        dqx.does("scripts", "create", name, "-f", "-", given=select("FILES", "u1"))
    words = [word for name in names for word in ("--script", name)]
    told = dqx.does("scripts", "export", tmp_path / "kept", *words, "--json").document["scripts"]
    assert [one["name"] for one in told] == names and len({one["file"] for one in told}) == 3
    assert all((tmp_path / "kept" / one["file"]).exists() for one in told)


@pytest.mark.parametrize(
    "wrong", ["{}", "[1]", "1", '[{"name": "x"}]', '[{"name": "x", "file": "../x.sql"}]', "nonsense"]
)
def test_a_folder_that_no_export_wrote_is_refused(dqx, tmp_path, wrong):
    (tmp_path / "scripts.json").write_text(wrong)
    done = dqx("scripts", "import", tmp_path, "--yes")
    assert done.code == 1 and "is no list of scripts" in done.err
    assert dqx("scripts", "import", tmp_path / "nowhere", "--yes").code == 1


def test_one_that_is_refused_is_named_with_its_place(dqx, tmp_path):
    name = new_name("wrong")
    (tmp_path / "x.sql").write_text("SELECT 1,\n  nonsense")
    (tmp_path / "scripts.json").write_text(json.dumps([{"name": name, "file": "x.sql"}]))
    done = dqx("scripts", "import", tmp_path, "--yes")
    assert done.code == 1 and f"'{name}' is refused; those before it are saved." in done.err
    assert done.err.endswith("    nonsense\n    ^\n")
