"""The charts, as a steward uses them: filters that can be shared, few and many rules, a bar that leads to its rows, a table."""

import base64
import csv
import io
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from reference_app.models import Rule
from tests import steps
from tests.api.bad_rows import insert, row

pytestmark = pytest.mark.django_db(transaction=True)
ROW, TOP = 42, 8
# Of a picture, the colour of its first point.
CORNER = """async (data) => {
  const image = new Image();
  image.src = data;
  await image.decode();
  const canvas = document.createElement("canvas");
  const ctx = canvas.getContext("2d");
  ctx.drawImage(image, 0, 0);
  return [...ctx.getImageData(0, 0, 1, 1).data];
}"""


@pytest.fixture
def visit(visitor, viewer):
    def visit(query=""):
        visitor.sign_in(viewer)
        visitor.open(f"/visualization{query}")
        return visitor.page

    return visit


def chart(page, name):
    return page.get_by_role("application", name=name)


def card(page, name):
    return page.get_by_role("region", name=name, exact=True)


def grid_query(page):
    page.wait_for_url("**/bad-detail?*")
    return parse_qs(urlsplit(page.url).query)


def few():
    Rule.objects.create(rule_id="R1", rule_name="Customer missing")
    insert(
        row("a"), row("b"), row("c", rule="R2", day="2024-01-03"), row("d", rule="R2", source="S2", day="2024-01-03")
    )
    insert(row("e", rule="R3", day=None))


