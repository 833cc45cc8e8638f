"""The first page tells which alerts are open, each once, and nothing of them when all is well."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.html import strip_tags

from dqx.monitoring.models import Worker
from dqx.monitoring.workers import BEAT
from scripts_app.alerts import rules
from scripts_app.models import Incident, Trouble
from tests.alerts import story
from tests.api.bad_rows import insert, row

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(client, viewer):
    """What stands below "Needs attention", an entry a text, and the head with its links."""
    client.force_login(viewer, backend="dqx.users.hashers.SameWorkBackend")
    for name, queues in (("w", ["clock", "runs"]), (BEAT, [])):
        Worker.objects.create(name=name, queues=queues, seen_at=timezone.now())

    def told():
        page = client.get("/").content.decode()
        head, entries = re.search(
            r'<h2 id="attention-title">(.*?)<ul class="attention">(.*?)</ul>', page, re.S
        ).groups()
        return words(head), [words(entry) for entry in re.findall(r"<li.*?</li>", entries, re.S)], page

    return told


def words(html):
    return " ".join(strip_tags(html).split())


@pytest.fixture
def published(db):
    insert(row())


@pytest.fixture
def two_rules(publisher):
    return [rules.create(actor=publisher, name=name, on=Trouble.values) for name in ("ours", "theirs")]


def opened(rule, kind, title, **fields):
    return Incident.objects.create(alert_rule=rule, kind=kind, subject=title, title=title, **fields)


def test_what_is_open_is_told_once_with_what_is_wrong_and_where_to_look(told, published, two_rules):
    for rule in two_rules:
        opened(rule, "new_bad_rows", "R1 – <b>x</b> in S1", rule_id="R/1", source_id="S1", n_rows=12, examples=["u1"])
    opened(two_rules[0], "schedule_late", "nightly", why="Missed while DQX was down.")
    opened(two_rules[0], "run_failed", "Publish of orders", run_id=7, why="It was locked.")
    opened(two_rules[0], "run_failed", "Populate of old", closed_at=timezone.now())
    head, entries, page = told()
    assert head == "Needs attention 3 open alerts" and 'href="/alerts"' in page
    assert [re.sub(r"since (now|.+? ago) ", "", entry) for entry in entries] == [
        "Run failed Publish of orders It was locked.",
        "Schedule late nightly Missed while DQX was down.",
        "New bad rows R1 – &lt;b&gt;x&lt;/b&gt; in S1 12 new rows: such as u1",
    ]
    for address in ("/runs/7", "/scheduler", "/bad-detail?rule_id=R%2F1&amp;source_id=S1"):
        assert f'href="{address}"' in page


def test_what_the_page_tells_anyway_is_not_told_again(told, published, two_rules, publisher):
    script, nightly = story.script_row("orders"), story.schedule_row(story.script_row("x"), owner=publisher)
    run = story.ended(script)
    story.due(nightly, "ran", 2, run=story.ended(nightly.script, "queued", schedule=nightly))
    opened(two_rules[0], "run_failed", "Populate of orders", script=script, run_id=run.pk)
    opened(two_rules[0], "schedule_late", "nightly", schedule=nightly)
    head, entries, _ = told()
    assert head == "Needs attention 2 open alerts All failed runs"
    begins = ("Schedule late nightly", "Populate failed orders")
    assert len(entries) == 2 and all(map(str.startswith, entries, begins)), entries


def test_of_many_a_handful_is_told(told, published, two_rules):
    for n in range(8):
        opened(two_rules[0], "new_bad_rows", f"R{n} in S1", n_rows=1)
    head, entries, _ = told()
    assert head == "Needs attention 8 open alerts"
    assert len(entries) == 6 and "R7 in S1" in entries[0] and entries[-1] == "and 3 more open alerts"


def test_when_all_is_well_nothing_is_told_of_them(told, published, two_rules):
    head, entries, page = told()
    assert head == "Needs attention" and entries == [
        "Well No script’s last run failed, no alert is open, and every active schedule can run."
    ]
    assert "open alert" not in page.replace("no alert is open", "")


def test_before_anything_is_published_they_are_told_too(told, two_rules):
    opened(two_rules[0], "run_failed", "Populate of orders", run_id=7, why="It was locked.")
    head, entries, page = told()
    assert (head, len(entries)) == ("Needs attention 1 open alert", 1) and "Nothing is checked yet" in page


def test_which_schedules_are_late_is_asked_once(told, published, two_rules):
    with CaptureQueriesContext(connection) as asked:
        told()
    assert sum("SELECT schedule_id, since" in query["sql"] for query in asked) == 1
