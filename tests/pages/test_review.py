"""The review of a script and its publish, as a steward goes through them; and the rows that are staged."""

import re

import pytest
from playwright.sync_api import expect

from reference_app.models import Rule
from scripts_app.models import Run
from tests import steps
from tests.pages import reviews

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def visit(visitor, publisher):
    def visit(script, page="review", person=publisher):
        visitor.sign_in(person)
        visitor.open(f"/editor/{script.pk}/{page}")
        return visitor.page

    return visit


def total(page, name):
    return page.locator(f".total-{name}")


def pair(page, rule):
    return page.locator("details.pair", has=page.locator("summary", has_text=rule)).first


def test_a_review_shows_what_changes_with_values_side_by_side(visit, publisher):
    Rule.objects.create(rule_id="R001", rule_name="Customer missing")
    page = visit(reviews.one_of_each(publisher))
    expect(total(page, "new")).to_have_text("17")
    expect(total(page, "changed")).to_have_text("2")
    expect(total(page, "resolved")).to_have_text("2")
    first = page.locator("details.pair").first
    expect(first).to_contain_text("R001")  # what changes most comes first
    card = pair(page, "Customer missing")
    row = card.locator("tr", has_text="rec-1-2")
    expect(row.locator("del")).to_have_text(["v 2"])
    expect(row.locator("ins")).to_have_text(["w"])
    expect(card.locator("tr", has_text="rec-1-3").locator("ins")).to_have_text(["NULL"])
    expect(card.get_by_text("New: 5 of 8")).to_be_visible()
    expect(card.get_by_text("Unchanged: 5 of 6")).to_be_visible()
    expect(card.locator("tr", has_text="rec-1-4").locator("del, ins")).to_have_count(0)
    quiet = page.locator("details.pair").last
    expect(quiet.locator("summary")).to_contain_text("2 pairs without a change")
    expect(quiet.get_by_text("R003")).to_be_hidden()
    quiet.locator("summary").click()
    expect(quiet.get_by_text("R003")).to_be_visible()


def test_a_pair_of_another_script_is_a_warning(visitor, visit, publisher, size):
    page = visit(reviews.one_of_each(publisher))
    expect(page.locator("#warnings").get_by_text("A publish takes over 1 pair from <b>the other</b>")).to_be_visible()
    expect(pair(page, "R002").locator("summary")).to_contain_text("Taken over from “<b>the other</b>”")
    page.get_by_role("button", name="Publish…").click()
    expect(page.get_by_role("dialog")).to_contain_text("It takes over 1 pair that “<b>the other</b>” published last.")
    visitor.photograph(f"publish-{size}")
    assert visitor.barriers() == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert Run.objects.filter(kind="publish").count() == 2


def test_a_publish_asks_first_then_tells_what_it_did(visit, publisher):
    script = steps.new_script(publisher)
    steps.succeeded(steps.run_populate(script, publisher))
    page = visit(script)
    page.get_by_role("button", name="Publish…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("It opens 1 of the bad rows, in 1 pair of rule and source; 0 stay as they are.")
    assert not steps.bad_rows()
    dialog.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("1 new, 0 changed, 0 resolved, 0 unchanged.")).to_be_visible()
    expect(page.get_by_text("Nothing is left to do: the bad rows are what is staged.")).to_be_visible()
    expect(page.get_by_role("button", name="Publish…")).to_be_disabled()
    assert len(steps.bad_rows()) == 1
    page.get_by_role("link", name="Its bad rows").click()
    expect(page).to_have_url(re.compile(r"/bad-detail\?rule_id=R1&source_id=S1"))
    expect(page.get_by_text("1 bad row", exact=True)).to_be_visible()


