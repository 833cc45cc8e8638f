"""New bad rows: what is new or reopened is told, above a threshold; the first publish is a silent baseline."""

import pytest

from dqx import sql
from scripts_app import scripts
from scripts_app.alerts import rules
from scripts_app.models import Incident, Run
from tests import steps
from tests.alerts import story

pytestmark = pytest.mark.django_db(transaction=True)
PAIR = {"rules": ["R1"], "sources": ["S1"]}


@pytest.fixture
def script(publisher):
    steps.make_source_table()
    yield steps.new_script(publisher, content=steps.all_of())
    steps.drop_source_table()


@pytest.fixture
def publish(publisher, script):
    return lambda rows, **pair: story.publish_rows(
        publisher, script, dict.fromkeys(rows, "v") if isinstance(rows, str) else rows, **pair
    )


def events(web):
    return [(one["state"], one.get("n_new"), one.get("examples")) for one in web.posted[-1].json["events"]]


def test_the_first_publish_is_silent_and_what_comes_then_is_told(rule, web, publish):
    publish("ab")
    assert story.tick() == 0
    publish("abcd")
    assert story.tick() == 1
    (event,) = web.posted[0].json["events"]
    assert (event["rule_id"], event["source_id"], event["n_new"], event["examples"]) == ("R1", "S1", 2, ["c", "d"])
    assert event["url"] == "https://dqx.example.org/bad-detail?rule_id=R1&source_id=S1"
    assert '"v"' not in web.posted[0].body.decode()


def test_the_first_publish_may_find_nothing(rule, web, publish):
    publish("")
    publish("a")
    assert story.tick() == 1 and events(web) == [("open", 1, ["a"])]


def test_changed_and_resolved_rows_are_no_news(rule, web, publish):
    publish("ab")
    publish({"a": "other", "b": "v"})
    publish({"a": "other"})
    assert story.tick() == 0 and not Incident.objects.exists()


def test_a_reopened_row_is_told(rule, web, publish):
    publish("ab"), publish("a"), publish("ab")
    assert story.tick() == 1
    assert web.posted[0].json["events"][0]["n_reopened"] == 1


def test_all_clear_comes_once_when_what_came_is_resolved(rule, web, publish):
    publish("ab"), publish("abc")
    story.tick()
    publish("bc")
    assert story.tick() == 0, "one that was there before went, not the new one"
    publish("b")
    assert story.tick() == 1 and events(web)[0][0] == "over"
    publish("b")
    assert story.tick() == 0


def test_more_of_the_same_is_told_and_ends_as_one(rule, web, publish):
    publish("a"), publish("ab")
    story.tick()
    publish("abcde")
    assert story.tick() == 1
    (event,) = web.posted[1].json["events"]
    assert (event["n_new"], event["n_since"]) == (3, 4)
    assert event["sentence"] == f"3 more new rows, 4 since {event['opened_at'][:10]}: c, d, e"
    publish("ae")
    assert story.tick() == 0
    publish("a")
    assert story.tick() == 1 and events(web)[0][0] == "over" and Incident.objects.count() == 1


def test_the_threshold_is_exceeded_and_not_met(rule, publisher, web, publish):
    rules.update(rule.pk, actor=publisher, threshold=2)
    publish("a"), publish("abc")
    assert story.tick() == 0
    publish("abcdef")
    assert story.tick() == 1 and events(web) == [("open", 3, ["d", "e", "f"])]
    publish("abcde")
    assert story.tick() == 1 and events(web)[0][0] == "over"


def test_all_clear_waits_for_the_last_rule_that_has_the_channel_hear_of_it(rule, hook, publisher, web, publish):
    rules.create(actor=publisher, name="many", on=["new_bad_rows"], channels=[hook.pk], threshold=2)
    publish("a"), publish("abcd")
    assert story.tick() == 1 and events(web) == [("open", 3, ["b", "c", "d"])]
    publish("ab")
    assert Incident.objects.filter(closed_at=None).count() == 2
    assert story.tick() == 0 and Incident.objects.get(closed_at=None).alert_rule == rule
    publish("a")
    assert story.tick() == 1 and events(web)[0][0] == "over"
    assert story.tick() == 0


def test_a_pair_that_a_changed_text_finds_first_is_a_baseline(rule, web, publish, script):
    publish("a")
    steps.set_text(script, steps.all_of() + " -- and more")
    publish("ab", source="S2")
    assert story.tick() == 0
    publish("abc", source="S2")
    assert story.tick() == 1 and events(web) == [("open", 1, ["c"])]


def test_a_pair_that_the_same_text_finds_first_is_news(rule, web, publish):
    publish("a")
    publish("a", source="S2")
    assert story.tick() == 1 and web.posted[0].json["events"][0]["source_id"] == "S2"


@pytest.mark.parametrize(
    ("scope", "told"),
    [
        ({"rules": ["R1"]}, 1),
        ({"rules": ["R2"]}, 0),
        ({"sources": ["S2"]}, 0),
        (PAIR, 1),
    ],
)
def test_a_rule_hears_only_of_its_rules_and_sources(rule, publisher, publish, scope, told):
    rules.update(rule.pk, actor=publisher, **scope)
    publish("a"), publish("ab")
    assert story.tick() == told


def test_names_stand_in_the_message(rule, web, publish):
    sql.execute(
        "INSERT INTO dq.rule_ref (rule_id, rule_name, description) VALUES ('R1', 'Customer <b>missing</b>', '')"
    )
    publish("a"), publish("ab")
    story.tick()
    assert web.posted[0].json["events"][0]["title"] == "R1 – Customer <b>missing</b> in S1"


def test_rows_of_a_script_that_goes_are_all_clear_though_they_stay(rule, publisher, web, publish, script):
    publish("a"), publish("ab")
    story.tick()
    scripts.delete(script.pk, actor=publisher)
    assert story.tick() == 1
    (event,) = web.posted[1].json["events"]
    assert (event["state"], event["why"]) == ("over", "the script was deleted; what it published stays")
    assert story.tick() == 0 and not Incident.objects.filter(closed_at=None).exists()


def test_a_script_that_publishes_the_pair_now_goes_on_with_what_one_that_goes_had_found(
    rule, publisher, web, publish, script
):
    publish("a"), publish("ab")
    other = steps.new_script(publisher, name="other", content=steps.all_of())
    story.publish_rows(publisher, other, dict.fromkeys("ab", "v"))
    story.tick()
    scripts.delete(script.pk, actor=publisher)
    assert story.tick() == 0 and Incident.objects.filter(closed_at=None).exists()
    story.publish_rows(publisher, other, {"a": "v"})
    assert story.tick() == 1 and web.posted[1].json["events"][0]["why"] == "what came is resolved"


def test_what_is_resolved_while_one_looks_is_not_told_as_deleted(rule, web, publish):
    publish("a"), publish("ab")
    story.tick()
    publish("")
    Run.objects.filter(pk=Run.objects.latest("id").pk).update(
        noticed=True
    )  # as if it had ended after the look at the runs
    assert story.tick() == 1 and web.posted[1].json["events"][0]["why"] == "what came is resolved"
