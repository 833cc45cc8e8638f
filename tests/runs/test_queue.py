"""Which run a worker takes: the one that matters most, within the limits on what goes on at once."""

import contextlib
import threading
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from dqx import sql
from dqx.errors import Conflict
from dqx.locks import Space
from scripts_app import populate
from scripts_app.ledger import claims, endings, execution, runs
from scripts_app.models import Connection, Run
from scripts_app.scheduling import firing, schedules
from tests import steps
from tests.beside import Task

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def queue(publisher):
    """Queues a populate of a new script, as somebody asked for it."""
    made = []

    def add(trigger="person", **fields):
        script = steps.new_script(publisher, name=f"script {len(made)}")
        run = populate.request(script.pk, actor=publisher, trigger=trigger)
        Run.objects.filter(pk=run.pk).update(**fields)
        made.append(run.pk)
        return run

    return add


def taken():
    """The trigger of the run that a worker takes now; it goes on until the test ends."""
    run = hold_next()
    return run and run.trigger


held = contextlib.ExitStack()


def hold_next():
    return held.enter_context(claims.next_claimed())


@pytest.fixture(autouse=True)
def let_go():
    yield
    held.close()


def a_connection(runs_at_once):
    return Connection.objects.create(name="far", host="127.0.0.1", dbname="x", username="x", runs_at_once=runs_at_once)


# --- Who goes first -----------------------------------------------------------------------------------------------------------


def test_what_a_person_waits_for_goes_before_programs_and_these_before_schedules(queue):
    for trigger in ("schedule", "api", "schedule", "person", "api", "person"):
        queue(trigger)
    assert [taken() for _ in range(7)] == ["person", "person", "api", "api", "schedule", "schedule", None]


def test_a_click_does_not_wait_behind_a_thousand_scheduled_runs(queue, publisher):
    first = queue("schedule")
    Run.objects.bulk_create(
        Run(kind="populate", trigger="schedule", script_name="x", content="x", content_hash="x") for _ in range(1_000)
    )
    click = queue("person")
    assert [hold_next().pk, hold_next().pk] == [click.pk, first.pk]


@pytest.mark.parametrize("fields", [{}, {"not_before": timezone.now() + timedelta(hours=1), "attempt": 2}])
def test_a_click_on_what_a_schedule_has_queued_lets_that_go_first(queue, publisher, settings, fields):
    settings.SCHEDULED_AT_ONCE = 1
    queue("schedule")
    assert taken() == "schedule"
    queue("schedule"), queue("api")
    wanted = queue("schedule", **fields)
    with pytest.raises(Conflict) as told:
        populate.request(wanted.script_id, actor=publisher, trigger="person")
    assert (told.value.code, told.value.data["run"]) == ("run_active", wanted.pk)
    assert "waits already" in str(told.value)
    assert (hold_next().pk, taken(), taken()) == (wanted.pk, "api", None)


def test_a_program_brings_it_before_schedules_and_not_before_people(queue):
    first, person, wanted = queue("schedule"), queue("person"), queue("schedule")
    assert claims.hurry(wanted, "api")
    assert [hold_next().pk for _ in range(3)] == [person.pk, wanted.pk, first.pk]


def test_what_a_person_wants_stays_so_though_a_program_asks_for_it_too(queue):
    first, wanted = queue("person"), queue("schedule")
    assert claims.hurry(wanted, "person") and claims.hurry(wanted, "api")
    last = queue("person")
    assert [hold_next().pk for _ in range(3)] == [first.pk, wanted.pk, last.pk]


def test_what_goes_on_or_was_asked_for_otherwise_is_not_brought_forward(queue):
    running, person, waiting = queue("schedule"), queue("person"), queue("schedule")
    with claims.claimed(running.pk):
        assert not claims.hurry(running, "person")
    assert not claims.hurry(person, "person") and not claims.hurry(waiting, "schedule")
    assert not Run.objects.exclude(hurried="").exists()


def test_of_those_that_matter_the_same_the_first_goes_first(queue):
    asked = [queue().pk for _ in range(3)]
    assert [hold_next().pk for _ in range(3)] == asked


def test_a_run_is_not_begun_before_its_time(queue):
    queue(not_before=timezone.now() + timedelta(minutes=1))
    assert hold_next() is None
    Run.objects.update(not_before=timezone.now() - timedelta(seconds=1))
    assert hold_next() is not None


def test_a_run_of_the_terminal_is_left_to_the_terminal(publisher):
    script = steps.new_script(publisher)
    run = populate.request(script.pk, actor=publisher, trigger="cli", dispatch=False)
    assert hold_next() is None
    assert execution.execute(run.pk)


def test_a_run_that_somebody_else_begins_is_passed_over(queue):
    first, second = queue(), queue()
    with steps.superuser() as other:  # between the lock and the row
        other.execute("SELECT pg_advisory_lock(%s, %s)", (Space.RUNS, first.pk))
        assert hold_next().pk == second.pk