def test_what_was_not_populated_is_populated_here(visit, publisher):
    page = visit(steps.new_script(publisher))
    expect(page.get_by_text("Nothing is staged yet.")).to_be_visible()
    expect(page.get_by_role("button", name="Publish…")).to_be_disabled()
    page.get_by_role("button", name="Populate now").click()
    expect(page.get_by_text("1 row is staged.")).to_be_visible()
    expect(total(page, "new")).to_have_text("1")
    expect(page.get_by_role("button", name="Publish…")).to_be_enabled()


def test_stale_staging_is_told_with_what_to_do(visit, publisher):
    script = steps.new_script(publisher)
    steps.succeeded(steps.run_populate(script, publisher))
    steps.set_text(script, steps.FIVE.replace("u1", "u2"))
    page = visit(script)
    expect(page.get_by_text("The SQL was changed after it was populated.")).to_be_visible()
    expect(page.locator("h1")).to_contain_text("Stale")
    page.get_by_role("button", name="Populate now").click()
    expect(page.get_by_text("u2")).to_be_visible()


def test_a_populate_that_fails_tells_why_and_keeps_what_was_staged(visit, publisher):
    script = steps.new_script(publisher)
    steps.succeeded(steps.run_populate(script, publisher))
    steps.failed_run(script, publisher)
    page = visit(script)
    expect(page.get_by_text("The last populate failed: column <b>x</b> does not exist")).to_be_visible()
    expect(total(page, "new")).to_have_text("1")


def test_what_was_staged_since_the_review_is_not_published_unseen(visitor, visit, publisher):
    script = steps.new_script(publisher)
    steps.succeeded(steps.run_populate(script, publisher))
    page = visit(script)
    expect(total(page, "new")).to_have_text("1")
    reviews.change(script, publisher, "'u1'", "'u2'")
    page.get_by_role("button", name="Publish…").click()
    page.get_by_role("dialog").get_by_role("button", name="Publish").click()
    expect(page.get_by_text("was populated again since you reviewed it")).to_be_visible()
    expect(page.get_by_text("u2")).to_be_visible()
    assert not steps.bad_rows()
    visitor.complaints.clear()  # the browser's own line about the 409


def test_hundreds_of_pairs_stay_readable(visit, publisher):
    script = reviews.script_of(publisher, 300, rows=2)
    steps.succeeded(steps.run_populate(script, publisher))
    page = visit(script)
    expect(page.locator("details.pair")).to_have_count(200)
    page.get_by_role("button", name="Show 100 more pairs").click()
    expect(page.locator("details.pair")).to_have_count(300)
    last = page.locator("details.pair").last
    last.locator("summary").click()
    expect(last.get_by_text("Samples are shown for the 50 pairs")).to_be_visible()


def test_one_who_may_not_publish_sees_who_does(visit, viewer, publisher):
    script = steps.new_script(publisher)
    steps.succeeded(steps.run_populate(script, publisher))
    page = visit(script, person=viewer)
    expect(page.get_by_text("Somebody with the role Publisher publishes them.")).to_be_visible()
    expect(page.get_by_role("button", name="Publish…")).to_have_count(0)
    expect(page.get_by_role("button", name="Populate", exact=True)).to_have_count(0)


def test_staged_rows_come_in_pages(visit, publisher):
    script = reviews.script_of(publisher, 30)
    steps.succeeded(steps.run_populate(script, publisher))
    page = visit(script, "staging")
    rows = page.get_by_role("region", name="Staged rows, table").locator("tbody tr")
    expect(page.get_by_text("270 rows, staged")).to_be_visible()
    expect(rows).to_have_count(100)
    page.get_by_role("button", name="Next").click()
    expect(rows.first).to_contain_text("R012")
    page.get_by_label("Rows a page").select_option("250")
    expect(rows).to_have_count(250)
    page.go_back()
    expect(rows).to_have_count(100)


def test_nothing_staged_leads_to_the_review(visit, publisher):
    page = visit(steps.new_script(publisher), "staging")
    expect(page.get_by_text("Nothing is staged yet.")).to_be_visible()
    page.get_by_role("link", name="Populate it on its review page.").click()
    expect(page).to_have_url(re.compile("/review$"))
