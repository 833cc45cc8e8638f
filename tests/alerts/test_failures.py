"""Runs that fail: the first is told, the next success is all clear, and a bad night is one message."""

import pytest

from scripts_app.alerts import rules
from scripts_app.models import Incident, Message, Run, Telling
from tests.alerts import story

pytestmark = pytest.mark.django_db


def kinds(posted):
    return [(one["kind"], one["state"]) for one in posted.json["events"]]


def test_a_failure_is_told_once_and_so_is_its_end(rule, web):
    script = story.script_row("orders")
    story.ended(script)
    assert story.tick() == 1
    (event,) = web.posted[0].json["events"]
    assert (event["title"], event["why"]) == ("Populate of orders", "column x does not exist.")
    assert event["url"] == f"https://dqx.example.org/runs/{event['run']}"
    story.ended(script)
    story.ended(script, "cancelled")
    assert story.tick() == 0
    story.ended(script, "succeeded")
    assert story.tick() == 1
    assert kinds(web.posted[1]) == [("run_failed", "over")]
    assert story.tick() == 0
    assert not Telling.objects.exists() and not Incident.objects.filter(closed_at=None).exists()


def test_what_was_over_before_anybody_was_told_is_not_told(rule, web):
    script = story.script_row()
    story.ended(script), story.ended(script, "succeeded")
    assert story.tick() == 0
    other = story.script_row()
    story.ended(other)
    story.noticing.notice()
    story.ended(other, "succeeded")
    assert story.tick() == 0
    assert web.posted == [] and not Message.objects.exists()


def test_a_success_of_another_kind_is_no_end(rule, web):
    script = story.script_row()
    story.ended(script, kind="publish")
    story.tick()
    story.ended(script, "succeeded", kind="populate")
    assert story.tick() == 0
    story.ended(script, "succeeded", kind="publish")
    assert story.tick() == 1


def test_a_bad_night_is_one_message(rule, web):
    for _ in range(200):
        story.ended(story.script_row())
    assert story.tick() == 1 and story.tick() == 0
    (posted,) = web.posted
    assert posted.json["title"] == "DQX: 200 runs failed"
    assert len(posted.json["events"]) == 20 and posted.json["left_out"] == {"run_failed": 180}
    Run.objects.filter(status="failed").update(status="succeeded", noticed=False)
    assert story.tick() == 1
    assert web.posted[1].json["title"] == "DQX: 200 all clear"


def test_within_the_pause_it_waits_and_what_is_over_by_then_is_left_out(rule, hook, web):
    type(hook).objects.update(pause_minutes=480)
    first, second, third = (story.script_row(name) for name in ("first", "second", "third"))
    story.ended(first)
    assert story.tick() == 1
    story.ended(second), story.ended(third)
    assert story.tick() == 0
    story.ended(second, "succeeded"), story.ended(first, "succeeded")
    assert story.tick() == 0
    story.time_passes()
    assert story.tick() == 1
    told = [(one["title"], one["state"]) for one in web.posted[1].json["events"]]
    assert told == [("Populate of third", "open"), ("Populate of first", "over")]


def test_one_that_fails_again_within_the_pause_is_told_as_failing(rule, hook, web):
    type(hook).objects.update(pause_minutes=480)
    script = story.script_row()
    for status in ("failed", "succeeded", "failed"):
        story.ended(script, status)
        story.tick()
    story.time_passes()
    story.tick()
    assert [kinds(one) for one in web.posted] == [[("run_failed", "open")]] * 2
    story.ended(script, "succeeded")
    story.time_passes()
    assert story.tick() == 1 and kinds(web.posted[2]) == [("run_failed", "over")]


def test_a_rule_hears_only_of_its_scripts(rule, publisher, web):
    mine, other = story.script_row(), story.script_row()
    rules.update(rule.pk, actor=publisher, scripts=[mine.pk])
    story.ended(other)
    assert story.tick() == 0
    story.ended(mine)
    assert story.tick() == 1


def test_two_rules_with_one_channel_tell_it_once(rule, hook, publisher, web):
    rules.create(actor=publisher, name="too", on=["run_failed"], channels=[hook.pk])
    story.ended(story.script_row())
    assert story.tick() == 1
    assert len(web.posted[0].json["events"]) == 1 and Incident.objects.count() == 2


def test_nobody_asks_and_all_is_noticed_all_the_same(hook):
    story.ended(story.script_row())
    assert story.tick() == 0
    assert not Run.objects.filter(noticed=False).exists() and not Incident.objects.exists()


def test_a_rule_that_is_switched_off_says_nothing_more(rule, publisher, web):
    script = story.script_row()
    story.ended(script)
    story.tick()
    rules.update(rule.pk, actor=publisher, is_active=False)
    story.ended(script, "succeeded"), story.ended(story.script_row())
    assert story.tick() == 0 and len(web.posted) == 1
    assert not Incident.objects.filter(closed_at=None).exists()


def test_a_script_that_goes_is_all_clear(rule, web):
    script = story.script_row()
    run = story.ended(script)
    story.tick()
    script.delete()
    run.refresh_from_db()
    assert story.tick() == 1 and kinds(web.posted[1]) == [("run_failed", "over")]
    assert web.posted[1].json["events"][0]["why"] == "the script was deleted"
