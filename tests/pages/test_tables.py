"""The browser of schema dq: looking, sorting, turning pages; and for admins adding, changing and deleting rows."""

import re

import pytest
from playwright.sync_api import expect

from dqx import sql
from dqx.audit.models import Entry
from reference_app.models import Rule
from tests.api.bad_rows import insert, row
from tests.pages.tables import LONG, odd_table
from tests.pages.test_every_page import fit_to_be_seen

pytestmark = pytest.mark.django_db(transaction=True)
BIG = 9007199254740993


@pytest.fixture
def odd(transactional_db):
    with odd_table() as name:
        yield name


@pytest.fixture
def visit(visitor):
    def visit(person, path):
        visitor.sign_in(person)
        visitor.open(path)
        return visitor.page

    return visit


def firsts(page):
    return page.locator("#rows tbody th")


def field(page, column):
    return page.get_by_label(column, exact=True)


def odd_row(pk):
    return sql.rows('SELECT * FROM dq."odd things" WHERE id = %(pk)s', {"pk": pk})[0]


# --- Looking --------------------------------------------------------------------------------------------------------------


def test_a_table_is_found_opened_sorted_and_turned_and_the_address_says_so(visit, viewer):
    Rule.objects.bulk_create(Rule(rule_id=f"R{n:03}", rule_name=f"name {99 - n:02}") for n in range(60))
    page = visit(viewer, "/tables")
    page.get_by_label("Find a table").fill("RULE")
    page.get_by_role("link", name="rule_ref").click()
    expect(page).to_have_url(re.compile(r"/tables/rule_ref$"))
    expect(page.get_by_text("60 rows")).to_be_visible()
    expect(page.get_by_text("1–50 of 60")).to_be_visible()
    page.get_by_role("button", name="Next").click()
    expect(firsts(page)).to_have_count(10)
    expect(page).to_have_url(re.compile(r"skip=50$"))
    page.get_by_role("button", name="rule_name").click()
    expect(firsts(page).first).to_have_text("R059")
    expect(page).to_have_url(re.compile(r"order_by=rule_name$"))
    page.reload()
    expect(firsts(page).first).to_have_text("R059")
    page.go_back()
    expect(firsts(page)).to_have_count(10)
    page.go_back()
    expect(firsts(page).first).to_have_text("R000")


def test_rows_are_found_by_a_text_and_the_address_says_so(visit, viewer):
    Rule.objects.bulk_create(Rule(rule_id=f"R{n:03}", rule_name="odd" if n % 2 else "even") for n in range(120))
    page = visit(viewer, "/tables/rule_ref?order_by=-rule_id")
    page.get_by_role("searchbox", name="Search").fill("ODD")
    expect(page.get_by_text("60 rows with “ODD”")).to_be_visible()
    page.get_by_role("button", name="Next").click()
    expect(firsts(page)).to_have_count(10)
    expect(page).to_have_url(re.compile(r"\?q=ODD&order_by=-rule_id&skip=50$"))
    page.reload()
    expect(firsts(page).first).to_have_text("R019")
    expect(page.get_by_role("searchbox", name="Search")).to_have_value("ODD")
    page.get_by_role("searchbox", name="Search").fill("nothing")
    expect(page.get_by_text("No row holds this text.")).to_be_visible()
    page.go_back()
    expect(firsts(page)).to_have_count(10)
    page.get_by_role("searchbox", name="Search").fill("")
    expect(page.get_by_text("120 rows", exact=True)).to_be_visible()


def test_nothing_an_empty_text_and_long_texts_are_told_apart_and_read_in_full(visit, admin, odd):
    page = visit(admin, "/tables/odd%20things/")
    second = page.locator("#rows tbody tr").nth(1)
    expect(second.locator("td").nth(0)).to_have_text("empty")
    expect(second.locator("td").nth(1)).to_have_text("NULL")
    expect(page.get_by_text("<script>alert(1)</script>")).to_be_visible()
    page.get_by_role("button", name=str(BIG)).click()
    expect(field(page, "note")).to_have_value(f"one\ntwo\n{LONG}")
    expect(field(page, "more")).to_have_value('"text"')
    expect(page.locator("#values")).to_contain_text("twice")
    expect(page.locator("#values")).to_contain_text("-2.00")


def test_one_who_may_not_change_reads_a_row_at_the_side(visit, viewer):
    Rule.objects.create(rule_id="R1", rule_name="x", description="line\nline")
    page = visit(viewer, "/tables/rule_ref")
    expect(page.get_by_role("button", name="Add a row")).to_have_count(0)
    page.get_by_role("button", name="R1").click()
    panel = page.get_by_role("dialog")
    expect(panel.get_by_text("line line")).to_be_visible()
    expect(panel.get_by_role("button", name="Save")).to_have_count(0)


