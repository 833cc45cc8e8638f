"""The list of scripts, as a steward uses it: search, states, a populate from the list, pages, and what to do where there is none."""

import re

import pytest
from playwright.sync_api import expect

from scripts_app import populate
from scripts_app.models import Run, Script
from tests import steps

pytestmark = pytest.mark.django_db(transaction=True)
ENDLESS = steps.FIVE + " FROM generate_series(1, 100000000000) g WHERE g < 0"


@pytest.fixture
def visit(visitor, author):
    def visit(query="", person=author):
        visitor.sign_in(person)
        visitor.open(f"/editor{query}")
        return visitor.page

    return visit


def rows(page):
    return page.get_by_role("region", name="Scripts, table").locator("tbody tr")


def test_search_and_states_stand_in_the_address(visit, author):
    steps.new_script(author, name="invoices")
    steps.failed_run(steps.new_script(author, name="customers <b>"), author)
    page = visit()
    expect(rows(page)).to_have_count(2)
    page.get_by_label("Search").press_sequentially("invoi")
    expect(rows(page)).to_have_count(1)
    expect(page).to_have_url(re.compile(r"\?q=invoi$"))
    page.go_back()
    expect(rows(page)).to_have_count(2)
    expect(page.get_by_label("Search")).to_have_value("")
    page.get_by_label("Failed").check()
    expect(rows(page)).to_have_count(1)
    expect(rows(page)).to_contain_text("customers <b>")
    expect(rows(page)).to_contain_text("column <b>x</b> does not exist")
    page.reload()
    expect(page.get_by_label("Failed")).to_be_checked()
    expect(rows(page)).to_have_count(1)
    page.get_by_label("Search").fill("nothing like it")
    expect(rows(page)).to_contain_text("No script fits")
    page.get_by_role("button", name="Clear").click()
    expect(rows(page)).to_have_count(2)


def test_thousands_come_in_pages(visit, author):
    text = {"content": steps.FIVE, "owner": author}
    Script.objects.bulk_create([Script(name=f"script {number:04}", **text) for number in range(2001)])
    page = visit()
    expect(rows(page)).to_have_count(50)
    page.get_by_role("button", name="Next").click()
    expect(rows(page).first).to_contain_text("script 0050")
    page.get_by_role("button", name="Previous").click()
    expect(rows(page).first).to_contain_text("script 0000")
    page.get_by_label("Search").fill("2000")
    expect(rows(page)).to_have_count(1)


def test_a_script_is_populated_from_the_list(visit, author):
    script = steps.new_script(author, name="one")
    page = visit()
    expect(rows(page)).to_contain_text("Never run")
    page.get_by_role("button", name="Populate one").click()
    expect(page.get_by_text("Populate of “one” done")).to_be_visible()
    expect(rows(page)).to_contain_text("Staged")
    assert Run.objects.get().trigger == "person"
    page.locator("#launches").get_by_role("link", name="Review").click()
    expect(page).to_have_url(re.compile(f"/editor/{script.pk}/review$"))


def test_a_populate_is_cancelled_where_it_was_started(visit, author):
    steps.new_script(author, ENDLESS, name="endless")
    page = visit()
    page.get_by_role("button", name="Populate endless").click()
    page.locator("#launches").get_by_text("Running").wait_for()
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#launches")).to_contain_text("Populate of “endless”")
    expect(page.locator("#launches")).to_contain_text("Nothing was changed.")
    expect(page.get_by_role("button", name="Populate endless")).to_be_enabled()


def test_a_second_start_leads_to_the_run_that_is_under_way(visitor, visit, author):
    script = steps.new_script(author, name="one")
    page = visit()
    expect(rows(page)).to_have_count(1)
    run = populate.request(script.pk, actor=author, trigger=Run.Trigger.API, dispatch=False)
    page.get_by_role("button", name="Populate one").click()
    expect(page.locator("#launches").get_by_text("Waiting for a worker")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("link", name=f"Run {run.pk}")).to_be_visible()
    assert Run.objects.count() == 1
    visitor.complaints.clear()  # the browser's own line about the 409


def test_a_lost_connection_is_told_and_got_over(visitor, visit, author):
    steps.new_script(author, name="one")
    page = visit()
    expect(rows(page)).to_have_count(1)
    page.context.set_offline(True)
    page.get_by_label("Search").fill("on")
    expect(page.get_by_text("DQX can't be reached.")).to_be_visible()
    page.context.set_offline(False)
    expect(page.get_by_text("DQX can't be reached.")).to_be_hidden()
    expect(page.get_by_label("Search")).to_have_value("on")
    visitor.complaints.clear()  # the browser's own lines about the network


def test_a_run_is_followed_over_a_lost_connection(visitor, visit, author):
    steps.new_script(author, ENDLESS, name="endless")
    page = visit()
    page.get_by_role("button", name="Populate endless").click()
    page.locator("#launches").get_by_text("Running").wait_for()
    page.context.set_offline(True)
    expect(page.locator("#launches").get_by_text("The run goes on meanwhile.")).to_be_visible()
    page.context.set_offline(False)
    expect(page.locator("#launches").get_by_text("The run goes on meanwhile.")).to_be_hidden()
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#launches")).to_contain_text("Nothing was changed.")
    visitor.complaints.clear()


def test_without_a_script_it_says_what_to_do_next(visitor, visit, size):
    page = visit()
    expect(page.get_by_text("There is no script yet")).to_be_visible()
    expect(page.get_by_text("manage.py import_scripts FOLDER")).to_be_visible()
    expect(page.get_by_role("link", name="Write a script")).to_be_visible()
    expect(page.get_by_role("region", name="Scripts, table")).to_be_hidden()
    visitor.photograph(f"scripts-empty-{size}")
    assert (visitor.overflow(), visitor.barriers()) == (0, [])


def test_a_reader_sees_no_button_that_is_refused(visit, author, viewer):
    steps.new_script(author, name="one")
    page = visit(person=viewer)
    expect(page.get_by_role("link", name="Review one")).to_be_visible()
    expect(page.get_by_role("button", name="Populate one")).to_have_count(0)
