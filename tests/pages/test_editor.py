"""The editor, as somebody writes in it: real names are completed, and what is typed is saved, populated and deleted."""

import re

import pytest
from playwright.sync_api import expect

from scripts_app import populate
from scripts_app.models import Run, Script
from scripts_app.scheduling import schedules
from tests import steps
from tests.pages.desk import ENDLESS, OTHER, Desk, rows
from tests.pages.test_every_page import fit_to_be_seen

pytestmark = pytest.mark.django_db(transaction=True)

# --- Writing --------------------------------------------------------------------------------------------------------------


def test_a_new_script_begins_with_a_template_and_is_saved(desk):
    desk.open()
    assert "AS source_uid" in desk.text()
    desk.write(steps.FIVE)
    expect(desk.state).to_have_text("Unsaved changes")
    desk.page.get_by_label("Name").fill("Invoices <script>alert(1)</script>")
    desk.press("Control+s")
    expect(desk.state).to_have_text("Saved")
    script = Script.objects.get()
    assert (script.content, script.name) == (steps.FIVE, "Invoices <script>alert(1)</script>")
    expect(desk.page).to_have_url(re.compile(f"/editor/{script.pk}$"))
    expect(desk.page.get_by_role("heading", level=1)).to_contain_text("Invoices <script>")
    desk.page.reload()
    expect(desk.state).to_have_text("Saved")
    assert desk.text() == steps.FIVE


def test_a_script_without_a_name_is_told_at_the_field(desk):
    desk.open()
    desk.write(steps.FIVE)
    desk.button("Save").click()
    desk.says("A script needs a name")
    expect(desk.page.get_by_label("Name")).to_be_focused()
    assert desk.text() == steps.FIVE
    desk.visitor.complaints.clear()  # the browser's own line about the 400


def test_a_name_that_is_taken_is_told_at_the_field(desk, author):
    steps.new_script(author, name="taken")
    desk.open()
    desk.write(steps.FIVE)
    desk.page.get_by_label("Name").fill("taken")
    desk.press("Control+s")
    expect(desk.page.locator(".form-error")).to_have_text("A script called 'taken' already exists.")
    desk.visitor.complaints.clear()  # the browser's own line about the 409


def test_a_time_limit_that_is_none_is_told_at_the_field_and_one_that_is_is_kept(desk, author):
    desk.open(steps.new_script(author))
    limit = desk.page.get_by_label("Time limit in seconds")
    for wrong in ("0", "soon", "999999"):
        limit.fill(wrong)
        desk.button("Save").click()
        expect(limit).to_have_attribute("aria-invalid", "true")
        expect(limit).to_have_value(wrong)
    limit.fill("30")
    desk.button("Save").click()
    expect(desk.state).to_have_text("Saved")
    assert Script.objects.get().time_limit == 30
    desk.visitor.complaints.clear()  # the browser's own lines about the 400


def test_name_and_description_are_changed(desk, author):
    script = steps.new_script(author)
    desk.open(script)
    desk.page.get_by_label("Name").fill("renamed")
    desk.page.get_by_label("Description").fill("why")
    desk.button("Save").click()
    expect(desk.state).to_have_text("Saved")
    script.refresh_from_db()
    assert (script.name, script.description) == ("renamed", "why")
    expect(desk.page).to_have_title("renamed | DQX")


def test_real_tables_and_columns_are_completed(desk):
    steps.make_source_table("orders_of_mine")
    try:
        desk.open()
        desk.write("SELECT  FROM ")
        desk.page.keyboard.type("dq_src.orders_")
        offer = desk.page.locator(".cm-tooltip-autocomplete li")
        offer.filter(has_text="orders_of_mine").click()
        desk.page.keyboard.type(" o")
        desk.press("Control+Home")
        for _ in range(7):
            desk.press("ArrowRight")
        desk.page.keyboard.type("o.txn")
        offer.filter(has_text="txn_datedate").click()  # its name and its type
        expect(desk.code).to_have_text("SELECT o.txn_date FROM dq_src.orders_of_mine o")
    finally:
        steps.drop_source_table("orders_of_mine")


def test_the_five_columns_are_completed_after_as(desk):
    desk.open()
    desk.write("")
    desk.page.keyboard.type("SELECT 1 AS sour")
    desk.page.locator(".cm-tooltip-autocomplete li").filter(has_text="source_uid").click()
    expect(desk.code).to_have_text("SELECT 1 AS source_uid")


def test_the_text_is_laid_out_and_what_is_not_understood_stays(desk):
    desk.open()
    desk.write("select a, -- why\n b from t")
    desk.button("Format").click()
    expect(desk.page.locator("#code .cm-line")).to_have_text(["SELECT", "  a, -- why", "  b", "FROM t"])
    desk.press("Control+z")
    desk.write("SELECT a FROM b WHERE (x = 1")
    desk.press("Shift+Alt+F")
    desk.says("not understood well enough")
    assert desk.text() == "SELECT a FROM b WHERE (x = 1"
    desk.visitor.complaints.clear()


