"""What a text finds is looked at in the editor: rows with every digit, errors at their place, and a slow look that is given up."""

import re

import pytest
from playwright.sync_api import expect

from tests import steps
from tests.pages.desk import ENDLESS, rows

pytestmark = pytest.mark.django_db(transaction=True)


def test_rows_are_shown_with_their_number_and_time_and_null_as_such(desk):
    desk.open()
    desk.write(
        "SELECT 'R' AS rule_id, 'S' AS source_id, g AS source_uid, CASE WHEN g > 1 THEN '<b>x</b>' END AS data_value,"
        " DATE '2024-01-01' AS txn_date FROM generate_series(9007199254740993, 9007199254741200) g"
    )
    desk.press("Control+Enter")
    expect(rows(desk)).to_have_count(100)
    expect(rows(desk).first).to_contain_text("9007199254740993")
    expect(rows(desk).first).to_contain_text("<b>x</b>")
    expect(desk.page.locator("#rows-figures")).to_have_text(
        re.compile(r"The first 100 rows in [\d.]+ s; there are more")
    )
    desk.page.locator("#limit").select_option("500")
    desk.button("Run").click()
    expect(rows(desk)).to_have_count(208)
    expect(desk.page.locator("#rows-figures")).to_have_text(re.compile(r"^208 rows in"))


def test_null_is_told_from_the_empty_text(desk):
    desk.open()
    desk.write(steps.FIVE.replace("'v'", "NULL") + " UNION ALL " + steps.FIVE.replace("'v'", "''"))
    desk.press("Control+Enter")
    expect(rows(desk).locator("td:nth-child(4)")).to_have_text(["NULL", "empty"])


def test_an_error_is_marked_at_its_place(desk):
    desk.open()
    desk.write("\n\n" + steps.FIVE.replace("'v'", "\n nowhere"))
    desk.press("Control+Enter")
    desk.says('column "nowhere" does not exist')
    expect(desk.page.locator(".cm-lintRange-error")).to_have_text("nowhere")
    expect(desk.page.locator(".cm-lint-marker-error")).to_have_count(1)
    desk.button("Go to line 4").click()
    expect(desk.code).to_be_focused()
    desk.page.keyboard.type("1 --")
    desk.press("Control+Enter")
    expect(desk.page.locator(".cm-lintRange-error")).to_have_count(0)
    desk.visitor.complaints.clear()  # the browser's own line about the 422


def test_an_error_of_a_save_is_marked_too(desk, author):
    script = steps.new_script(author)
    desk.open(script)
    desk.write(steps.FIVE + " FROM nowhere")
    desk.press("Control+s")
    expect(desk.page.locator(".cm-lintRange-error")).to_have_text("nowhere")
    expect(desk.state).to_have_text("Unsaved changes")
    script.refresh_from_db()
    assert script.content == steps.FIVE
    desk.visitor.complaints.clear()


def test_a_slow_look_is_given_up_and_the_server_ends_it(desk):
    desk.open()
    desk.write(ENDLESS)
    desk.press("Control+Enter")
    assert steps.eventually(lambda: steps.copies_at_work("100000000000"))
    desk.button("Stop").click()
    expect(desk.button("Run")).to_be_enabled()
    expect(desk.page.locator("#notice")).to_be_empty()
    assert steps.eventually(lambda: not steps.copies_at_work("100000000000"), 5)
    desk.press("Control+Enter")
    assert steps.eventually(lambda: steps.copies_at_work("100000000000"))
    desk.page.goto("about:blank")  # who leaves wants no answer any more
    assert steps.eventually(lambda: not steps.copies_at_work("100000000000"), 5)
