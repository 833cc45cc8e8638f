"""From a text to the bad rows: for people, for programs, at a terminal, into a pipe, and interrupted."""

import csv
import json
import signal
import subprocess
import sys

import pytest

from tests import steps
from tests.api.contract.caller import new_name, select
from tests.cli.terminal import STYLE

pytestmark = pytest.mark.django_db
ENDLESS = select("CLI_ENDLESS", "u1") + " FROM generate_series(1, 100000000000) g WHERE g < 0"


def new(dqx, content):
    """The name of a new script."""
    name = new_name("script")
    dqx.does("scripts", "create", name, "-f", "-", given=content)
    return name


def published(dqx, content):
    name = new(dqx, content)
    dqx.does("populate", name)
    dqx.does("publish", name, "--yes")
    return name


def test_the_whole_road_for_people(dqx):
    name = new(dqx, select("CLI", "u1", "u2"))
    assert name in dqx.does("scripts").out
    populated = dqx.does("populate", name)
    assert (
        "status      succeeded" in populated.out
        and "rows        2" in populated.out
        and f"Populate '{name}'" in populated.err
    )
    assert f"Review of '{name}', 2 rows populated" in dqx.does("review", name).out
    refused = dqx("publish", name)
    assert refused.code == 2 and "--yes" in refused.err
    assert "new         2" in dqx.does("publish", name, "--yes").out
    assert dqx.does("bad", "--rule", "CLI", "--undated").err == "0 of 0 bad rows.\n"
    bad = dqx.does("bad", "--rule", "CLI", "--limit", 1)
    assert [line.split()[:3] for line in bad.out.splitlines()[2:]] == [["CLI", "S1", "u1"]]
    assert bad.err == "1 of 2 bad rows.  --all shows every one.\n"
    ledger = dqx.does("runs", "--script", name).out.splitlines()
    assert [line.split()[1] for line in ledger[2:]] == ["publish", "populate"]


def test_the_whole_road_for_programs(dqx):
    name = new_name("script")
    made = dqx.does("scripts", "create", name, "-f", "-", "--json", given=select("JSON", "u1")).document
    populated = dqx.does("populate", made["id"], "--json")
    assert (populated.document["status"], populated.err) == ("succeeded", "")
    assert dqx.does("review", name, "--json").document["totals"]["new"] == 1
    assert dqx.does("publish", name, "--yes", "--json").document["new"] == 1
    (row,) = map(json.loads, dqx.does("bad", "--rule", "JSON", "--json").out.splitlines())
    assert (row["rule_id"], row["source_uid"]) == ("JSON", "u1")
    assert [json.loads(line)["kind"] for line in dqx.does("runs", "--script", name, "--json").out.splitlines()] == [
        "publish",
        "populate",
    ]
    assert dqx.does("query", "SELECT 1.50::numeric AS a", "--json").document["rows"] == [{"a": "1.50"}]


def test_what_was_populated_after_the_question_is_not_published(dqx):
    name = new(dqx, select("ASKED", "u1"))
    first = dqx.does("populate", name, "--json").document["id"]

    def late():
        dqx.does("populate", name)
        return "y\r"

    shown = dqx.seen("publish", name, answers={"[y/N]: ": late})
    assert shown.code == 1 and "populated again since you reviewed it" in " ".join(shown.out.split())
    assert dqx("publish", name, "--yes", "--reviewed", first).code == 1
    now = dqx.does("review", name, "--json").document["run"]
    assert dqx.does("publish", name, "--yes", "--reviewed", now, "--json").document["new"] == 1


def test_a_script_has_a_description_a_connection_and_a_time_limit(dqx, ada):
    name = new_name("limited")
    create = ["scripts", "create", name, "-f", "-", "--time-limit"]
    made = dqx.does(*create, 90, "--description", "why", given=select("LIMITED", "u1"))
    assert made.facts.items() >= {"description": "why", "time limit": "90 s"}.items() and "connection" not in made.facts
    edit = ["scripts", "edit", name]
    assert ada(*edit, "--connection", "nowhere").err.endswith("  option: --connection\n")
    changed = dqx.does(*edit, "--time-limit", 0, "--connection", "", "--description", "", "--json").document
    assert (changed["time_limit"], changed["connection"], changed["description"]) == (None, None, "")


def test_a_refusal_shows_the_place_and_is_json_for_programs(dqx):
    done = dqx("query", "SELECT 1,\n  nonsense")
    assert (done.code, done.out) == (1, "") and done.err.endswith("    nonsense\n    ^\n")
    done = dqx("query", "SELECT nonsense", "--json")
    assert (done.code, done.out, json.loads(done.err)["error"]["code"]) == (1, "", "query_refused")


def test_a_run_that_fails_is_an_exit_code(dqx):
    name = new(dqx, select("KEY", "u1").replace("'u1'", "NULL::text"))
    done = dqx("populate", name)
    assert done.code == 1 and "status      failed" in done.out and done.err.splitlines()[-1].startswith("Error: ")


def test_wrong_usage_is_2_and_says_where_help_is(dqx):
    for words in (
        ["nonsense"],
        ["bad", "--limit", "0"],
        ["query"],
        ["bad", "--all", "--limit", "1"],
        ["scripts", "create", "x"],
    ):
        done = dqx(*words)
        assert done.code == 2 and done.err.startswith("Error: ") and done.out == "", words
    assert "--help" in dqx("nonsense").err


