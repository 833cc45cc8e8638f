"""An entry of beat that is not what its schedule says is found, told and mended."""

import pytest
from django.core.management import call_command
from django.db import connection
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

from scripts_app import checks, tasks
from scripts_app.models import Schedule
from scripts_app.scheduling import mirror
from tests import steps
from tests.schedules.entries import CRONS, entry_of, names, told
from tests.schedules.nightly import new_schedule as new

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def schedule(publisher):
    return new(steps.new_script(publisher), publisher)


# --- Damage -----------------------------------------------------------------------------------------------------------------


def set_times(entry):
    entry.crontab = CrontabSchedule.objects.create(minute="7", hour="7", timezone="UTC")


def set_interval(entry):
    entry.crontab, entry.interval = None, IntervalSchedule.objects.create(every=5, period="minutes")


def set_fields(**fields):
    def damage(entry):
        for name, value in fields.items():
            setattr(entry, name, value)

    return damage


@pytest.mark.parametrize(
    ("damage", "what"),
    [
        (set_times, "other times"),
        (set_interval, "other times"),
        (set_fields(args="[4711]"), "another task"),
        (set_fields(task="dqx.users.tasks.forget_tokens"), "another task"),
        (set_fields(enabled=False), "disabled"),
        (set_fields(kwargs='{"x": 1}'), "other kwargs"),
        (set_fields(queue="elsewhere"), "other queue"),
        (set_fields(one_off=True), "other one_off"),
        (set_fields(expire_seconds=1), "other expire_seconds"),
    ],
)
def test_an_entry_that_says_something_else_is_found_and_mended(schedule, damage, what):
    entry = entry_of(schedule)
    damage(entry)
    entry.save()
    assert told() == [(f"schedule {schedule.pk}", what)]
    mirror.mend()
    assert (told(), names()) == ([], {f"schedule {schedule.pk}"})


def test_an_entry_that_is_missing_is_found_and_mended(schedule):
    entry_of(schedule).delete()
    assert told() == [(f"schedule {schedule.pk}", "missing")]
    tasks.mend_mirror()
    assert entry_of(schedule).crontab.hour == "2"


@pytest.mark.parametrize("name", ["schedule 4711", "schedule x", "schedule 99999999999999", "twice", "schedule 0{}"])
def test_an_entry_too_many_is_found_and_taken_away(schedule, name):
    entry = entry_of(schedule)
    entry.pk, entry.name = None, name.format(schedule.pk)
    entry.save()
    assert told() == [(entry.name, "too many")]
    mirror.mend()
    assert (told(), names()) == ([], {f"schedule {schedule.pk}"})


def test_one_that_is_off_has_none(schedule):
    Schedule.objects.update(is_active=False)
    assert told() == [(f"schedule {schedule.pk}", "too many")]
    mirror.mend()
    assert (told(), names()) == ([], set())


def test_entries_that_are_not_ours_are_left_alone(schedule):
    other = PeriodicTask.objects.create(name="of somebody else", task="their.task", crontab=entry_of(schedule).crontab)
    assert (told(), mirror.mend()) == ([], [])
    assert PeriodicTask.objects.filter(pk=other.pk).exists()


def test_one_of_an_older_dqx_is_mirrored_once_its_expression_is_one(publisher):
    script = steps.new_script(publisher)
    old = Schedule.objects.create(job_name="old", script=script, cron_schedule="0 3 * * *")
    none = Schedule.objects.create(job_name="none", script=script, cron_schedule="every day at noon")
    assert told() == [(f"schedule {old.pk}", "missing")]
    mirror.mend()
    assert (told(), names()) == ([], {f"schedule {old.pk}"})
    assert none.is_active


# --- How it is told ---------------------------------------------------------------------------------------------------------


def test_it_is_found_in_one_statement_however_many_there_are(publisher, django_assert_num_queries):
    script = steps.new_script(publisher)
    for count in (2, 12):
        while Schedule.objects.count() < count:
            new(script, publisher, cron_schedule=CRONS[Schedule.objects.count() % len(CRONS)])
        with django_assert_num_queries(1):
            assert mirror.differences() == []


def test_the_check_names_the_first_of_them_and_what_to_do(publisher):
    script = steps.new_script(publisher)
    for _ in range(7):
        new(script, publisher)
    assert checks.schedules_are_mirrored(databases=["default"]) == []
    PeriodicTask.objects.filter(name__startswith="schedule ").delete()
    (warning,) = checks.schedules_are_mirrored(databases=["default"])
    assert (warning.id, "(missing)" in warning.msg, "and 2 more" in warning.msg) == ("dqx.W005", True, True)
    assert "mend_mirror" in warning.hint
    assert checks.schedules_are_mirrored(databases=None) == []


def test_the_check_is_silent_before_the_tables_are_there(db):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE dq.dq_schedules RENAME TO away")
        try:
            assert checks.schedules_are_mirrored(databases=["default"]) == []
        finally:
            cursor.execute("ALTER TABLE dq.away RENAME TO dq_schedules")


def test_the_command_mends_and_tells(schedule, capsys):
    entry_of(schedule).delete()
    call_command("mend_mirror")
    assert f"schedule {schedule.pk}" in capsys.readouterr().out
    assert told() == []
