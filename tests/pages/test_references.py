"""The page of rules and sources, as a steward uses it: search, names for what has none, changes, deletion, and files."""

import re

import pytest
from playwright.sync_api import expect

from reference_app.models import Rule, Source
from tests import steps
from tests.api.bad_rows import insert, row

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def visit(visitor):
    def visit(person, query=""):
        visitor.sign_in(person)
        visitor.open(f"/references{query}")
        return visitor.page

    return visit


def rows(page, name="Rules"):
    return page.get_by_role("region", name=f"{name}, table").locator("tbody tr")


def panel(page):
    return page.locator("#one")


def choose(page, text, name="rules.csv"):
    content = text if isinstance(text, bytes) else text.encode()
    page.get_by_label("CSV file").set_input_files({"name": name, "mimeType": "text/csv", "buffer": content})


def test_a_rule_is_added_changed_and_deleted(visit, admin):
    page = visit(admin)
    expect(page.get_by_text("There is no rule yet.")).to_be_visible()
    page.get_by_role("button", name="New rule").click()
    expect(panel(page).get_by_label("Id")).to_be_focused()
    page.keyboard.type("A/1?#")
    panel(page).get_by_label("Name").fill("Customer missing")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The rule A/1?# was saved.")).to_be_visible()
    expect(rows(page)).to_contain_text("Customer missing")

    page.get_by_role("button", name="A/1?#", exact=True).click()
    expect(panel(page).get_by_text("No script has published it.")).to_be_visible()
    expect(panel(page).get_by_label("Id")).to_have_attribute("readonly", "")
    panel(page).get_by_label("Description").fill("Every invoice names its customer.")
    panel(page).get_by_role("button", name="Save").click()
    expect(rows(page)).to_contain_text("Every invoice names its customer.")

    page.get_by_role("button", name="A/1?#", exact=True).click()
    panel(page).get_by_role("button", name="Delete…").click()
    expect(page.get_by_text("No bad row carries its id")).to_be_visible()
    page.get_by_role("button", name="Delete it").click()
    expect(page.get_by_text("The rule A/1?# was deleted.")).to_be_visible()
    assert not Rule.objects.exists()


def test_what_uses_a_rule_is_told_before_it_is_deleted(visit, admin):
    Rule.objects.create(rule_id="R1", rule_name="Used")
    script = steps.new_script(admin, name="Finder")
    steps.succeeded(steps.run_populate(script, admin))
    steps.succeeded(steps.run_publish(script, admin))
    page = visit(admin)
    expect(rows(page).get_by_role("link", name="1 bad row")).to_have_attribute("href", "/bad-detail?rule_id=R1")
    page.get_by_role("button", name="R1", exact=True).click()
    expect(panel(page).get_by_text("Finder")).to_be_visible()
    panel(page).get_by_role("button", name="Delete…").click()
    expect(page.get_by_text("1 bad row carries its id.")).to_be_visible()
    expect(page.get_by_text("1 script published it: Finder.")).to_be_visible()
    page.get_by_role("button", name="Cancel").last.click()
    assert Rule.objects.exists()


def test_an_id_that_is_taken_is_told_at_its_field_and_nothing_is_lost(visit, visitor, author):
    Source.objects.create(source_id="S1", source_name="There")
    page = visit(author, "?kind=sources")
    page.get_by_role("button", name="New source").click()
    expect(panel(page).get_by_label("Id")).to_be_focused()
    panel(page).get_by_label("Id").fill("S1")
    panel(page).get_by_label("Name").fill("Again")
    panel(page).get_by_role("button", name="Save").click()
    expect(panel(page).get_by_label("Id")).to_have_accessible_description(re.compile("There is a source 'S1' already."))
    page.keyboard.press("Escape")
    expect(page.get_by_text("Throw away what you typed?")).to_be_visible()
    page.get_by_role("button", name="Cancel").last.click()
    page.context.set_offline(True)
    panel(page).get_by_label("Id").fill("S2")
    panel(page).get_by_role("button", name="Save").click()
    expect(panel(page).get_by_text("DQX can't be reached.")).to_be_visible()
    page.context.set_offline(False)
    panel(page).get_by_role("button", name="Save").click()
    expect(rows(page, "Sources")).to_have_count(2)
    assert Source.objects.get(pk="S2").source_name == "Again"
    visitor.complaints.clear()