def many():
    insert(*(row(f"u{n}", rule=f"RULE_{rule:03}") for rule in range(300) for n in range(1 + (300 - rule) // 30)))


def test_filters_narrow_the_charts_and_stand_in_the_address(visit):
    few()
    page = visit()
    expect(page.get_by_text("5 bad rows", exact=True)).to_be_visible()
    page.get_by_label("Rules", exact=True).fill("R2")
    page.keyboard.press("Enter")
    expect(page.get_by_text("2 bad rows", exact=True)).to_be_visible()
    expect(chart(page, "Bad rows by source")).to_have_accessible_name(re.compile("2 sources"))
    expect(page).to_have_url(re.compile(r"\?rule_id=R2$"))
    page.get_by_label("A point for each").select_option(label="Months")
    expect(page).to_have_url(re.compile(r"rule_id=R2&unit=month$"))
    expect(chart(page, "Bad rows by date")).to_have_accessible_name(re.compile("1 months from Jan 2024"))
    page.reload()
    expect(page.get_by_text("2 bad rows", exact=True)).to_be_visible()
    expect(page.get_by_label("A point for each")).to_have_value("month")
    page.go_back()
    expect(page.get_by_label("A point for each")).to_have_value("")
    page.go_back()
    expect(page.get_by_text("5 bad rows", exact=True)).to_be_visible()
    page.go_forward()
    expect(page.get_by_text("2 bad rows", exact=True)).to_be_visible()


def test_a_click_on_a_bar_opens_its_rows_under_the_same_filters(visit):
    few()
    page = visit("?source_id=S1&date_from=2024-01-01")
    expect(page.get_by_text("3 bad rows", exact=True)).to_be_visible()
    chart(page, "Bad rows by rule").click(position={"x": 30, "y": TOP + ROW * 1.5})
    assert grid_query(page) == {"rule_id": ["R2"], "source_id": ["S1"], "date_from": ["2024-01-01"]}
    expect(page.get_by_text("1 bad row", exact=True)).to_be_visible()


def test_a_click_on_a_point_opens_the_rows_of_its_dates(visit):
    few()
    page = visit("?date_to=2024-01-20")
    canvas = chart(page, "Bad rows by date")
    expect(canvas).to_have_accessible_name(re.compile("3 days"))
    canvas.click(position={"x": canvas.bounding_box()["width"] * 0.85, "y": 60})
    assert grid_query(page) == {"date_from": ["2024-01-03"], "date_to": ["2024-01-03"]}
    expect(page.get_by_text("2 bad rows", exact=True)).to_be_visible()


def test_keys_lead_through_a_chart_and_open_rows(visit):
    few()
    page = visit()
    canvas = chart(page, "Bad rows by rule")
    expect(canvas).to_have_accessible_name(re.compile("3 rules; the worst is R1 – Customer missing with 2 bad rows"))
    canvas.focus()
    page.keyboard.press("ArrowDown")
    said = card(page, "Bad rows by rule").locator("[data-part=said]")
    expect(said).to_have_text("R1 – Customer missing: 2 bad rows, 40 %")
    page.keyboard.press("End")
    expect(said).to_have_text("R3: 1 bad row, 20 %")
    page.keyboard.press("Enter")
    assert grid_query(page) == {"rule_id": ["R3"]}


def test_of_three_hundred_rules_the_worst_are_seen_and_all_are_in_the_table(visit):
    many()
    page = visit()
    rules = card(page, "Bad rows by rule")
    canvas = chart(page, "Bad rows by rule")
    expect(rules.get_by_text("The worst 10 of 300; all are in the table and in the CSV.")).to_be_visible()
    assert canvas.bounding_box()["height"] == 11 * ROW + TOP
    rules.get_by_label("How many rules").select_option(label="Worst 50")
    expect(rules.get_by_text("The worst 50 of 300")).to_be_visible()
    expect(page).to_have_url(re.compile(r"\?top_rules=50$"))
    assert canvas.bounding_box()["height"] == 51 * ROW + TOP
    canvas.click(position={"x": 30, "y": 50.5 * ROW})  # the rest
    table = rules.get_by_role("region", name="Bad rows by rule, table")
    expect(table.locator("tbody tr")).to_have_count(300)
    expect(table).to_be_focused()
    table.get_by_role("link", name="RULE_299").click()
    assert grid_query(page) == {"rule_id": ["RULE_299"]}


def test_a_table_says_what_a_chart_shows(visit):
    few()
    page = visit()
    dates = card(page, "Bad rows by date")
    dates.get_by_role("button", name="Table").click()
    expect(dates.locator("tbody tr")).to_have_text(["2024-01-012", "2024-01-032", "No date1"])
    expect(dates.get_by_text("1 bad row without a date stands in the table only.")).to_be_visible()
    dates.get_by_role("button", name="Table").click()
    expect(dates.locator("table")).to_be_hidden()


def test_the_rows_without_a_date_that_are_counted_can_be_opened(visit):
    few()
    insert(row("f", day=None))
    page = visit("?rule_id=R3")
    dates = card(page, "Bad rows by date")
    expect(dates.get_by_role("link", name="1 bad row without a date")).to_be_visible()
    dates.get_by_role("button", name="Table").click()
    expect(dates.locator("tbody").get_by_role("link", name="No date")).to_have_attribute(
        "href", "/bad-detail?rule_id=R3&undated=true"
    )
    dates.get_by_role("link", name="1 bad row without a date").click()
    assert grid_query(page) == {"rule_id": ["R3"], "undated": ["true"]}
    expect(page.locator("#rows tbody tr td:nth-child(3)")).to_have_text(["e"])
    expect(page.get_by_label("Without a date")).to_be_checked()


def test_a_date_far_from_the_rest_is_left_out_and_told(visit):
    insert(*(row(f"u{n}", day=f"2024-01-{1 + n % 9:02}") for n in range(90)), row("far", day="9999-12-31"))
    page = visit()
    dates = card(page, "Bad rows by date")
    expect(dates.get_by_text("1 bad row far from these dates (9999-12-31 to 9999-12-31) left out.")).to_be_visible()
    expect(chart(page, "Bad rows by date")).to_have_accessible_name(re.compile("9 days"))
    dates.get_by_role("button", name="Show all dates").click()
    expect(chart(page, "Bad rows by date")).to_have_accessible_name(re.compile("years from 2024 to 9999"))
    expect(page).to_have_url(re.compile("span=all"))
    page.go_back()
    expect(chart(page, "Bad rows by date")).to_have_accessible_name(re.compile("9 days"))


def test_a_chart_is_kept_as_a_file_that_computes_nothing(visit):
    Rule.objects.create(rule_id="R1", rule_name='=HYPERLINK("x")')
    insert(row())
    page = visit()
    with page.expect_download() as waiting:
        card(page, "Bad rows by rule").get_by_role("button", name="CSV").click()
    assert waiting.value.suggested_filename == "by-rule.csv"
    rows = list(csv.reader(io.StringIO(waiting.value.path().read_text())))
    assert rows == [["rule_id", "name", "count"], ["R1", '\'=HYPERLINK("x")', "1"]]


def test_a_chart_is_kept_as_a_picture_on_a_ground(visit):
    few()
    page = visit()
    page.emulate_media(color_scheme="dark")
    with page.expect_download() as waiting:
        card(page, "Bad rows by date").get_by_role("button", name="PNG").click()
    picture = waiting.value.path().read_bytes()
    assert picture.startswith(b"\x89PNG")
    corner = page.evaluate(CORNER, f"data:image/png;base64,{base64.b64encode(picture).decode()}")
    assert corner == [0x19, 0x20, 0x28, 255]  # --dqx-surface of the dark theme


def test_another_theme_is_another_drawing(visit):
    few()
    page = visit()
    canvas = chart(page, "Bad rows by rule")
    light = canvas.evaluate("(canvas) => canvas.toDataURL()")
    page.emulate_media(color_scheme="dark")
    assert steps.eventually(lambda: canvas.evaluate("(canvas) => canvas.toDataURL()") != light)


def test_what_publishes_did_is_a_chart_too(visit, publisher):
    script = steps.new_script(publisher)
    for text in (steps.FIVE, f"{steps.FIVE} WHERE false", steps.FIVE):
        steps.set_text(script, text)
        steps.succeeded(steps.run_populate(script, publisher))
        steps.succeeded(steps.run_publish(script, publisher))
    page = visit("?q=v")
    activity = card(page, "Opened and resolved by publishes")
    expect(activity.get_by_text("Today: 1 opened, 1 reopened, 1 resolved.")).to_be_visible()
    expect(activity.get_by_text("Texts and dates are no filters here")).to_be_visible()
    activity.get_by_label("How many days").select_option(label="90 days")
    expect(chart(page, "Opened and resolved")).to_have_accessible_name(re.compile("In 90 days 1 opened"))


def test_the_worst_records_come_under_the_filters(visit):
    insert(*(row("worst", rule=f"R{n}") for n in range(9)), *(row("other", rule=f"R{n}") for n in range(2)))
    page = visit()
    records = page.get_by_role("region", name="Worst records, table").locator("tbody tr")
    expect(records).to_have_count(2)
    expect(records.first).to_contain_text("worst9")
    page.get_by_label("Rules", exact=True).fill("R7")
    page.keyboard.press("Enter")
    expect(records).to_have_text(["No record fails more than one rule."])


def test_where_nothing_fits_it_says_so_and_clears(visit):
    few()
    page = visit("?q=nothing")
    expect(page.get_by_text("No bad row fits these filters.")).to_be_visible()
    page.get_by_role("button", name="Clear them").click()
    expect(page.get_by_text("5 bad rows", exact=True)).to_be_visible()
    expect(page.get_by_text("No bad row fits these filters.")).to_be_hidden()


def test_where_nothing_is_bad_it_says_so(visit):
    page = visit()
    expect(page.get_by_text("There is no bad row.")).to_be_visible()
    expect(card(page, "Bad rows by date")).to_be_hidden()


def test_a_lost_connection_is_told_and_what_was_seen_stays(visit, visitor):
    few()
    page = visit()
    expect(page.get_by_text("5 bad rows", exact=True)).to_be_visible()
    page.route("**/api/stats/**", lambda route: route.abort())
    page.get_by_label("Text", exact=True).fill("a")
    expect(page.get_by_role("alert")).to_contain_text("DQX can't be reached")
    expect(chart(page, "Bad rows by rule")).to_be_visible()
    page.unroute("**/api/stats/**")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("alert")).to_be_hidden()
    expect(page.get_by_text("1 bad row", exact=True)).to_be_visible()
    visitor.complaints[:] = [line for line in visitor.complaints if "ERR_FAILED" not in line]