def test_bad_rows_say_how_they_change(visit, admin):
    insert(row("a"))
    page = visit(admin, "/tables/bad_detail")
    expect(page.get_by_text("Bad rows change only by publishing a script.")).to_be_visible()
    expect(page.get_by_role("button", name="Add a row")).to_have_count(0)
    page.locator("#rows tbody th button").click()
    expect(page.get_by_role("dialog").get_by_text("source_uid")).to_be_visible()


@pytest.mark.parametrize("name", ["users", "nothing", "dq_connections"])
def test_what_is_not_for_browsing_is_not_there(visitor, admin, name):
    visitor.sign_in(admin)
    assert visitor.open(f"/tables/{name}").status == 404
    visitor.complaints.clear()


# --- Changing -------------------------------------------------------------------------------------------------------------


def test_a_row_is_changed_and_what_does_not_fit_is_told_at_its_field(visitor, visit, admin, odd):
    page = visit(admin, "/tables/odd%20things")
    page.get_by_role("button", name="1", exact=True).click()
    field(page, "code").fill("too long")
    expect(page.get_by_text("8 / 5")).to_be_visible()
    field(page, "more").fill("{")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("This is no JSON")).to_be_visible()
    field(page, "more").fill('{"n": 12345678901234567890}')
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("it is longer than 5 characters")).to_be_visible()
    expect(field(page, "code")).to_be_focused()
    field(page, "code").fill("")
    page.get_by_label("What note is").select_option("NULL")
    field(page, "amount").fill("")
    field(page, "ok").select_option("false")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The row is saved.")).to_be_visible()
    kept = odd_row(1)
    assert (kept["code"], kept["note"], kept["amount"], kept["ok"]) == ("", None, None, False)
    assert "12345678901234567890" in sql.value('SELECT more::text FROM dq."odd things" WHERE id = 1', {})
    assert Entry.objects.get(action="tables.change_row").key == "1"
    visitor.complaints.clear()  # the browser's own line about the 400


def test_a_row_is_added_with_the_defaults_of_its_columns(visit, admin, odd):
    page = visit(admin, "/tables/odd%20things")
    page.get_by_role("button", name="Add a row").click()
    expect(page.get_by_label("What amount is")).to_have_value("default")
    expect(field(page, "twice")).to_have_count(0)
    field(page, "id").fill("7")
    field(page, "tags").fill('["a", "b c"]')
    page.get_by_role("button", name="Add the row").click()
    expect(page.get_by_text("The row is added.")).to_be_visible()
    expect(page.get_by_text("4 rows")).to_be_visible()
    kept = odd_row(7)
    assert (str(kept["amount"]), kept["code"], kept["tags"]) == ("1.50", None, ["a", "b c"])


def test_a_row_is_deleted_after_a_question(visit, admin, odd):
    page = visit(admin, "/tables/odd%20things")
    page.get_by_role("button", name=str(BIG)).click()
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("button", name="Cancel").click()
    assert sql.value('SELECT count(*) FROM dq."odd things"', {}) == 3
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("button", name="Delete it").click()
    expect(page.get_by_text("The row is deleted.")).to_be_visible()
    expect(page.get_by_text("2 rows")).to_be_visible()


def test_what_was_typed_is_not_thrown_away_without_a_question(visitor, visit, admin):
    Rule.objects.create(rule_id="R1", rule_name="x")
    page = visit(admin, "/tables/rule_ref")
    page.get_by_role("button", name="R1").click()
    field(page, "rule_name").fill("typed")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Cancel").click()
    expect(field(page, "rule_name")).to_have_value("typed")
    page.context.set_offline(True)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("DQX can't be reached.")).to_be_visible()
    page.context.set_offline(False)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The row is saved.")).to_be_visible()
    assert Rule.objects.get().rule_name == "typed"
    visitor.complaints.clear()


def test_a_form_of_a_row_is_fit_to_be_seen(visitor, visit, admin, odd, size, theme):
    page = visit(admin, "/tables/odd%20things")
    page.get_by_role("button", name="2", exact=True).click()
    field(page, "code").fill("too long")
    page.get_by_role("button", name="Save").click()
    expect(field(page, "code")).to_have_attribute("aria-invalid", "true")
    expect(page.locator(".offcanvas.show:not(.showing)")).to_be_visible()
    fit_to_be_seen(visitor, f"table-row-{size}-{theme}")
