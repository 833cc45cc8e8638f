"""Bad rows at the command line: counted, one by one through their lives, and as they are staged."""

import json

import pytest

from tests.api.contract.caller import select
from tests.cli.test_work import new, published

pytestmark = pytest.mark.django_db


def test_staged_rows_are_shown_before_they_are_published(dqx):
    name = new(dqx, select("STAGED", "u2", "u1", "u3"))
    none = dqx("staged", name)
    assert none.code == 1 and "has not been populated yet" in none.err
    dqx.does("populate", name)
    shown = dqx.does("staged", name, "--limit", 2)
    assert [line.split()[:3] for line in shown.out.splitlines()[2:]] == [["STAGED", "S1", "u1"], ["STAGED", "S1", "u2"]]
    assert shown.err == "2 of 3 staged rows.  --all shows every one.\n"
    told = [json.loads(line)["source_uid"] for line in dqx.does("staged", name, "--all", "--json").out.splitlines()]
    assert told == ["u1", "u2", "u3"]
    assert dqx("staged", name, "--all", "--limit", 1).code == 2


def test_bad_rows_are_counted(dqx):
    published(dqx, select("COUNTED", "u1", "u2"))
    only = ["bad", "--rule", "COUNTED", "--by"]
    assert dqx.does(*only, "rule").line("COUNTED") == ["COUNTED", "2"]
    assert dqx.does(*only, "source", "--limit", 1, "--json").document == [{"source_id": "S1", "name": None, "count": 2}]
    (date,) = dqx.does(*only, "date").out.splitlines()[2:]
    assert date.split()[1] == "2"
    assert dqx.does(*only, "rule", "--uid", "u3").err == "No bad row passes the filters.\n"
    for more in (["date", "--limit", 1], ["rule", "--export", "x.csv"], ["uid"]):
        assert dqx(*only, *more).code == 2, more


def test_how_they_stand_and_what_publishes_did_is_told(dqx):
    name = published(dqx, select("STATS", "u1", "u2"))
    published(dqx, select("STATS_TOO", "u1"))
    only = ["--rule", "STATS", "--rule", "STATS_TOO"]
    assert dqx.does("stats", *only).facts.items() >= {"bad rows": "3", "rules": "2", "sources": "1"}.items()
    assert dqx.does("stats", "summary", "--rule", "STATS", "--json").document["bad_rows"] == 2
    (day,) = dqx.does("stats", "activity", "--rule", "STATS", "--days", 1).out.splitlines()[2:]
    assert day.split()[1:] == ["2", "0", "0", "0", "2"]
    changed = dqx.does("stats", "changes", *only)
    assert changed.line("rule") == ["rule", "STATS", "2", "0", "0", "0", "2"]
    assert len(dqx.does("stats", "changes", "--rule", "STATS", "--json").document["rules"]) == 1
    assert dqx.does("stats", "worst", *only).out.splitlines()[2].split() == ["S1", "u1", "2", "STATS,", "STATS_TOO"]
    assert dqx.does("stats", "worst", "--rule", "STATS").err == "No record fails two rules.\n"
    assert dqx("stats", "activity", "--days", 400).err.startswith("Error: --days: ")
    assert name in dqx.does("scripts", "--q", "STATS", "--state", "published").out


def test_scripts_are_found_by_text_and_state(dqx):
    name = new(dqx, select("FOUND_BY_TEXT", "u1"))
    found = dqx.does("scripts", "list", "--q", "found_by_text", "--state", "never_populated", "--json").document
    assert [script["name"] for script in found] == [name]
    assert dqx.does("scripts", "--q", name, "--state", "published").err == "No script passes the filters.\n"


def test_tables_of_the_schema_are_shown(dqx):
    dqx.does("references", "create", "rules", "TABLES_1", "One")
    dqx.does("references", "create", "rules", "TABLES_2", "Two")
    assert "rule_ref" in dqx.does("tables").out.split() and "users" not in dqx.does("tables").out.split()
    assert dqx.does("tables", "show", "rule_ref").line("rule_id")[-1] == "yes"
    shown = dqx.does("tables", "rows", "rule_ref", "--q", "tables_", "--ordering", "-rule_id", "--limit", 1)
    assert shown.line("TABLES_2")[:2] == ["TABLES_2", "Two"] and shown.err == "1 of 2 rows.\n"
    assert json.loads(dqx.does("tables", "rows", "rule_ref", "--q", "TABLES_1", "--json").out)["rule_name"] == "One"
    assert dqx.does("tables", "rows", "rule_ref", "--q", "no such").err == "There is no such row.\n"
    assert dqx("tables", "show", "users").code == 1
    assert dqx("tables", "rows", "rule_ref", "--ordering", "colour").code == 1


def test_the_life_of_a_bad_row(dqx):
    name = published(dqx, select("LIFE", "u1", "u2"))
    dqx.does("scripts", "edit", name, "-f", "-", given=select("LIFE", "u2"))
    dqx.does("populate", name)
    dqx.does("publish", name, "--yes")
    shown = dqx.does("history", "LIFE", "S1", "u1")
    assert (
        shown.facts.items() >= {"rule": "LIFE", "record": "u1", "now": "resolved"}.items()
        and "value" not in shown.facts
    )
    assert [line.split()[2] for line in shown.out.split("\n\n")[1].splitlines()[2:]] == ["opened", "resolved"]
    told = dqx.does("history", "LIFE", "S1", "u2", "--json").document
    assert (told["is_bad"], [event["action"] for event in told["events"]]) == (True, ["opened"])
    assert "never was" in dqx("history", "LIFE", "S1", "u3").err
