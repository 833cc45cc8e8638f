"""/api/alerts/rules/, incidents and messages: written by Publishers, seen by everybody."""

import pytest

from dqx import sql
from dqx.audit.models import Entry
from scripts_app.alerts import figures
from scripts_app.models import AlertRule, Incident
from tests.alerts import story
from tests.api.conftest import Api, refused, wrong_fields

pytestmark = pytest.mark.django_db
ADDRESS = "/api/alerts/rules/"


@pytest.fixture
def as_publisher(publisher):
    return Api(publisher)


@pytest.fixture
def as_viewer(viewer):
    return Api(viewer)


def test_a_rule_is_written_and_read(as_publisher, as_viewer, publisher, hook):
    script = story.script_row("orders")
    given = {
        "name": "night", "on": ["run_failed", "new_bad_rows"], "channels": [hook.pk], "threshold": 10, "scripts": [script.pk],
        "rules": ["R1"], "sources": ["S1", "S1"],
    }  # fmt: skip
    answer = as_publisher.post(ADDRESS, given)
    body = answer.json()
    assert answer.status_code == 201 and answer["Location"] == f"{ADDRESS}{body['id']}/"
    assert body["channels"] == [{"id": hook.pk, "name": "hook", "kind": "webhook"}]
    assert body["script_names"] == {str(script.pk): "orders"} and body["sources"] == ["S1"]
    assert body["owner"]["username"] == publisher.username and body["is_active"] is True
    assert as_viewer.get(ADDRESS).json() == [body] and as_viewer.get(answer["Location"]).json() == body
    assert as_viewer.get("/api/alerts/channels/names").json() == body["channels"]
    refused(as_viewer.patch(f"{ADDRESS}{body['id']}", {"name": "x"}), 403, "not_allowed")


def test_put_replaces_and_patch_changes(as_publisher, rule, hook):
    path = f"{ADDRESS}{rule.pk}"
    assert as_publisher.patch(path, {"threshold": 5}).json()["channels"] != []
    told = as_publisher.put(path, {"name": "n", "on": ["run_failed"]}).json()
    assert (told["threshold"], told["channels"], told["is_active"]) == (0, [], True)


def test_what_is_wrong_is_told_at_its_field(as_publisher, rule):
    assert wrong_fields(as_publisher.post(ADDRESS, {})) == {"name", "on"}
    wrong = {"on": [], "threshold": -1, "rules": ["x" * 21], "is_active": "yes", "nothing": 1}
    assert wrong_fields(as_publisher.post(ADDRESS, {"name": "x", **wrong})) == set(wrong)
    for more, code in (
        ({"scripts": [4711]}, "script_unknown"),
        ({"channels": [4711]}, "channel_unknown"),
        ({"name": " "}, "alert_rule_name"),
    ):
        refused(as_publisher.post(ADDRESS, {"name": "x", "on": ["run_failed"], **more}), 400, code)
    refused(as_publisher.post(ADDRESS, {"name": " all ", "on": ["run_failed"]}), 409, "alert_rule_name_taken")
    refused(as_publisher.delete(f"{ADDRESS}4711"), 404, "alert_rule_not_found")


def test_a_script_that_has_gone_leaves_the_rule_about_nothing(as_publisher, publisher, rule):
    script = story.script_row()
    as_publisher.patch(f"{ADDRESS}{rule.pk}", {"scripts": [script.pk]})
    script.delete()
    told = as_publisher.patch(f"{ADDRESS}{rule.pk}", {"threshold": 1}).json()
    assert len(told["scripts"]) == 1 and told["script_names"] == {}
    story.ended(story.script_row())
    assert story.tick() == 0


def test_deleting_a_channel_takes_it_from_its_rules(as_publisher, admin, rule, hook):
    assert Api(admin).delete(f"/api/alerts/channels/{hook.pk}").status_code == 204
    assert as_publisher.get(f"{ADDRESS}{rule.pk}").json()["channels"] == []
    story.ended(story.script_row())
    assert story.tick() == 0 and Incident.objects.count() == 1


def test_every_change_is_in_the_audit_log(as_publisher, hook):
    pk = as_publisher.post(ADDRESS, {"name": "x", "on": ["run_failed"]}).json()["id"]
    as_publisher.patch(f"{ADDRESS}{pk}", {"channels": [hook.pk]})
    as_publisher.patch(f"{ADDRESS}{pk}", {"channels": [hook.pk]})
    as_publisher.delete(f"{ADDRESS}{pk}")
    entries = Entry.objects.filter(thing="dq.dq_alert_rules").order_by("id")
    assert [one.action for one in entries] == [f"scripts.{verb}_alertrule" for verb in ("add", "change", "delete")]
    assert (entries[1].before, entries[1].after) == ({"channels": []}, {"channels": ["hook"]})