def test_a_run_whose_message_brings_its_connection_waits_for_that(queue):
    queue(connection_given=True)
    assert hold_next() is None


def test_a_cancelled_run_is_never_taken(queue, publisher):
    runs.cancel(queue().pk, actor=publisher)
    assert hold_next() is None


# --- How many at once -------------------------------------------------------------------------------------------------------


def test_a_connection_carries_as_many_runs_at_once_as_it_may(queue):
    a_connection(2)
    far = [queue(connection_name="far") for _ in range(3)]
    here = queue()
    assert [hold_next().pk for _ in range(3)] == [far[0].pk, far[1].pk, here.pk]
    assert hold_next() is None
    Run.objects.filter(pk=far[0].pk).update(status="succeeded")
    assert hold_next().pk == far[2].pk


def test_this_database_carries_as_many_as_the_setting_says(queue, settings):
    settings.RUNS_AT_ONCE = 1
    a_connection(4)
    queue(), queue(), queue(connection_name="far")
    assert [hold_next().connection_name for _ in range(2)] == ["", "far"]
    assert hold_next() is None


def test_schedules_leave_a_place_to_people(queue, settings):
    settings.SCHEDULED_AT_ONCE = 2
    for _ in range(4):
        queue("schedule")
    assert [taken() for _ in range(3)] == ["schedule", "schedule", None]
    queue("person")
    assert taken() == "person"


def test_workers_that_take_at_once_keep_the_limits_and_never_take_one_twice(queue, settings):
    settings.RUNS_AT_ONCE = 3
    for _ in range(6):
        queue()
    got, done = [], threading.Event()

    def work():
        with claims.next_claimed() as run:
            got.append(run and run.pk)
            done.wait(10)

    tasks = [Task(work) for _ in range(6)]
    assert steps.eventually(lambda: len(got) == 6)
    done.set()
    [task.done() for task in tasks]
    assert len({pk for pk in got if pk}) == 3 and got.count(None) == 3


# --- Messages ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def rung(monkeypatch):
    """The messages that ring, which here go to nobody."""
    found = []
    monkeypatch.setattr(claims, "ring", lambda after=0.0, **options: found.append(after))
    return found


def test_a_run_that_waited_for_its_place_is_rung_for_when_there_is_one(queue, settings, rung):
    settings.RUNS_AT_ONCE = 1
    queue(), queue()
    rung.clear()
    assert execution.work() and len(rung) == 1
    assert execution.work() and len(rung) == 1
    assert not execution.work()


def test_queued_runs_that_nobody_heard_of_are_rung_for_and_never_by_thousands(queue, rung):
    queue()
    rung.clear()
    claims.recover()
    assert rung == []
    Run.objects.update(created_at=timezone.now() - timedelta(minutes=1))
    claims.recover()
    assert len(rung) == 1
    Run.objects.bulk_create(
        Run(kind="populate", trigger="api", script_name="x", content="x", content_hash="x") for _ in range(100)
    )
    claims.recover(unheard_after=timedelta(0))
    assert len(rung) == 1 + claims.RINGS


# --- What is deleted meanwhile ------------------------------------------------------------------------------------------------


def test_a_schedule_is_deleted_while_its_populate_ends_and_neither_waits_for_the_other(publisher):
    script = steps.new_script(publisher)
    both = "populate_and_publish"
    schedule = schedules.create(
        actor=publisher, job_name="x", script_id=script.pk, cron_schedule="0 0 * * *", operation=both
    )
    run = schedules.run_now(schedule.pk, actor=publisher, trigger="api")
    ends, deleting = threading.Event(), threading.Event()

    def end():
        with claims.claimed(run.pk) as taken, transaction.atomic():
            endings.succeed(taken)  # locks the run
            ends.set()
            assert deleting.wait(10)
            firing.follow(taken)  # and the schedule

    task = Task(end)
    assert ends.wait(10)
    deletion = Task(lambda: schedules.delete(schedule.pk, actor=publisher))
    with steps.superuser() as watcher:
        waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        assert steps.eventually(lambda: watcher.execute(waits) or watcher.fetchone()[0])
    deleting.set()
    task.done()
    deletion.done()
    assert set(Run.objects.values_list("schedule", flat=True)) == {None}


def test_a_schedule_is_deleted_while_the_alerts_are_looked_after(publisher):
    script = steps.new_script(publisher)
    schedule = schedules.create(actor=publisher, job_name="x", script_id=script.pk, cron_schedule="0 0 * * *")
    with steps.superuser() as looking:
        looking.execute("SELECT pg_advisory_lock(%s, 0)", (Space.NOTICING,))
        task = Task(lambda: schedules.delete(schedule.pk, actor=publisher))
        waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'advisory' AND datname = current_database()"
        assert steps.eventually(lambda: looking.execute(waits) or looking.fetchone()[0])
    task.done()


def test_a_query_that_goes_on_keeps_no_worker_waiting(queue):
    queue()
    with sql.session_lock(Space.QUERIES, 0) as got:
        assert got
        assert Task(lambda: execution.work()).done(5)
