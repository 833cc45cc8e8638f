"""What became of due times, as a steward sees it: the strip of marks, the list with reasons, and schedules that are late."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from scripts_app.models import DueTime, Run, Schedule
from scripts_app.scheduling import schedules
from tests import steps
from tests.pages import due_times

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def schedule(publisher):
    script = steps.new_script(publisher)
    return schedules.create(actor=publisher, job_name="Nightly", script_id=script.pk, cron_schedule="0 2 * * *")


@pytest.fixture
def visit(visitor, publisher):
    def visit(address="/scheduler"):
        visitor.sign_in(publisher)
        visitor.open(address)
        return visitor.page

    return visit


def test_each_row_shows_what_became_of_its_last_times(visit, schedule, publisher):
    due_times.history(schedule, publisher, 25)
    page = visit()
    marks = page.get_by_role("img", name="The last 20 times:")
    expect(marks).to_have_accessible_name(re.compile("8 ran well, 3 failed, 3 could not start, 3 skipped, 3 missed"))
    expect(marks.locator(".mark")).to_have_count(20)
    expect(marks.locator(".mark-missed").first).to_have_attribute(
        "title", re.compile(r": missed\. Because it was .* With 39 more right before it\.")
    )


def test_the_panel_tells_each_time_with_why_and_its_run(visit, schedule, publisher):
    due_times.history(schedule, publisher)
    page = visit()
    page.get_by_role("button", name="Nightly", exact=True).click()
    panel = page.get_by_role("dialog", name="Nightly")
    rows = panel.get_by_role("region", name="Times at which this schedule was due, table").locator("tbody tr")
    expect(rows).to_have_count(10)
    failed = rows.filter(has_text="Failed").first
    expect(failed).to_contain_text("column <b>x</b> does not exist")
    run = Run.objects.filter(status="failed").latest("id")
    expect(failed.get_by_role("link", name=f"Run {run.pk}")).to_have_attribute("href", f"/runs/{run.pk}")
    panel.get_by_role("navigation", name="Pages of times").get_by_role("button", name="Next").click()
    expect(rows).to_have_count(2)
    panel.get_by_label("Only those at which it did not run").check()
    expect(rows).to_have_count(6)
    expect(rows.first).to_contain_text(re.compile("Could not start|Skipped|Missed"))


def test_a_night_without_a_run_is_the_last_result_whatever_ran_before(visit, schedule, publisher):
    run = steps.succeeded(steps.run_populate(schedule.script, publisher))
    Run.objects.filter(pk=run.pk).update(schedule=schedule, created_at=timezone.now() - timedelta(days=1))
    DueTime.objects.create(schedule=schedule, due_at=timezone.now(), outcome="missed", reason="DQX was down.")
    page = visit()
    first = page.get_by_role("region", name="Schedules, table").locator("tbody tr").first
    expect(first).to_contain_text(re.compile("Missed.*DQX was down."))
    expect(page.get_by_text("1 schedule, 1 on, 1 needs attention")).to_be_visible()


def test_a_link_leads_to_one_schedule_and_from_its_run_back_to_it(visit, schedule, publisher):
    run = steps.failed_run(schedule.script, publisher, schedule=schedule)
    page = visit(f"/runs/{run.pk}")
    expect(page.get_by_role("link", name=schedule.script.name)).to_have_attribute(
        "href", f"/editor/{schedule.script_id}"
    )
    page.get_by_role("link", name=f"Schedule {schedule.pk}").click()
    expect(page.get_by_role("dialog", name="Nightly")).to_be_visible()
    schedules.delete(schedule.pk, actor=publisher)
    page.reload()
    expect(page.get_by_text("The schedule that this link leads to is not there any more.")).to_be_visible()


def test_one_that_is_late_comes_first_and_says_why(visit, schedule, publisher):
    schedules.create(actor=publisher, job_name="A fine one", script_id=schedule.script_id, cron_schedule="0 2 * * *")
    due_times.make_late(schedule)
    page = visit()
    expect(page.get_by_text("“Nightly” has not run when it should have.")).to_be_visible()
    expect(page.get_by_text("2 schedules, 2 on, 1 needs attention")).to_be_visible()
    first = page.get_by_role("region", name="Schedules, table").locator("tbody tr").first
    expect(first).to_contain_text(re.compile("Late since 4[0-2] minutes ago.*Nobody has taken it up"))
    page.get_by_role("button", name="Nightly", exact=True).click()
    expect(page.get_by_role("dialog", name="Nightly").get_by_text("It is late, since")).to_be_visible()
    # Somebody takes it up, and the page hears of it.
    Schedule.objects.update(next_due_at=None)
    expect(page.get_by_text("has not run when it should have")).to_be_hidden(timeout=15_000)


def test_the_first_page_names_schedules_that_are_late(visit, schedule, publisher):
    steps.succeeded(steps.run_populate(schedule.script, publisher))
    steps.succeeded(steps.run_publish(schedule.script, publisher))
    due_times.make_late(schedule)
    page = visit("/")
    attention = page.get_by_role("region", name="Needs attention")
    expect(attention).to_contain_text("Schedule late")
    expect(attention.get_by_role("link", name="Nightly")).to_have_attribute("href", "/scheduler?state=trouble")


def test_what_becomes_of_missed_times_is_chosen_in_the_form(visit, schedule):
    page = visit()
    page.get_by_role("button", name="Edit Nightly").click()
    form = page.locator("#form")
    expect(form.get_by_label("Run it once as soon as DQX is up again")).to_be_checked()
    form.get_by_label("Leave the missed times out").check()
    form.get_by_role("button", name="Save").click()
    expect(page.get_by_text("“Nightly” was saved.")).to_be_visible()
    assert Schedule.objects.get().catch_up == "skip"
    page.get_by_role("button", name="Nightly", exact=True).click()
    expect(page.get_by_role("dialog", name="Nightly").get_by_text("left out", exact=True)).to_be_visible()