def test_incidents_and_messages_are_told_in_pages(as_viewer, rule, web):
    scripts = [story.script_row(f"s{n}") for n in range(3)]
    for script in scripts:
        story.ended(script)
    story.tick()
    story.ended(scripts[0], "succeeded")
    story.tick()
    page = as_viewer.get("/api/alerts/incidents/?state=open&page_size=1").json()
    assert [one["title"] for one in page["results"]] == ["Populate of s2"] and page["previous"] is None
    assert [one["title"] for one in as_viewer.get(page["next"]).json()["results"]] == ["Populate of s1"]
    (over,) = as_viewer.get("/api/alerts/incidents/?state=over").json()["results"]
    assert over["closed_at"] and over["alert_rule"] == "all" and over["script_id"] == scripts[0].pk
    assert as_viewer.get("/api/alerts/incidents/?kind=new_bad_rows").json()["results"] == []
    sent = as_viewer.get("/api/alerts/messages/?status=sent").json()["results"]
    assert [one["title"] for one in sent] == ["DQX: 1 all clear", "DQX: 3 runs failed"]
    assert sent[0]["channel"] == {"id": rule.channels.get().pk, "name": "hook", "kind": "webhook"}
    assert sent[1]["content"]["counts"]["run_failed"] == 3 and "S3CRET" not in str(sent)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"kind": "run_failed", "why": "It was locked."}, "It was locked."),
        ({"kind": "new_bad_rows", "n_rows": 1, "examples": ["u1"]}, "1 new row: u1"),
        (
            {"kind": "new_bad_rows", "n_rows": 1500, "n_reopened": 2, "examples": ["u1", "u2"]},
            "1,500 new rows, 2 of them bad before: such as u1, u2",
        ),
    ],
)
def test_what_is_wrong_is_told_in_a_sentence(as_viewer, rule, fields, sentence):
    Incident.objects.create(alert_rule=rule, subject="x", title="x", **fields)
    (told,) = as_viewer.get("/api/alerts/incidents/").json()["results"]
    assert told["sentence"] == sentence


def test_what_a_narrower_rule_asks_for_no_longer_is_not_told(as_publisher, rule, web):
    loud, other = story.script_row("loud"), story.script_row("other")
    Incident.objects.create(alert_rule=rule, kind="new_bad_rows", subject="x", title="x", rule_id="R1", source_id="S1")
    story.ended(loud), story.ended(other)
    story.noticing.notice()
    as_publisher.patch(f"{ADDRESS}{rule.pk}", {"scripts": [other.pk]})
    assert [one.script for one in Incident.objects.filter(closed_at=None)] == [other]
    assert story.tick() == 1
    assert [event["title"] for event in web.posted[0].json["events"]] == ["Populate of other"]
    story.ended(loud, "succeeded")
    assert story.tick() == 0


def test_what_a_rule_still_asks_for_goes_on_when_it_is_changed(as_publisher, rule, web):
    pair = {"rule_id": "R1", "source_id": "S1", "n_rows": 5}
    Incident.objects.create(alert_rule=rule, kind="new_bad_rows", subject="x", title="x", **pair)
    as_publisher.patch(f"{ADDRESS}{rule.pk}", {"rules": ["R1", "R2"], "threshold": 10, "name": "other"})
    assert Incident.objects.get().closed_at is None
    as_publisher.patch(f"{ADDRESS}{rule.pk}", {"rules": ["R2"]})
    assert Incident.objects.get().closed_at


def test_a_rule_that_goes_takes_what_was_open_with_it(as_publisher, rule, web):
    story.ended(story.script_row())
    story.tick()
    assert as_publisher.delete(f"{ADDRESS}{rule.pk}").status_code == 204
    assert not AlertRule.objects.exists() and not Incident.objects.exists()
    assert story.tick() == 0


def test_what_is_open_and_was_told_is_counted_for_those_who_watch(rule, web):
    story.ended(story.script_row())
    story.tick()
    found = {
        (one.name, *one.labels.values()): one.value for family in figures.families(sql.rows) for one in family.samples
    }
    assert found["dqx_alert_incidents", "run_failed"] == 1 and found["dqx_alert_incidents", "schedule_late"] == 0
    assert found["dqx_alert_messages", "sent"] == 1 and found["dqx_alert_messages", "failed"] == 0