def test_the_keyboard_leaves_the_editor(desk):
    desk.open()
    desk.code.click()
    desk.press("Escape")
    desk.press("Tab")
    expect(desk.code).not_to_be_focused()
    expect(desk.code).to_have_accessible_description(re.compile("press Escape first"))


# --- Populating and deleting --------------------------------------------------------------------------------------------------


def test_what_is_typed_is_saved_and_populated(desk, author):
    script = steps.new_script(author)
    desk.open(script)
    desk.write(OTHER)
    desk.button("Populate").click()
    desk.says("1 row is staged.")
    expect(desk.page.locator("#launch").get_by_role("link", name="Review")).to_have_attribute(
        "href", f"/editor/{script.pk}/review"
    )
    expect(desk.page.locator("#state")).to_have_text("Staged")
    assert [row[3] for row in steps.staged(script)] == ["other"]


def test_an_endless_populate_shows_its_progress_and_is_cancelled(desk, author):
    script = steps.new_script(author, ENDLESS)
    desk.open(script)
    desk.button("Populate").click()
    expect(desk.page.locator(".launch-figures")).to_contain_text("0 rows", timeout=15_000)
    expect(desk.button("Populate")).to_be_disabled()
    desk.page.reload()  # the run is found again
    desk.page.locator("#launch").get_by_role("button", name="Cancel").click()
    desk.says("The run was cancelled. Nothing was changed.")
    assert Run.objects.get().status == "cancelled"


def test_a_cancel_counts_though_nothing_is_known_of_the_run_yet(desk, author):
    script = steps.new_script(author)
    run = populate.request(script.pk, actor=author, trigger=Run.Trigger.API, dispatch=False)
    looks = f"**/api/runs/{run.pk}/"
    desk.page.route(looks, lambda route: None)  # they wait
    desk.page.goto(f"{desk.visitor.site}/editor/{script.pk}")
    desk.page.locator("#launch").get_by_role("button", name="Cancel").click()
    assert steps.eventually(lambda: Run.objects.get(pk=run.pk).status == "cancelled", 20)
    desk.page.unroute(looks)
    desk.says("Cancelled by arthur.")


def test_a_delete_says_what_goes_and_what_stays(desk, author, publisher):
    script = steps.new_script(author, name="mine")
    steps.succeeded(steps.run_populate(script, author))
    steps.succeeded(steps.run_publish(script, publisher))
    schedules.create(actor=publisher, job_name="nightly", script_id=script.pk, cron_schedule="0 3 * * *")
    desk.open(script)
    desk.button("Delete…").click()
    dialog = desk.page.get_by_role("dialog", name="Delete “mine”?")
    for told in ("its schedule: “nightly”", "one version", "bad rows that it published stay"):
        expect(dialog).to_contain_text(told)
    dialog.get_by_role("button", name="Cancel").click()
    assert Script.objects.filter(pk=script.pk).exists()
    desk.button("Delete…").click()
    dialog.get_by_role("button", name="Delete the script").click()
    expect(desk.page).to_have_url(f"{desk.visitor.site}/editor")
    assert not Script.objects.exists()
    assert len(steps.bad_rows()) == 1
    desk.visitor.complaints.clear()


# --- Who may what -----------------------------------------------------------------------------------------------------------


def test_a_viewer_reads_and_copies_the_text(visitor, viewer, author):
    script = steps.new_script(author, "-- <script>alert(1)</script>\n" + steps.FIVE)
    desk = Desk(visitor, viewer).open(script)
    assert desk.text().startswith("-- <script>alert(1)</script>")
    for name in ("Save", "Run", "Format", "Populate", "Delete…"):
        expect(desk.button(name)).to_have_count(0)
    desk.code.click()
    desk.page.keyboard.type("x")
    assert desk.text().startswith("-- <script>")
    expect(desk.code).to_have_attribute("aria-readonly", "true")


@pytest.mark.parametrize("kind", ["error", "viewer"])
def test_the_editor_is_fit_to_be_seen(visitor, viewer, author, size, theme, kind):
    script = steps.new_script(author, "-- <script>alert(1)</script>\n" + steps.FIVE, "<script>alert(1)</script>" * 3)
    desk = Desk(visitor, viewer if kind == "viewer" else author).open(script)
    if kind == "error":
        desk.press("Control+Enter")
        expect(rows(desk)).to_have_count(1)
        visitor.photograph(f"editor-rows-{size}-{theme}")
        desk.write("-- A comment\n" + steps.FIVE.replace("'v'", "nowhere"))
        desk.press("Control+Enter")
        desk.says("does not exist")
        visitor.complaints.clear()
    fit_to_be_seen(visitor, f"editor-{kind}-{size}-{theme}", "")
