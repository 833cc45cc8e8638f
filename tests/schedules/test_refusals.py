"""What is no time of a schedule is refused by its field, and who may not schedule is too."""

import re

import pytest

from dqx.errors import Invalid, NotAllowed
from scripts_app.models import Schedule
from scripts_app.scheduling import schedule_times
from tests import steps
from tests.schedules.nightly import new_schedule

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    ("cron", "told"),
    [("* * * *", "This one has 4"), ("* * * * * *", "This one has 6"), ("@daily", "@daily are not known"),
     ("61 * * * *", "minute '61'"), ("* * 0 * *", "day of month '0'"), ("* * * 13 *", "month '13'"),
     ("* * * * 8", "day of week '8'"), ("x * * * *", "minute 'x'"), ("*/0 * * * *", "minute"), ("* 24 * * *", "hour '24'"),
     ("0 0 L * *", "day of month 'L'"), ("0 0 15W * *", "day of month '15W'"), ("0 0 * * 5#2", "day of week '5#2'"),
     ("0 0 ? * *", "day of month"), ("0 0 * * fri-mon", "day of week 'fri-mon'"), ("0 0 31 2 *", "never comes"),
     ("1,, * * * *", "minute '1,,'"),
     ("0 0 31 4,6,9,11 *", "never comes"), ("٣ * * * *", "minute"), ("5/ * * * *", "minute '5/'"), ("0" * 99 + " * * * *", "at most 100")],
)  # fmt: skip
def test_a_malformed_expression_is_refused_by_its_field(publisher, cron, told):
    with pytest.raises(Invalid, match=re.escape(told)) as refused:
        new_schedule(steps.new_script(publisher), publisher, cron_schedule=cron)
    assert refused.value.data["field"] == "cron_schedule"
    assert not Schedule.objects.exists()


@pytest.mark.parametrize(
    ("cron", "values"),
    [("61 * * * *", "0 to 59"), ("* 24 * * *", "0 to 23"), ("* * 0 * *", "1 to 31"), ("* * * 13 *", "to DEC"), ("* * * * 8", "Sunday")],
)  # fmt: skip
def test_a_refusal_says_what_the_field_is_made_of(cron, values):
    with pytest.raises(Invalid, match=values):
        schedule_times.check(cron, "UTC")


def test_a_time_zone_in_other_letters_is_named():
    with pytest.raises(Invalid, match="Did you mean America/New_York"):
        schedule_times.check("* * * * *", "america/new_york")


def test_an_unknown_time_zone_is_refused(publisher):
    with pytest.raises(Invalid, match="no time zone 'Mars/Base'"):
        new_schedule(steps.new_script(publisher), publisher, timezone="Mars/Base")


def test_an_author_may_not_schedule(author):
    with pytest.raises(NotAllowed):
        new_schedule(steps.new_script(author), author)
