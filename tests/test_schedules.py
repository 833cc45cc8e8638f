"""Schedules and the connections that scripts may read."""

import pytest
from django.conf import settings as configured
from django.db import connection as database
from django_celery_beat.models import PeriodicTask

from dqx.errors import Invalid, NotAllowed
from scripts_app import connections, schedules, scripts
from scripts_app.models import Connection, Run, Schedule
from tests import steps

pytestmark = pytest.mark.django_db(transaction=True)
KEY = "8" * 43 + "="


def new_schedule(script, actor, **fields):
    values = {"job_name": "nightly", "cron_schedule": "5 2 * * 1-5", "timezone": "Europe/Berlin", **fields}
    return schedules.save(Schedule(script=script, **values), actor=actor)


def test_a_schedule_is_mirrored_to_beat_and_goes_with_it(publisher):
    schedule = new_schedule(steps.new_script(publisher), publisher)
    mirror = PeriodicTask.objects.get(name=f"schedule {schedule.pk}")
    assert (mirror.crontab.minute, mirror.crontab.hour, mirror.crontab.day_of_week) == ("5", "2", "1-5")
    assert (str(mirror.crontab.timezone), mirror.args, mirror.enabled) == ("Europe/Berlin", f"[{schedule.pk}]", True)
    schedule.is_active = False
    schedules.save(schedule, actor=publisher)
    assert not PeriodicTask.objects.get(name=f"schedule {schedule.pk}").enabled
    schedules.delete(schedule.pk, actor=publisher)
    assert not PeriodicTask.objects.filter(name=f"schedule {schedule.pk}").exists()


def test_a_script_that_is_deleted_takes_its_schedules_and_their_mirrors_along(publisher):
    script = steps.new_script(publisher)
    schedule = new_schedule(script, publisher)
    scripts.delete(script.pk, actor=publisher)
    assert not PeriodicTask.objects.filter(name=f"schedule {schedule.pk}").exists()


@pytest.mark.parametrize(
    ("cron", "told"),
    [("* * * *", "four|4"), ("61 * * * *", "minute '61'"), ("* * 0 * *", "day of month '0'"), ("* * * 13 *", "month '13'"),
     ("* * * * 8", "day of week '8'"), ("x * * * *", "minute 'x'"), ("*/0 * * * *", "minute")],
)  # fmt: skip
def test_a_malformed_expression_is_refused_by_its_field(publisher, cron, told):
    with pytest.raises(Invalid, match=told):
        new_schedule(steps.new_script(publisher), publisher, cron_schedule=cron)
    assert not Schedule.objects.exists()


def test_an_unknown_time_zone_is_refused(publisher):
    with pytest.raises(Invalid, match="no time zone 'Mars/Base'"):
        new_schedule(steps.new_script(publisher), publisher, timezone="Mars/Base")


def test_an_author_may_not_schedule(author):
    with pytest.raises(NotAllowed):
        new_schedule(steps.new_script(author), author)


def test_a_schedule_acts_as_its_owner(publisher):
    schedule = new_schedule(steps.new_script(publisher), publisher, operation="populate_and_publish")
    schedules.run(schedule.pk)
    assert list(Run.objects.order_by("id").values_list("kind", "status", "trigger", "actor")) == [
        ("populate", "succeeded", "schedule", publisher.pk),
        ("publish", "succeeded", "schedule", publisher.pk),
    ]
    assert len(steps.bad_rows()) == 1


def test_a_populate_that_fails_is_not_published(publisher):
    script = steps.new_script(publisher, content=steps.FIVE.replace("'u1'", "NULL"))
    schedule = new_schedule(script, publisher, operation="populate_and_publish")
    schedules.run(schedule.pk)
    assert list(Run.objects.values_list("kind", "status")) == [("populate", "failed")]


def test_a_script_reads_the_database_of_its_connection(admin, settings):
    settings.ENCRYPTION_KEYS = [KEY]
    runner = configured.RUNNER_DATABASE
    here = Connection(
        name="here",
        host=runner["HOST"],
        port=runner["PORT"],
        dbname=database.settings_dict["NAME"],
        username=runner["USER"],
    )
    connections.save(here, actor=admin, password=runner["PASSWORD"])
    script = scripts.create(actor=admin, name="there", content=steps.FIVE, connection=here)
    steps.succeeded(steps.run_populate(script, admin))
    assert len(steps.staged(script)) == 1


def test_a_key_is_changed_by_putting_the_new_one_in_front(settings):
    settings.ENCRYPTION_KEYS = [KEY]
    kept = Connection(name="x", secret=connections.encrypt("S3CRET"))
    settings.ENCRYPTION_KEYS = ["9" * 42 + "8=", KEY]
    assert connections.address(kept)["PASSWORD"] == "S3CRET"


def test_only_admins_choose_a_connection(admin, author, settings):
    settings.ENCRYPTION_KEYS = [KEY]
    far = connections.save(Connection(name="far", host="h", dbname="d", username="u"), actor=admin)
    with pytest.raises(NotAllowed):
        scripts.create(actor=author, name="x", content=steps.FIVE, connection=far)