def test_thousands_are_searched_and_come_in_pages(visit, viewer):
    Rule.objects.bulk_create(Rule(rule_id=f"R{n:05}", rule_name=f"Rule number {n}") for n in range(5_000))
    page = visit(viewer)
    expect(rows(page)).to_have_count(50)
    page.get_by_role("button", name="Next").click()
    expect(rows(page).first).to_contain_text("R00050")
    page.get_by_role("searchbox").fill("number 4321")
    expect(rows(page)).to_have_count(1)
    expect(page).to_have_url(re.compile(r"\?kind=rules&q=number\+4321$"))
    page.reload()
    expect(rows(page)).to_contain_text("R04321")
    page.go_back()
    expect(rows(page).first).to_contain_text("R00050")
    page.get_by_role("link", name="Sources").click()
    expect(page.get_by_text("There is no source yet.")).to_be_visible()


def test_ids_of_bad_rows_without_a_name_are_offered(visit, author):
    insert(row("a", rule="KNOWN"), row("b", rule="NEW"), row("c", rule="NEW"))
    Rule.objects.create(rule_id="KNOWN", rule_name="x")
    page = visit(author)
    expect(page.get_by_text("1 id of bad rows has no name here")).to_be_visible()
    page.get_by_role("button", name="Show them").click()
    page.get_by_role("button", name="Name it: NEW").click()
    expect(panel(page).get_by_label("Id")).to_have_value("NEW")
    expect(panel(page).get_by_label("Name")).to_be_focused()
    page.keyboard.type("A new rule")
    page.keyboard.press("Enter")
    expect(page.get_by_text("no name here")).to_be_hidden()
    assert Rule.objects.get(pk="NEW").rule_name == "A new rule"


def test_a_file_is_looked_at_before_it_is_imported(visit, visitor, author):
    Rule.objects.create(rule_id="R1", rule_name="Old")
    page = visit(author)
    page.get_by_role("button", name="Import").click()
    choose(page, "rule_id,rule_name\nR1,New\nR2,<b>added</b>\n")
    dialog = page.get_by_role("dialog", name="Import rules")
    expect(dialog.get_by_text("1 rule new, 1 changed.")).to_be_visible()
    expect(dialog.locator("del")).to_have_text(["Old"])
    expect(dialog.get_by_text("<b>added</b>")).to_be_visible()
    visitor.photograph("references-import-preview")
    assert Rule.objects.get().rule_name == "Old"
    dialog.get_by_role("button", name="Import 2").click()
    expect(page.get_by_text("1 rule added, 1 changed.")).to_be_visible()
    expect(rows(page)).to_have_count(2)
    assert Rule.objects.get(pk="R1").rule_name == "New"


def test_each_wrong_line_of_a_file_is_told_and_nothing_is_imported(visit, visitor, author):
    page = visit(author)
    page.get_by_role("button", name="Import").click()
    choose(page, "id;name\nR1;fine\n;x\nR1;again\n")
    dialog = page.get_by_role("dialog", name="Import rules")
    expect(dialog.get_by_text("2 lines are wrong")).to_be_visible()
    lines = dialog.get_by_role("region", name="What the file does, table").locator("tbody tr")
    expect(lines).to_have_text([re.compile(r"3.*rule_id is empty"), re.compile(r"4.*stands in line 2 already")])
    expect(dialog.get_by_role("button", name="Import", exact=True)).to_be_disabled()
    visitor.photograph("references-import-wrong")
    assert not Rule.objects.exists()
    choose(page, "id;name\nR1;für\n".encode("cp1252"))
    expect(dialog.get_by_text("The file was read as Windows-1252")).to_be_visible()
    dialog.get_by_role("button", name="Import 1").click()
    expect(rows(page)).to_contain_text("für")
    visitor.complaints.clear()


def test_the_export_is_a_file(visit, viewer):
    Rule.objects.create(rule_id="R1", rule_name="=1+1")
    page = visit(viewer)
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Export").click()
    assert waiting.value.path().read_text() == "rule_id,rule_name,description\nR1,'=1+1,\n"
    assert re.fullmatch(r"rules_\d{4}-\d\d-\d\d\.csv", waiting.value.suggested_filename)


def test_a_viewer_reads_and_changes_nothing(visit, viewer):
    Rule.objects.create(rule_id="R1", rule_name="Read me")
    page = visit(viewer)
    page.get_by_role("button", name="R1", exact=True).click()
    expect(panel(page).get_by_label("Name")).to_have_attribute("readonly", "")
    for name in ("Save", "Delete…", "New rule", "Import"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)
