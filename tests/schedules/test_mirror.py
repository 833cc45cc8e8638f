"""Beat's entries equal the schedules after whatever people do, and whatever else damages them is found, told and mended."""

import random

import pytest
from django_celery_beat.models import CrontabSchedule

from dqx.users.models import User
from scripts_app import scripts
from scripts_app.models import Schedule, Script
from scripts_app.scheduling import schedules
from tests import steps
from tests.schedules.entries import CRONS, entry_of, names, told
from tests.schedules.nightly import new_schedule as new

pytestmark = pytest.mark.django_db(transaction=True)
ZONES = ("UTC", "Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe", "America/New_York")


@pytest.fixture
def schedule(publisher):
    return new(steps.new_script(publisher), publisher)


# --- One schedule ----------------------------------------------------------------------------------------------------------


def test_a_schedule_is_mirrored_to_beat_and_goes_with_it(publisher):
    schedule = new(steps.new_script(publisher), publisher)
    crontab = entry_of(schedule).crontab
    assert (crontab.minute, crontab.hour, crontab.day_of_month, crontab.day_of_week) == ("5", "2", "*", "1,2,3,4,5")
    assert (str(crontab.timezone), entry_of(schedule).args) == ("Europe/Berlin", f"[{schedule.pk}]")
    schedules.toggle(schedule.pk, actor=publisher)
    assert entry_of(schedule) is None
    schedules.update(schedule.pk, actor=publisher, is_active=True, cron_schedule="0 3 * * *")
    assert (entry_of(schedule).enabled, entry_of(schedule).crontab.hour) == (True, "3")
    schedules.delete(schedule.pk, actor=publisher)
    assert entry_of(schedule) is None


def test_a_script_that_is_deleted_takes_its_schedules_and_their_mirrors_along(publisher):
    script = steps.new_script(publisher)
    schedule = new(script, publisher)
    scripts.delete(script.pk, actor=publisher)
    assert entry_of(schedule) is None
    assert not Schedule.objects.exists()


def test_two_schedules_of_one_time_share_a_crontab_even_if_there_are_two(publisher):
    script = steps.new_script(publisher)
    first = new(script, publisher)
    double = entry_of(first).crontab
    double.pk = None
    double.save()
    second = new(script, publisher)
    assert entry_of(second).crontab_id in CrontabSchedule.objects.values_list("pk", flat=True)


# --- Whatever people do -----------------------------------------------------------------------------------------------------


class Walk:
    """Somebody who does what comes to mind, again and again."""

    def __init__(self, seed, people):
        self.dice = random.Random(seed)
        self.people = people
        self.n = 0

    def step(self):
        able = (
            [self.create]
            if Schedule.objects.count() < 3
            else [self.update] * 3 + [self.toggle] * 2 + [self.create, self.delete]
        )
        self.dice.choice([*able, self.change_role, self.delete_script] if self.n else able)()
        self.n += 1

    def anyone(self):
        return self.dice.choice(self.people)

    def any_schedule(self):
        return self.dice.choice(list(Schedule.objects.order_by("pk"))).pk

    def timing(self):
        return {"cron_schedule": self.dice.choice(CRONS), "timezone": self.dice.choice(ZONES)}

    def create(self):
        script = self.dice.choice([*Script.objects.order_by("pk"), None]) or steps.new_script(
            self.anyone(), name=f"script {self.n}"
        )
        new(script, self.anyone(), is_active=self.dice.random() < 0.7, **self.timing())

    def update(self):
        changes = {
            "job_name": "x",
            "is_active": self.dice.random() < 0.5,
            "operation": "populate_and_publish",
            **self.timing(),
        }
        some = self.dice.sample(sorted(changes), self.dice.randint(1, len(changes)))
        schedules.update(self.any_schedule(), actor=self.anyone(), **{name: changes[name] for name in some})

    def toggle(self):
        schedules.toggle(self.any_schedule(), actor=self.anyone())

    def delete(self):
        schedules.delete(self.any_schedule(), actor=self.anyone())

    def change_role(self):
        """Whose schedules rest then, and stay with beat: they say so when they are due."""
        person = User.objects.get(username="arthur")
        User.objects.filter(pk=person.pk).update(role=self.dice.choice(["viewer", "publisher"]))

    def delete_script(self):
        if Script.objects.exists():
            scripts.delete(self.dice.choice(list(Script.objects.order_by("pk"))).pk, actor=self.people[0])


@pytest.mark.parametrize("seed", range(3))
def test_the_mirror_is_equal_after_each_of_many_changes(seed, admin, publisher, author):
    User.objects.filter(pk=author.pk).update(role="publisher")
    walk = Walk(seed, [admin, publisher])
    new(steps.new_script(admin), User.objects.get(pk=author.pk))
    for _ in range(40):
        walk.step()
        assert told() == []
        assert names() == {
            f"schedule {pk}" for pk in Schedule.objects.filter(is_active=True).values_list("pk", flat=True)
        }


def test_a_change_that_fails_leaves_both_as_they_were(schedule, publisher):
    before = entry_of(schedule).crontab_id
    with pytest.raises(Exception, match="nonsense"):
        schedules.update(schedule.pk, actor=publisher, timezone="nonsense")
    assert entry_of(schedule).crontab_id == before
    assert told() == []
