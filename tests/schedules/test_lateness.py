"""All doors tell the same of which schedules are late: the list, the admin, the first page, the alerts and the figures."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from dqx import sql
from scripts_app.alerts import noticing, rules
from scripts_app.ledger import figures
from scripts_app.models import DueTime, Incident, Schedule
from tests.alerts import story

pytestmark = pytest.mark.django_db
LATE = {"nobody took it up", "its run waits", "its run waits and a time was skipped since"}
ADMIN = reverse("admin:scripts_schedule_changelist")


@pytest.fixture
def browse(client, viewer):
    client.force_login(viewer, backend="dqx.users.hashers.SameWorkBackend")
    return client


@pytest.fixture
def world(publisher):
    """Some that are late, and some that look like it."""
    rules.create(actor=publisher, name="all", on=["schedule_late"])
    past = timezone.now() - timedelta(hours=2)
    made("nobody took it up", next_due_at=past)
    made("off", next_due_at=past, is_active=False)
    made("in time", next_due_at=timezone.now() - timedelta(minutes=1))
    for name, status, fields in (
        ("its run waits", "queued", {}),
        ("its run waits and a time was skipped since", "queued", {}),
        ("its run has begun", "running", {}),
        ("its run is tried again", "queued", {"attempt": 2}),
    ):
        schedule = made(name)
        story.due(schedule, "ran", 2, run=story.ended(schedule.script, status, schedule=schedule, **fields))
    story.due(Schedule.objects.get(job_name__endswith="since"), "skipped", 1)
    switched_off = made("off while its run waits", is_active=False)
    story.due(switched_off, "ran", 2, run=story.ended(switched_off.script, "queued", schedule=switched_off))
    DueTime.objects.update(reason="")  # DQX came to them in time


def made(name, **fields):
    schedule = story.schedule_row(story.script_row(), name)
    Schedule.objects.filter(pk=schedule.pk).update(**{"next_due_at": timezone.now() + timedelta(hours=1), **fields})
    return schedule


def names(found):
    return {one["job_name"] for one in found}


def rows_of(page):
    """What the admin's list says of each schedule, by its name."""
    found = re.findall(r'<th class="field-job_name"><a [^>]*>(.*?)</a>.*?<td class="field-late">(.*?)</td>', page, re.S)
    return dict(found)


def test_all_doors_tell_the_same(world, browse):
    told = browse.get("/api/scheduler/").json()
    assert names(one for one in told if one["late"]) == LATE
    assert names(browse.get("/api/scheduler/?late=true").json()) == LATE
    assert names(browse.get("/api/scheduler/?late=false").json()) == names(told) - LATE
    since = {one["job_name"]: one["late_since"] for one in told if one["late"]}
    assert since["its run waits and a time was skipped since"] < told[-1]["created_at"]

    listed = rows_of(browse.get(ADMIN).content.decode())
    assert {name for name, cell in listed.items() if "Late</span> since" in cell} == LATE and len(listed) == len(told)
    assert rows_of(browse.get(f"{ADMIN}?late=1").content.decode()).keys() == LATE
    assert rows_of(browse.get(f"{ADMIN}?late=0").content.decode()).keys() == names(told) - LATE

    page = browse.get("/").content.decode()
    assert page.count("Schedule late</span>") == len(LATE) and all(f">{name}</a>" in page for name in LATE)

    samples = {one.name: one.value for family in figures.families(sql.rows) for one in family.samples}
    assert samples["dqx_schedules_late"] == len(LATE) and 7_100 < samples["dqx_schedule_lateness_seconds"] < 7_300

    noticing.notice()
    assert set(Incident.objects.filter(closed_at=None).values_list("title", flat=True)) == LATE
    assert Incident.objects.count() == len(LATE)


@pytest.mark.parametrize("address", ["/", ADMIN])
def test_a_page_asks_as_many_statements_for_many_as_for_few(world, browse, publisher, address):
    rule = rules.create(actor=publisher, name="more", on=["run_failed"])
    add(rule, 1)
    few = statements_of(browse, address)
    add(rule, 20)
    assert statements_of(browse, address) == few


def add(rule, n):
    """So many schedules that are late, scripts that failed, and open alerts."""
    for _ in range(n):
        schedule = made("late", next_due_at=timezone.now() - timedelta(hours=1))
        story.ended(schedule.script)
        Incident.objects.create(alert_rule=rule, kind="new_bad_rows", subject=f"{schedule.pk}", title="R1 in S1")


def statements_of(browse, address):
    with CaptureQueriesContext(connection) as asked:
        assert browse.get(address).status_code == 200
    return len(asked)
