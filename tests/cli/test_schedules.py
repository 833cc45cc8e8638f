"""Schedules at the command line: made, looked at, changed, run and deleted; and what is refused, in the API's own words."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from dqx.users.models import User
from scripts_app.models import DueTime, Run, Schedule, Script
from tests.api.contract.caller import new_name, select

pytestmark = pytest.mark.django_db
HOURS = "It is *, or 0 to 23, and lists, ranges and steps of them, such as 1,5-7 and */2."
BERLIN = ["--timezone", "Europe/Berlin"]


@pytest.fixture(scope="module")
def script(address, django_db_blocker):
    """One for all; made past the API, which would check its text."""
    with django_db_blocker.unblock():
        return Script.objects.create(name=new_name("scheduled"), content=select("CLI_SCHEDULES", "u1", "u2"))


@pytest.fixture(scope="module")
def nights(script, django_db_blocker):
    """A schedule of Paula's that is late, with what became of three nights, and one that is off; their ids."""
    with django_db_blocker.unblock():
        kept = {"script": script, "owner": User.objects.get(username="paula"), "cron_schedule": "0 2 * * *"}
        late = Schedule.objects.create(job_name="Late nights", next_due_at=timezone.now() - timedelta(hours=3), **kept)
        error = {"code": "x", "message": "It was \x1b[31mlocked.", "details": {}}
        run = {"script_name": "x", "content": "", "content_hash": "", "kind": "populate", "trigger": "schedule"}
        failed = Run.objects.create(script=script, schedule=late, status="failed", error=error, **run)
        for days, outcome, fields in (
            (1, "ran", {"run": failed}),
            (2, "skipped", {"reason": "A run was under way."}),
            (3, "missed", {"reason": "DQX was down.", "n_times": 40}),
        ):
            due_at = timezone.now() - timedelta(days=days)
            DueTime.objects.create(schedule=late, due_at=due_at, outcome=outcome, **fields)
        return late.pk, Schedule.objects.create(job_name="Old", is_active=False, **kept).pk


def test_one_is_made_changed_switched_run_and_deleted(dqx, script):
    name = new_name("nightly")
    when = ["--weekly", "mon", "--time", "02:05", *BERLIN]
    made = dqx.does("schedules", "create", name, "--script", script.name, *when, "--publish", "--off", "--no-catch-up")
    told = {"does": "populate and publish", "cron": "5 2 * * 1", "time zone": "Europe/Berlin", "acts as": "paula"}
    assert made.facts.items() >= {**told, "missed times": "left out", "state": "off"}.items()
    assert "next due" not in made.out
    assert dqx.does("schedules", "on", name).err.startswith(f"Schedule {made.facts['id']} '{name}' is on. It is due ")

    changed = dqx.does("schedules", "edit", name, "--daily", "--time", "03:15", "--catch-up", "--json").document
    assert (changed["cron_schedule"], changed["timezone"], changed["catch_up"]) == (
        "15 3 * * *", "Europe/Berlin", "run_last",
    )  # fmt: skip
    assert len(changed["next_runs"]) == 5 and "T03:15:00+0" in changed["next_runs"][0]
    assert dqx("schedules", "edit", name).code == 2

    populate, publish = map(json.loads, dqx.does("schedules", "run", name, "--json").out.splitlines())
    listed = dqx.does("runs", "--schedule", name, "--trigger", "api", "--json").out.splitlines()
    assert [json.loads(line)["id"] for line in listed] == [publish["id"], populate["id"]]
    assert [(run["kind"], run["status"]) for run in (populate, publish)] == [
        ("populate", "succeeded"),
        ("publish", "succeeded"),
    ]
    assert publish["new"] == 2 and publish["schedule"] == changed["id"]
    assert dqx("schedules", "delete", name).code == 2
    assert dqx.does("schedules", "delete", changed["id"], "--yes").err.endswith("was deleted.\n")
    assert dqx("schedules", "off", changed["id"]).code == 1


def test_the_list_says_when_each_comes_and_what_is_late_or_off(dqx, nights, script):
    (late, off) = dqx.does("schedules", "--script", script.name).out.splitlines()[2:]
    assert "Late nights" in late and "At 02:00 (UTC)" in late and late.split()[-2:] == ["failed", "late"]
    assert "Old" in off and off.split()[-1] == "off"
    assert [one["id"] for one in dqx.does("schedules", "--late", "--json").document] == [nights[0]]
    listed = dqx.does("schedules", "list", "--off", "--script", script.pk, "--json").document
    assert [one["job_name"] for one in listed] == ["Old"]


