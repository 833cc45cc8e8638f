"""A schedule acts as its owner, and rests where the owner can not."""

import pytest

from dqx.users.models import User
from scripts_app.models import Schedule
from scripts_app.scheduling import firing, schedules
from tests import steps
from tests.schedules.nightly import do_what_is_queued, make_due, new_schedule, told

pytestmark = pytest.mark.django_db(transaction=True)
BOTH = "populate_and_publish"


def rests(schedule):
    make_due(schedule)
    firing.fire(schedule.pk)
    assert told() == []
    return schedules.problem(Schedule.objects.get(pk=schedule.pk))


def test_a_schedule_rests_without_an_owner_who_may(publisher, admin):
    schedule = new_schedule(steps.new_script(publisher), publisher, cron_schedule="* * * * *", operation=BOTH)
    User.objects.filter(pk=publisher.pk).update(role="author")
    assert "paula, may no longer do it" in rests(schedule)
    User.objects.filter(pk=publisher.pk).update(role="publisher", is_active=False)
    assert "paula, is deactivated" in rests(schedule)
    publisher.delete()
    assert "Nobody owns it" in rests(schedule)
    schedules.update(schedule.pk, actor=admin, job_name="mine now")
    assert (Schedule.objects.get().owner, schedules.problem(Schedule.objects.get())) == (admin, None)


def test_who_changes_what_it_does_owns_it(publisher, admin):
    script = steps.new_script(admin)
    schedule = new_schedule(script, admin)
    for harmless in (
        {"job_name": "x"},
        {"is_active": False},
        {"cron_schedule": "5 2 * * 1-5"},
        {"script_id": script.pk},
    ):
        assert schedules.update(schedule.pk, actor=publisher, **harmless).owner == admin
    schedules.toggle(schedule.pk, actor=publisher)
    assert Schedule.objects.get().owner == admin
    assert schedules.update(schedule.pk, actor=publisher, operation=BOTH).owner == publisher


def test_by_hand_it_is_done_as_the_one_who_asks_even_while_it_is_off(publisher, admin):
    schedule = new_schedule(steps.new_script(admin), admin, is_active=False, operation=BOTH)
    schedules.run_now(schedule.pk, actor=publisher, trigger="api")
    do_what_is_queued()
    assert told() == [("populate", "succeeded", "api", "paula"), ("publish", "succeeded", "api", "paula")]


def test_a_role_that_is_lost_between_populate_and_publish_counts(publisher):
    schedule = new_schedule(steps.new_script(publisher), publisher, operation=BOTH)
    schedules.run_now(schedule.pk, actor=publisher, trigger="api")
    User.objects.filter(pk=publisher.pk).update(role="author")
    do_what_is_queued()
    assert [run[:2] for run in told()] == [("populate", "succeeded")]
    assert steps.bad_rows() == []
