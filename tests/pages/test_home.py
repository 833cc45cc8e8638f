"""The first page: what is wrong now, whether it gets better, where to begin; and before there is anything, what to do next, by role."""

import json
import re

import pytest
from playwright.sync_api import expect

from dqx import sql
from reference_app.models import Rule
from scripts_app.scheduling import schedules
from tests import steps
from tests.api.bad_rows import insert, row
from tests.ops.alive import seen

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def see(visitor):
    def see(person):
        visitor.sign_in(person)
        visitor.open("/")
        return visitor.page

    return see


def publish(script, actor, content):
    steps.set_text(script, content)
    steps.succeeded(steps.run_populate(script, actor))
    steps.succeeded(steps.run_publish(script, actor))


def days_pass(days):
    sql.execute("UPDATE dq.bad_detail_events SET at = at - make_interval(days => %(days)s)", {"days": days})


def finding(n):
    return steps.FIVE.replace("'u1'", "'u' || g") + f" FROM generate_series(1, {n}) g"


# --- Before there is anything -----------------------------------------------------------------------------------------


def test_an_author_is_told_to_write_the_first_script(see, author):
    page = see(author)
    expect(page.get_by_role("heading", name="Nothing is checked yet")).to_be_visible()
    expect(page.get_by_role("link", name="Write a script")).to_be_visible()


def test_a_viewer_is_told_who_writes_it(see, viewer):
    page = see(viewer)
    expect(page.get_by_text("An Author does this. Your role is Viewer.")).to_be_visible()
    expect(page.get_by_role("link", name="Write a script")).to_have_count(0)


def test_scripts_that_never_ran_are_to_be_populated(see, author):
    steps.new_script(author)
    page = see(author)
    expect(page.get_by_role("heading", name="No script was run yet")).to_be_visible()
    expect(page.get_by_text("There is 1.")).to_be_visible()
    expect(page.get_by_role("link", name="Open the scripts")).to_have_count(1)


def test_what_is_populated_is_for_a_publisher_to_publish(see, publisher, author, visitor):
    steps.succeeded(steps.run_populate(steps.new_script(author), author))
    page = see(author)
    expect(page.get_by_role("heading", name="Nothing is published yet")).to_be_visible()
    expect(page.get_by_text("A Publisher does this. Your role is Author")).to_be_visible()
    page.context.clear_cookies()
    page = see(publisher)
    expect(page.get_by_role("link", name="Open the scripts")).to_be_visible()


def test_where_all_is_clean_it_says_so(see, publisher):
    publish(steps.new_script(publisher), publisher, f"{steps.FIVE} WHERE false")
    page = see(publisher)
    expect(page.get_by_role("heading", name="No bad rows")).to_be_visible()


# --- What is wrong, and whether it gets better ------------------------------------------------------------------------


def test_it_tells_whether_it_gets_better(see, publisher):
    script = steps.new_script(publisher)
    publish(script, publisher, finding(9))
    days_pass(20)
    publish(script, publisher, finding(5))
    days_pass(2)
    publish(script, publisher, finding(6))
    page = see(publisher)
    expect(page.locator("#moved")).to_have_text("▼ 3 fewer than a week ago")
    expect(page.locator("[data-net-rule=R1]")).to_have_text("−3")
    trend = page.get_by_role("region", name="Bad rows over time", exact=True)
    trend.get_by_role("button", name="Table").click()
    expect(trend.locator("tbody tr").nth(0)).to_contain_text("6")
    expect(trend.locator("tbody tr").nth(1)).to_contain_text("5")
    expect(trend.locator("tbody tr").nth(3)).to_contain_text("9")
    expect(trend.get_by_text("before", exact=False).last).to_contain_text("it is not known")


def test_after_the_first_publish_nothing_is_made_up(see, publisher):
    publish(steps.new_script(publisher), publisher, finding(4))
    page = see(publisher)
    expect(page.locator("#moved")).to_contain_text("▲ 4 more since")
    expect(page.get_by_text("The first publish on record was today: 4 opened.")).to_be_visible()


def test_rows_of_another_program_have_no_past(see, viewer):
    insert(row())
    page = see(viewer)
    expect(page.get_by_text("no publish is on record")).to_be_visible()
    expect(page.locator("#moved")).to_be_empty()


def test_the_worst_lead_to_their_rows(see, viewer):
    Rule.objects.create(rule_id="R/1", rule_name="<b>Customer</b> missing")
    insert(*(row(f"u{n}", rule="R/1") for n in range(3)), row("u1", rule="R2"))
    page = see(viewer)
    records = page.get_by_role("region", name="Worst records, table")
    expect(records.locator("tbody tr")).to_have_count(1)
    expect(records.get_by_role("link", name="u1", exact=True)).to_have_attribute(
        "href", "/bad-detail?source_id=S1&source_uid=u1"
    )
    page.get_by_role("link", name="R/1 <b>Customer</b> missing").click()
    expect(page).to_have_url(re.compile(r"/bad-detail\?rule_id=R%2F1$"))
    expect(page.get_by_text("3 bad rows", exact=True)).to_be_visible()


# --- What needs attention ---------------------------------------------------------------------------------------------


def test_failures_and_resting_schedules_are_told(see, publisher, viewer, author):
    script = steps.new_script(publisher)
    publish(script, publisher, steps.FIVE)
    schedule = schedules.create(actor=publisher, job_name="nightly", script_id=script.pk, cron_schedule="0 3 * * *")
    failed = steps.failed_run(script, publisher, schedule=schedule)
    publisher.role = "viewer"
    publisher.save()
    page = see(viewer)
    attention = page.get_by_role("region", name="Needs attention")
    expect(attention.get_by_text("by the schedule “nightly”")).to_be_visible()
    expect(attention.get_by_text("column <b>x</b> does not exist")).to_be_visible()
    expect(attention.get_by_text("Its owner, paula, may no longer do it.")).to_be_visible()
    attention.get_by_role("link", name="a script").click()
    expect(page).to_have_url(re.compile(f"/runs/{failed.pk}$"))


def test_a_failure_that_was_put_right_is_none(see, publisher):
    script = steps.new_script(publisher)
    steps.failed_run(script, publisher)
    publish(script, publisher, steps.FIVE)
    steps.succeeded(steps.run_populate(script, publisher))
    seen("a worker", "clock", "runs")
    seen("beat")
    page = see(publisher)
    attention = page.get_by_role("region", name="Needs attention")
    expect(attention.get_by_text("No script’s last run failed")).to_be_visible()
    expect(attention.get_by_role("link", name="1 script")).to_be_visible()
    expect(attention.get_by_text("populated and not published since")).to_be_visible()


def test_what_takes_too_long_is_told_and_the_rest_is_there(see, visitor, viewer):
    insert(row())
    late = {"error": {"code": "time_limit", "message": "It takes longer than 5 seconds.", "details": {}}}
    visitor.page.route(
        "**/api/stats/**",
        lambda route: route.fulfill(status=422, content_type="application/json", body=json.dumps(late)),
    )
    page = see(viewer)
    expect(page.get_by_text("It takes longer than 5 seconds.")).to_have_count(2)
    expect(page.get_by_text("Not known.")).to_be_visible()
    expect(page.get_by_role("region", name="Worst rules, table").get_by_role("link", name="R1")).to_be_visible()
    visitor.complaints[:] = [line for line in visitor.complaints if "422" not in line]
