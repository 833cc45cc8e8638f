"""The page of schedules, as a steward uses it: making one while its times are told, those that want somebody, run now, and the history."""

import re

import pytest
from playwright.sync_api import expect

from scripts_app.models import Run, Schedule
from scripts_app.scheduling import schedules
from tests import steps
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def browser_context_args(browser_context_args):
    """Somebody in New York."""
    return {**browser_context_args, "timezone_id": "America/New_York"}


@pytest.fixture
def visit(visitor):
    def visit(person, query=""):
        visitor.sign_in(person)
        visitor.open(f"/scheduler{query}")
        return visitor.page

    return visit


def scheduled(actor, name="Nightly", **more):
    script = more.pop("script", None) or steps.new_script(actor, name=f"script of {name}")
    told = {"cron_schedule": "5 2 * * *", "timezone": "Europe/Berlin", **more}
    return schedules.create(actor=actor, job_name=name, script_id=script.pk, **told)


def rows(page):
    return page.get_by_role("region", name="Schedules, table").locator("tbody tr")


def row(page, name):
    return rows(page).filter(has=page.get_by_role("button", name=name, exact=True))


def form(page):
    return page.locator("#form")


def test_a_schedule_is_made_while_its_times_are_told(visit, publisher):
    script = steps.new_script(publisher, name="Flights by night")
    page = visit(publisher)
    expect(page.get_by_text("There is no schedule yet.")).to_be_visible()
    page.get_by_role("button", name="New schedule").click()
    expect(form(page).get_by_label("Name")).to_be_focused()
    expect(form(page).get_by_label("Time zone")).to_have_value("America/New_York")

    page.keyboard.type("Mondays")
    form(page).get_by_label("Script").fill("night")
    page.get_by_role("option", name="Flights by night").click()
    form(page).get_by_text("Weekly", exact=True).click()
    form(page).get_by_label("Time", exact=True).fill("06:30")
    preview = page.get_by_role("region", name="The next runs")
    expect(preview.get_by_text("At 06:30, only on Monday")).to_be_visible()
    expect(preview.get_by_role("listitem")).to_have_count(5)
    expect(preview.get_by_role("listitem").first).to_have_text(re.compile(r"^Mon, \d+ \w+ \d{4}, 06:30$"))

    form(page).get_by_label("Time zone").fill("tokyo")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(form(page).get_by_label("Time zone")).to_have_value("Asia/Tokyo")
    expect(preview.get_by_role("listitem").first).to_have_text(re.compile(r"^Mon, .* 06:30 \(Sun, .* for you\)$"))

    form(page).get_by_role("button", name="Save").click()
    expect(form(page)).to_be_hidden()
    expect(page.get_by_text("“Mondays” was saved.")).to_be_visible()
    expect(row(page, "Mondays")).to_contain_text("At 06:30, only on Monday")
    made = Schedule.objects.get()
    assert (made.script, made.cron_schedule, made.timezone) == (script, "30 6 * * 1", "Asia/Tokyo")
    assert (made.operation, made.owner, made.is_active) == ("populate_and_publish", publisher, True)


def test_a_wrong_expression_is_told_at_its_field_while_one_types(visit, visitor, publisher):
    page = visit(publisher)
    page.get_by_role("button", name="New schedule").click()
    expect(page.get_by_text("At 02:00")).to_be_visible()
    form(page).get_by_text("Cron", exact=True).click()
    field = form(page).get_by_label("Cron expression")
    expect(field).to_have_value("0 2 * * *")
    field.fill("99 * * * *")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(re.compile("The minute '99' is not valid"))
    visitor.photograph("scheduler-wrong-cron")
    field.fill("*/20 * * * *")
    expect(page.get_by_text("Every 20 minutes")).to_be_visible()
    expect(field).not_to_have_attribute("aria-invalid", "true")
    form(page).get_by_label("Time zone").fill("Mars/Base")
    page.keyboard.press("Tab")
    expect(page.get_by_text("There is no time zone 'Mars/Base'.")).to_be_visible()
    form(page).get_by_role("button", name="Save").click()
    expect(page.get_by_text("Choose a script.")).to_be_visible()
    visitor.complaints.clear()  # the browser's own lines about answers that refuse
    assert not Schedule.objects.exists()


def test_nothing_typed_is_lost(visit, visitor, publisher):
    steps.new_script(publisher, name="Flights")
    page = visit(publisher)
    page.get_by_role("button", name="New schedule").click()
    expect(form(page).get_by_label("Name")).to_be_focused()
    page.keyboard.type("kept")
    form(page).get_by_label("Script").fill("flights")
    page.get_by_role("option", name="Flights").click()
    page.context.set_offline(True)
    form(page).get_by_role("button", name="Save").click()
    expect(form(page).get_by_text("DQX can't be reached.")).to_be_visible()
    page.context.set_offline(False)

    # Escape asks first, and a second one means no.
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="Throw away what you typed?")).to_be_visible()
    page.keyboard.press("Escape")
    expect(form(page)).to_be_visible()

    # The tab is loaded again.
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(form(page).get_by_text("is back.")).to_be_visible()
    expect(form(page).get_by_label("Name")).to_have_value("kept")

    # The session ends.
    page.context.clear_cookies(name="sessionid")
    form(page).get_by_role("button", name="Save").click()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(row(page, "kept")).to_be_visible()
    assert Schedule.objects.get().script.name == "Flights"
    visitor.complaints.clear()