def test_one_is_shown_with_its_times_before_and_after(dqx, nights):
    shown = dqx.does("schedules", "show", "Late nights", "--next", 2)
    _, coming, came = shown.out.split("\n\n")
    assert shown.facts["state"] == "late" and shown.facts["why"].startswith("Nobody has taken it up")
    assert [line.split()[1] for line in coming.splitlines()[2:]] == ["02:00", "02:00"]
    failed, skipped, missed = came.splitlines()[2:]
    assert failed.split()[2] == "failed" and failed.endswith("It was \\x1b[31mlocked.")
    assert skipped.split()[2] == "skipped" and skipped.endswith("A run was under way.")
    assert missed.split()[2] == "missed" and missed.endswith("DQX was down. With 39 more right before it.")
    told = dqx.does("schedules", "show", nights[0], "--last", 1, "--json").document
    assert (len(told["next_runs"]), [due["state"] for due in told["recent"]]) == (5, ["failed"])


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["--cron", "0 25 * * *"], [f"The hour '25' is not valid. {HOURS}", "  option: --cron"]),
        (["--daily"], ["time is needed for a daily schedule.", "  option: --time"]),
        (["--weekly", "someday", "--time", "02:00"], ["--weekly: Give a day such as monday, mon or 1; 0 and 7 are Sunday."]),
        (["--cron", "0 2 * * *", "--timezone", "x"], ["There is no time zone 'x'. An example is Europe/Berlin.", "  option: --timezone"]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_in_the_words_of_the_api(dqx, script, given, told):
    done = dqx("schedules", "create", "bad", "--script", script.pk, *given)
    assert (done.code, done.out, done.err.removeprefix("Error: ").splitlines()) == (1, "", told)


def test_a_program_is_told_the_field_of_the_api(dqx, script):
    done = dqx("schedules", "create", "bad", "--script", script.pk, "--cron", "0 25 * * *", "--json")
    assert list(json.loads(done.err)["error"]["details"]["fields"]) == ["cron_schedule"]


def test_what_became_of_the_times_is_told_and_filtered(dqx, nights):
    assert [line.split()[2] for line in dqx.does("schedules", "times", nights[0]).out.splitlines()[2:]] == [
        "failed", "skipped", "missed",
    ]  # fmt: skip
    (missed,) = map(
        json.loads, dqx.does("schedules", "times", nights[0], "--outcome", "missed", "--json").out.splitlines()
    )
    assert (missed["outcome"], missed["n_times"]) == ("missed", 40)
    assert dqx.does("schedules", "times", nights[1]).err == "It was never due.\n"


def test_what_an_expression_would_mean_is_told_without_a_schedule(dqx):
    shown = dqx.does("schedules", "preview", "--cron", "5 2 * * 1-5", *BERLIN, "--next", 3)
    assert (
        shown.facts["when"] == "At 02:05, Monday through Friday" and len(shown.out.split("\n\n")[1].splitlines()) == 5
    )
    told = dqx.does("schedules", "preview", "--weekly", "mon", "--time", "02:05", "--json").document
    assert (told["cron_schedule"], len(told["next_runs"])) == ("5 2 * * 1", 5)
    assert dqx("schedules", "preview", "--cron", "61 * * * *").err.endswith("  option: --cron\n")


def test_what_does_not_go_together_is_wrong_usage_and_what_is_not_there_is_said(dqx, script, nights):
    make = ["schedules", "create", "bad", "--script", script.name]
    for words in (make, [*make, "--daily", "--cron", "* * * * *"], ["schedules", "create", "bad", "--daily"]):
        assert dqx(*words).code == 2, words
    done = dqx(*make[:-1], f"{script.name}x", "--cron", "* * * * *")
    assert done.code == 1 and f"Did you mean '{script.name}'?" in done.err
    done = dqx("schedules", "show", "Late night", "--json")
    assert (done.code, json.loads(done.err)["error"]["code"]) == (1, "schedule_not_found")
    assert "Did you mean 'Late nights'?" in done.err


def test_a_name_that_several_have_is_told_with_their_ids(dqx, script):
    pks = [
        dqx.does("schedules", "create", "Twins", "--script", script.pk, "--cron", "0 0 1 1 *", "--json").document["id"]
        for _ in range(2)
    ]
    done = dqx("schedules", "off", "Twins")
    assert done.code == 2 and f"Say which by its id: {pks[0]}, {pks[1]}." in done.err
    dqx.does("schedules", "off", pks[0])
