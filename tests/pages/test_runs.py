"""The ledger, as somebody reads it: filters that can be shared, a run that moves, a failure with its place."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from scripts_app import populate
from scripts_app.models import Run
from tests import steps

pytestmark = pytest.mark.django_db(transaction=True)
ENDLESS = steps.FIVE + " FROM generate_series(1, 100000000000) g WHERE g < 0"


def rows(visitor):
    return visitor.page.get_by_role("region", name="Runs, table").locator("tbody tr")


def test_the_filters_stand_in_the_address(visitor, author):
    script, other = steps.new_script(author, name="one"), steps.new_script(author, name="two")
    steps.failed_run(script, author)
    steps.succeeded(steps.run_populate(other, author))
    visitor.sign_in(author)
    visitor.open("/runs")
    expect(rows(visitor)).to_have_count(2)
    visitor.page.get_by_label("Failed").check()
    expect(rows(visitor)).to_have_count(1)
    expect(rows(visitor)).to_contain_text("one")
    expect(visitor.page).to_have_url(re.compile(r"\?status=failed$"))
    visitor.page.reload()
    expect(visitor.page.get_by_label("Failed")).to_be_checked()
    expect(rows(visitor)).to_have_count(1)
    visitor.page.get_by_label("Script").fill("tw")
    visitor.page.get_by_role("option", name="two").click()
    expect(rows(visitor)).to_contain_text("No run fits")
    expect(visitor.page).to_have_url(re.compile(rf"\?status=failed&script={other.pk}$"))
    visitor.page.reload()
    expect(visitor.page.get_by_label("Script")).to_have_value("two")
    visitor.page.get_by_label("Script").fill("")
    expect(rows(visitor)).to_contain_text("one")


def test_the_attempts_of_a_run_are_told(visitor, author):
    error = {"code": "database_away", "message": "The connection was lost.", "details": {}}
    earlier = [
        {"n": 1, "started_at": "2026-11-26T01:00:00+00:00", "ended_at": "2026-11-26T01:02:03+00:00", "error": error}
    ]
    run = populate.request(steps.new_script(author).pk, actor=author, trigger=Run.Trigger.API, dispatch=False)
    Run.objects.filter(pk=run.pk).update(attempt=2, attempts=earlier, not_before=timezone.now() + timedelta(hours=1))
    visitor.sign_in(author)
    visitor.open("/runs")
    expect(rows(visitor)).to_contain_text(re.compile(r"attempt 2, next at \d\d:\d\d:\d\d"))
    visitor.open(f"/runs/{run.pk}")
    expect(visitor.page.get_by_text("2 of 3")).to_be_visible()
    expect(visitor.page.get_by_role("listitem").filter(has_text="The connection was lost.")).to_be_visible()
    expect(visitor.page.get_by_text("Next attempt")).to_be_visible()
    visitor.photograph("run-attempts")


def test_a_long_ledger_comes_in_pages(visitor, author):
    script = steps.new_script(author)
    for _ in range(51):
        steps.failed_run(script, author)
    visitor.sign_in(author)
    visitor.open("/runs")
    expect(rows(visitor)).to_have_count(50)
    visitor.page.get_by_role("button", name="Next").click()
    expect(rows(visitor)).to_have_count(1)
    visitor.page.get_by_role("button", name="Previous").click()
    expect(rows(visitor)).to_have_count(50)


def test_a_run_is_watched_and_cancelled(visitor, author):
    script = steps.new_script(author, ENDLESS)
    run = populate.request(script.pk, actor=author, trigger=Run.Trigger.API, dispatch=False)
    visitor.sign_in(author)
    visitor.open(f"/runs/{run.pk}")
    expect(visitor.page.get_by_text("Queued")).to_be_visible()
    visitor.page.get_by_role("button", name="Cancel").click()
    expect(visitor.page.get_by_text("Cancelled by arthur.")).to_be_visible()
    expect(visitor.page.get_by_role("button", name="Cancel")).to_be_hidden()


def test_a_failure_shows_the_sentence_and_the_text_as_it_was(visitor, author):
    script = steps.new_script(author)
    run = steps.failed_run(script, author)
    steps.set_text(script, steps.FIVE.replace("'v'", "'other'"))
    visitor.sign_in(author)
    visitor.open(f"/runs/{run.pk}")
    expect(visitor.page.get_by_text("column <b>x</b> does not exist (line 1, column 8).")).to_be_visible()
    expect(visitor.page.locator("mark")).to_have_text(steps.FIVE + "\n")


def test_one_who_may_not_cancel_sees_no_button(visitor, viewer, author):
    run = populate.request(steps.new_script(author).pk, actor=author, trigger=Run.Trigger.API, dispatch=False)
    visitor.sign_in(viewer)
    visitor.open(f"/runs/{run.pk}")
    expect(visitor.page.get_by_text("Queued")).to_be_visible()
    expect(visitor.page.locator("#cancel")).to_have_count(0)


def test_a_lost_connection_is_told_and_got_over(visitor, author):
    steps.failed_run(steps.new_script(author), author)
    visitor.sign_in(author)
    visitor.open("/runs")
    visitor.page.context.set_offline(True)
    visitor.page.get_by_label("Failed").check()
    expect(visitor.page.get_by_text("DQX can't be reached.")).to_be_visible()
    visitor.page.context.set_offline(False)
    expect(visitor.page.get_by_text("DQX can't be reached.")).to_be_hidden()
    expect(rows(visitor)).to_have_count(1)
    visitor.complaints.clear()  # the browser's own lines about the network


def test_a_run_that_is_not_there_is_said_so(visitor, author):
    visitor.sign_in(author)
    assert visitor.open("/runs/4711").status == 404
    expect(visitor.page.get_by_text("There is no run 4711.")).to_be_visible()
    visitor.complaints.clear()
