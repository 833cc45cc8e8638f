"""Rules of alerts at the command line: made, looked at, changed, switched and deleted, by a Publisher."""

import json

import pytest

from scripts_app.models import Channel
from tests.alerts import story
from tests.api.contract.caller import new_name
from tests.cli.terminal import STYLE
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def script(address, django_db_blocker):
    with django_db_blocker.unblock():
        return story.script_row(new_name("watched"))


@pytest.fixture(scope="module")
def channels(address, django_db_blocker):
    """Two that a Publisher may name and not see."""
    with django_db_blocker.unblock():
        return [
            Channel.objects.create(
                name=new_name(name), kind="mail", addresses=["a@example.org"], target="a@example.org"
            )
            for name in ("data team", "night shift")
        ]


@pytest.fixture
def rule(dqx):
    """The name of one about everything, that tells nobody."""
    name = new_name("everything")
    dqx.does("alerts", "rules", "create", name)
    return name


def test_one_is_made_with_what_it_is_about_and_whom_it_tells(dqx, script, channels):
    name = new_name("narrow")
    about = ["--script", script.name, "--rule", "R1", "--rule", "R2", "--source", "S1"]
    by = ["--channel", channels[0].name, "--channel", channels[1].pk]
    kinds = ["--kind", "new_bad_rows", "--kind", "run_failed", "--threshold", 1200]
    made = dqx.does("alerts", "rules", "create", name, *about, *by, *kinds)
    told = {
        "name": name, "tells": "run failed, new bad rows (more than 1,200)", "scripts": script.name, "rules": "R1, R2", "sources": "S1",
        "by": ", ".join(channel.name for channel in channels), "state": "on", "written by": "paula",
    }  # fmt: skip
    assert made.facts.items() >= told.items() and "of" not in made.facts
    assert dqx.does("alerts", "rules", "show", name).out == made.out
    shown = dqx.does("alerts", "rules", "show", made.facts["id"], "--json").document
    assert (shown["scripts"], shown["threshold"], shown["is_active"]) == ([script.pk], 1200, True)


def test_one_about_everything_is_changed_switched_and_deleted(dqx, rule, script, channels):
    shown = dqx.does("alerts", "rules", "show", rule)
    told = {
        "tells": "run failed, schedule late, new bad rows",
        "of": "everything",
        "by": "nobody is told",
        "state": "on",
    }
    assert shown.facts.items() >= told.items()
    edit = ["alerts", "rules", "edit", rule]
    changed = dqx.does(
        *edit, "--channel", channels[0].name, "--script", script.pk, "--rule", "R1", "--kind", "run_failed"
    )
    told = {"tells": "run failed", "by": channels[0].name, "scripts": script.name, "rules": "R1"}
    assert changed.facts.items() >= told.items()
    changed = dqx.does(*edit, "--everything", "--source", "S9", "--nobody", "--json").document
    assert [changed[name] for name in ("scripts", "rules", "sources", "channels")] == [[], [], ["S9"], []]
    assert dqx.does(*edit, "--threshold", 0, "--name", f"{rule}x").facts["name"] == f"{rule}x"
    off = dqx.does("alerts", "rules", "off", f"{rule}x")
    assert off.err == f"Alert rule {changed['id']} '{rule}x' is off.\n"
    on = dqx.does("alerts", "rules", "on", changed["id"])
    assert on.err.endswith("is on. It has no channel, so nobody is told.\n")
    assert dqx.does("alerts", "rules", "on", changed["id"], "--json").document["is_active"] is True
    assert dqx("alerts", "rules", "delete", f"{rule}x").code == 2
    assert dqx.does("alerts", "rules", "delete", f"{rule}x", "--yes").err.endswith("was deleted.\n")
    assert "There is no alert rule" in dqx("alerts", "rules", "off", changed["id"]).err


def test_the_list_says_in_short_what_each_is_about(dqx, script, channels):
    name = new_name("short")
    rules = [word for n in range(5) for word in ("--rule", f"R{n}")]
    dqx.does("alerts", "rules", "create", name, *rules, "--script", script.name, "--channel", channels[0].pk, "--off")
    listed = dqx.does("alerts", "rules").line(name)
    assert listed[3:] == [f"script {script.name}; rules R0, R1, R2 and 2 more", channels[0].name, "off"]
    listed = {one["name"]: one["is_active"] for one in dqx.does("alerts", "rules", "list", "--json").document}
    assert listed[name] is False
    shown = STYLE.sub("", dqx.seen("alerts", "rules").out)
    assert max(map(len, shown.splitlines())) <= 80


def test_what_is_wrong_is_told_where_it_was_typed(dqx, rule):
    create = ["alerts", "rules", "create"]
    assert dqx(*create, rule).err == f"Error: A rule called '{rule}' already exists.\n  argument: NAME\n"
    done = dqx(*create, "x", "--threshold", "-1", "--rule", "x" * 21)
    assert done.code == 1 and done.err == (
        "Error: --threshold: Ensure this value is greater than or equal to 0.\n"
        "  --rule: Ensure this field has no more than 20 characters.\n"
    )
    done = dqx("alerts", "rules", "edit", rule, "--name", " ", "--json")
    error = json.loads(done.err)["error"]
    assert (done.code, error["code"], list(error["details"]["fields"])) == (1, "alert_rule_name", ["name"])


def test_what_is_not_there_is_said_and_what_does_not_go_together_is_wrong_usage(dqx, rule, channels):
    done = dqx("alerts", "rules", "create", "x", "--channel", f"{channels[0].name}x")
    assert done.code == 1 and f"Did you mean '{channels[0].name}'?" in done.err
    edit = ["alerts", "rules", "edit", rule]
    for more in ([], ["--nobody", "--channel", channels[0].pk], ["--kind", "storm"]):
        assert dqx(*edit, *more).code == 2, more
    assert f"Did you mean '{rule}'?" in dqx("alerts", "rules", "edit", f"{rule}x", "--nobody").err


def test_who_is_no_publisher_reads_them_only(stranger, rule):
    assert stranger.sign_in("vera", PASSWORD).code == 0
    assert rule in stranger.does("alerts", "rules").out
    assert stranger.does("alerts", "rules", "show", rule).facts["written by"] == "paula"
    for words in (["create", "x"], ["edit", rule, "--nobody"], ["off", rule], ["delete", rule, "--yes"]):
        done = stranger("alerts", "rules", *words, "--json")
        assert (done.code, json.loads(done.err)["error"]["code"]) == (1, "not_allowed")