def test_a_name_that_is_nearly_right_is_suggested(dqx):
    name = new(dqx, select("NEAR", "u1"))
    done = dqx("scripts", "show", f"{name}x")
    assert done.code == 1 and f"Did you mean '{name}'?" in done.err


def test_a_text_goes_out_and_comes_back_exactly(dqx):
    content = f"-- é 😀\n{select('TEXT', 'u1')}"
    name = new(dqx, content)
    assert dqx.does("scripts", "show", name, "--sql").out == content
    dqx.does("scripts", "edit", name, "-f", "-", given=select("TEXT", "u2"))
    assert f"+{select('TEXT', 'u2')}" in dqx.does("scripts", "versions", name, 2).out
    dqx.does("scripts", "versions", name, 1, "--restore")
    assert dqx.does("scripts", "show", name, "--sql").out == content
    assert dqx("scripts", "delete", name).code == 2
    dqx.does("scripts", "delete", name, "--yes")


def test_a_terminal_of_80_columns_breaks_no_id_and_no_time(dqx):
    name = published(dqx, select("CLI_EIGHTY_COLUMNS", "record 000000001", "record 000000002"))
    for words, whole in (
        (["bad", "--rule", "CLI_EIGHTY_COLUMNS"], ["CLI_EIGHTY_COLUMNS", "record 000000001", "2024-01-01"]),
        (["scripts"], ["published", "publish succeeded"]),
        (["runs", "--script", name], ["succeeded", "populate"]),
        (["review", name], ["CLI_EIGHTY_COLUMNS", "unchanged"]),
    ):
        done = dqx.seen(*words)
        shown = STYLE.sub("", done.out)
        assert done.code == 0 and max(map(len, shown.splitlines())) <= 80, shown
        assert all(word in shown for word in whole), shown


def test_what_would_steer_a_terminal_is_shown_as_an_escape(dqx):
    published(dqx, select("STEERS", "u1").replace("'v'", "E'\\x1b[31mred\\nnext'"))
    for shown in (dqx.does("bad", "--rule", "STEERS").out, dqx.seen("bad", "--rule", "STEERS").out):
        assert "\\x1b[31mred\\nnext" in shown and "\x1b[31m" not in shown


def test_whoever_stops_reading_ends_it_without_a_word(dqx):
    process = dqx.start("query", "SELECT repeat('x', 1000) AS a FROM generate_series(1, 1000)", "--limit", 1000)
    assert process.stdout.readline()
    process.stdout.close()
    assert (process.stderr.read(), process.wait(60)) == ("", 141)


def test_an_export_is_there_whole_or_not_at_all(dqx):
    published(dqx, select("FILE", "u1", "u2"))
    file = dqx.folder.parent / "bad.csv"
    dqx.does("bad", "--rule", "FILE", "--export", file)
    with file.open(encoding="utf-8-sig", newline="") as rows:
        assert [row["source_uid"] for row in csv.DictReader(rows)] == ["u1", "u2"]
    before = file.read_bytes()
    assert dqx("bad", "--from", "yesterday", "--export", file).code == 1
    assert file.read_bytes() == before and [path.name for path in file.parent.iterdir() if "bad" in path.name] == [
        "bad.csv"
    ]


# --- Ctrl-C -----------------------------------------------------------------------------------------------------------


def status(dqx, name):
    (line,) = dqx.does("runs", "--script", name, "--limit", 1, "--json").out.splitlines() or ['{"status": "none"}']
    return json.loads(line)["status"]


def test_without_a_terminal_ctrl_c_leaves_the_run_and_says_how_to_end_it(dqx):
    name = new(dqx, ENDLESS)
    process = dqx.start("populate", name)
    assert steps.eventually(lambda: status(dqx, name) == "running", 60)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130 and "goes on" in err and "Traceback" not in err
    pk = json.loads(dqx.does("runs", "--script", name, "--json").out)["id"]
    assert f"dqx runs cancel {pk}" in err and status(dqx, name) == "running"
    assert "status      cancelled" in dqx.does("runs", "cancel", pk).out
    assert dqx("runs", "show", pk, "--wait").code == 1 and dqx("runs", "cancel", pk).code == 1


def test_ctrl_c_ends_a_query_in_the_database(dqx):
    process = dqx.start("query", "SELECT count(*) FROM generate_series(1, 100000000000) AS ended_by_hand")
    assert steps.eventually(lambda: steps.copies_at_work("ended_by_hand"), 60)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130 and "Traceback" not in err
    assert steps.eventually(lambda: not steps.copies_at_work("ended_by_hand"), 5)


def test_at_a_terminal_ctrl_c_asks_and_cancels(dqx):
    name = new(dqx, ENDLESS)
    done = dqx.seen("populate", name, answers={" 0 rows": "\x03", "too? [y/N]": "y\r"})
    assert done.code == 130 and "was cancelled. Nothing was changed." in done.out
    assert status(dqx, name) == "cancelled"


def test_it_needs_no_django(dqx):
    program = "import sys, dqx.client.cli; sys.exit(any(name.startswith('django') for name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], cwd=dqx.folder.parent, env=dqx.environment, check=False)
    assert done.returncode == 0