def test_a_schedule_is_changed_switched_and_deleted(visit, visitor, publisher):
    schedule = scheduled(publisher)
    page = visit(publisher)
    page.get_by_role("switch", name="Nightly: switched on").uncheck()
    expect(row(page, "Nightly")).to_contain_text("off")
    assert steps.eventually(lambda: not Schedule.objects.get(pk=schedule.pk).is_active)
    page.get_by_role("button", name="Edit Nightly").click()
    expect(form(page).get_by_label("Script")).to_have_value("script of Nightly")
    expect(form(page).get_by_label("Cron expression")).to_have_value("5 2 * * *")
    form(page).get_by_label("Name").fill("Every night")
    form(page).get_by_role("button", name="Save").click()
    expect(row(page, "Every night")).to_be_visible()
    page.get_by_role("button", name="Edit Every night").click()
    form(page).get_by_role("button", name="Delete…").click()
    expect(page.get_by_text("The runs that it has done stay in the ledger")).to_be_visible()
    page.get_by_role("button", name="Delete it").click()
    expect(page.get_by_text("“Every night” was deleted.")).to_be_visible()
    expect(row(page, "Every night")).to_have_count(0)
    assert not Schedule.objects.exists()


def test_run_now_tells_what_happened_and_the_history_has_it(visit, publisher):
    scheduled(publisher, operation="populate_and_publish")
    page = visit(publisher)
    page.get_by_role("button", name="Run now: Nightly").click()
    expect(page.locator("#launch")).to_contain_text("Publish", timeout=20_000)
    expect(row(page, "Nightly")).to_contain_text("Succeeded", timeout=20_000)
    populate, publish = Run.objects.order_by("id")
    expect(page.locator("#launch").get_by_role("link", name=f"Run {publish.pk}")).to_be_visible()
    assert (populate.trigger, populate.actor, publish.status) == ("person", publisher, "succeeded")
    page.get_by_role("button", name="Nightly", exact=True).click()
    panel = page.get_by_role("dialog", name="Nightly")
    runs = panel.get_by_role("region", name="Runs of this schedule, table").locator("tbody tr")
    expect(runs).to_have_count(2)
    expect(runs.first).to_contain_text(f"Publish {publish.pk}")
    expect(panel.get_by_text("(Sun", exact=False).or_(panel.get_by_text("for you")).first).to_be_visible()


def test_a_run_under_way_is_named_where_a_second_is_refused(visit, visitor, publisher):
    schedule = scheduled(publisher)
    page = visit(publisher)
    run = Run.objects.create(
        script=schedule.script,
        script_name="x",
        content="",
        content_hash="",
        kind="populate",
        status="queued",
        trigger="api",
    )
    page.get_by_role("button", name="Run now: Nightly").click()
    expect(page.locator("#notice").get_by_role("link", name=f"Run {run.pk}")).to_be_visible()
    visitor.complaints.clear()


def test_those_that_want_somebody_stand_out(visit, publisher, author):
    scheduled(publisher, "Fine")
    failing = scheduled(publisher, "Failing")
    steps.failed_run(failing.script, publisher, schedule=failing)
    resting = scheduled(publisher, "Resting")
    Schedule.objects.filter(pk=resting.pk).update(owner=author, operation="populate_and_publish")
    page = visit(publisher)
    expect(page.get_by_text("3 schedules, 3 on, 2 need attention")).to_be_visible()
    expect(rows(page).last).to_contain_text("Fine")
    expect(row(page, "Failing")).to_contain_text("column <b>x</b> does not exist")
    page.get_by_label("Need attention").check()
    expect(rows(page)).to_have_count(2)
    expect(page).to_have_url(re.compile(r"\?state=trouble$"))
    page.reload()
    expect(rows(page)).to_have_count(2)
    expect(row(page, "Resting")).to_contain_text("arthur, may no longer do it")
    page.get_by_role("button", name="Resting", exact=True).click()
    page.get_by_role("button", name="Take it over").click()
    expect(page.get_by_role("button", name="Take it over")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(rows(page)).to_have_count(1)
    assert Schedule.objects.get(pk=resting.pk).owner == publisher


def test_a_viewer_sees_and_changes_nothing(visit, viewer, publisher):
    scheduled(publisher)
    page = visit(viewer)
    expect(page.get_by_role("switch", name="Nightly: switched on")).to_be_disabled()
    for name in ("New schedule", "Run now: Nightly", "Edit Nightly"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)
    page.get_by_role("button", name="Nightly", exact=True).click()
    expect(page.get_by_text("It has not run yet.")).to_be_visible()
    expect(page.get_by_role("dialog").get_by_role("button", name="Edit")).to_have_count(0)


def test_many_schedules_stay_readable(visit, publisher):
    script = steps.new_script(publisher, name="shared")
    Schedule.objects.bulk_create(
        Schedule(job_name=f"Job {n:04}", script=script, owner=publisher, cron_schedule=f"{n % 60} {n % 24} * * *")
        for n in range(1_200)
    )
    page = visit(publisher)
    expect(page.get_by_text("1,200 schedules, 1,200 on")).to_be_visible()
    expect(rows(page)).to_have_count(100)
    page.get_by_role("button", name="Show more").click()
    expect(rows(page)).to_have_count(200)
    page.get_by_label("Search").fill("0777")
    expect(rows(page)).to_have_count(1)


def test_names_of_one_long_word_leave_the_buttons_in_view(visit, publisher):
    script = steps.new_script(publisher, name="checks_of_the_warehouse_" * 10)
    scheduled(publisher, "every_night_of_the_warehouse_" * 3, script=script)
    page = visit(publisher)
    expect(rows(page).first.get_by_role("button", name="Run now")).to_be_in_viewport(ratio=1)
