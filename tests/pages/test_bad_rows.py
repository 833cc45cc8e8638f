"""The page of bad rows, as a steward uses it: filters that can be shared, sorting, pages, the life of a row, and the file."""

import csv
import io
import re

import pytest
from playwright.sync_api import expect

from reference_app.models import Rule
from tests import steps
from tests.api.bad_rows import insert, row

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def visit(visitor, viewer):
    def visit(query=""):
        visitor.sign_in(viewer)
        visitor.open(f"/bad-detail{query}")
        return visitor.page

    return visit


def uids(page):
    return page.locator("#rows tbody tr td:nth-child(3)")


def test_filters_narrow_the_rows_and_stand_in_the_address(visit):
    Rule.objects.create(rule_id="R1", rule_name="Customer missing")
    insert(row("a"), row("b", rule="R2", value="x"), row("c", rule="R2", source="S2", day="2024-02-01"))
    page = visit()
    expect(page.get_by_text("3 bad rows")).to_be_visible()
    page.get_by_label("Rules").fill("R2")
    page.keyboard.press("Enter")
    expect(uids(page)).to_have_text(["b", "c"])
    page.get_by_label("From").fill("2024-01-15")
    expect(uids(page)).to_have_text(["c"])
    expect(page).to_have_url(re.compile(r"rule_id=R2&date_from=2024-01-15"))
    page.reload()
    expect(uids(page)).to_have_text(["c"])
    page.get_by_role("button", name="Take away R2").click()
    page.get_by_label("From").fill("")
    expect(uids(page)).to_have_text(["a", "b", "c"])
    page.get_by_label("Rules").fill("customer")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Take away R1 – Customer missing")).to_be_visible()
    expect(uids(page)).to_have_text(["a"])


def test_rows_without_a_date_are_asked_for_and_the_dates_rest_meanwhile(visit):
    insert(row("a"), row("b", day=None))
    page = visit("?date_from=2024-01-01")
    expect(uids(page)).to_have_text(["a"])
    page.get_by_label("Without a date").check()
    expect(uids(page)).to_have_text(["b"])
    expect(page.get_by_label("From")).to_be_disabled()
    expect(page).to_have_url(re.compile(r"\?undated=true$"))
    page.reload()
    expect(uids(page)).to_have_text(["b"])
    page.go_back()
    expect(uids(page)).to_have_text(["a"])
    expect(page.get_by_label("From")).to_have_value("2024-01-01")
    page.get_by_label("Without a date").check()
    page.get_by_role("button", name="Clear").click()
    expect(uids(page)).to_have_text(["a", "b"])
    expect(page.get_by_label("From")).to_be_enabled()


def test_back_and_forward_lead_through_what_was_seen(visit):
    insert(row("a", value="one"), row("b", value="two"))
    page = visit()
    expect(uids(page)).to_have_text(["a", "b"])
    page.get_by_label("Text").fill("two")
    expect(uids(page)).to_have_text(["b"])
    page.go_back()
    expect(uids(page)).to_have_text(["a", "b"])
    expect(page.get_by_label("Text")).to_have_value("")
    page.go_forward()
    expect(uids(page)).to_have_text(["b"])


def test_heads_sort_and_pages_follow(visit):
    insert(*(row(f"u{n:03}", value=str(n % 7)) for n in range(60)))
    page = visit("?page_size=50")
    expect(uids(page)).to_have_count(50)
    page.get_by_role("button", name="Next").click()
    expect(uids(page)).to_have_count(10)
    page.get_by_role("button", name="Record").click()
    expect(uids(page)).to_have_count(50)
    page.get_by_role("button", name="Record").click()
    expect(uids(page).first).to_have_text("u059")
    expect(page.get_by_role("columnheader", name="Record")).to_have_attribute("aria-sort", "descending")


def test_the_life_of_a_row_opens_at_its_side(visit, publisher):
    script = steps.new_script(publisher)
    for text in (steps.FIVE, steps.FIVE.replace("'v'", "'<b>w</b>'")):
        steps.set_text(script, text)
        steps.succeeded(steps.run_populate(script, publisher))
        steps.succeeded(steps.run_publish(script, publisher))
    page = visit()
    page.get_by_role("button", name="u1").click()
    panel = page.get_by_role("dialog")
    expect(panel.get_by_text("Opened")).to_be_visible()
    expect(panel.locator("del")).to_have_text(["v"])
    expect(panel.locator("ins").last).to_have_text("<b>w</b>")
    expect(page.locator("#life.show")).to_be_focused()  # it has slid in, and hears the keys
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()


def test_the_file_holds_what_is_seen(visit):
    insert(row("a"), row("b", rule="R2"))
    page = visit("?rule_id=R2")
    expect(uids(page)).to_have_text(["b"])
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="CSV").click()
    text = waiting.value.path().read_text()
    assert [one["source_uid"] for one in csv.DictReader(io.StringIO(text))] == ["b"]


def test_where_nothing_fits_it_says_so(visit):
    page = visit("?q=nothing")
    expect(page.get_by_text("No bad row fits these filters.")).to_be_visible()
