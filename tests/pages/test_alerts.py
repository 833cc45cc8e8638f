"""Alerts in the browser: a channel is made and tested, a rule is written, switched and deleted, and what is wrong is there to see."""

import pytest
from playwright.sync_api import expect

from scripts_app.alerts import channels, delivery, noticing, rules
from scripts_app.models import AlertRule, Channel
from tests import steps
from tests.alerts import receivers
from tests.api import elsewhere

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def key(settings):
    settings.ENCRYPTION_KEYS = [elsewhere.KEY]


@pytest.fixture
def web():
    with receivers.web() as server:
        yield server


def card(page, name):
    return page.locator(".connection", has=page.get_by_role("heading", name=name, exact=True))


def row(page, name):
    return page.locator("#rules tbody tr", has=page.get_by_role("button", name=name, exact=True))


def test_a_channel_is_made_tested_and_heard_of(visitor, admin, web):
    visitor.sign_in(admin)
    visitor.open("/alerts")
    page = visitor.page
    page.get_by_role("button", name="New channel").click()
    form = page.locator("#channel-form")
    form.get_by_label("Name", exact=True).fill("ops")
    page.get_by_text("Webhook", exact=True).click()
    page.get_by_label("Address", exact=True).fill(web.url("/t0ken"))
    page.get_by_label("Key", exact=True).fill("S3CRET")
    page.get_by_label("At most one message in").select_option("0")
    form.get_by_role("button", name="Save").click()
    expect(card(page, "ops")).to_contain_text(f"http://127.0.0.1:{web.port}/…")
    card(page, "ops").get_by_role("button", name="Send a test by ops").click()
    expect(card(page, "ops")).to_contain_text("A test message was handed over")
    assert web.posted[0].json["test"] is True
    web.status = 503
    card(page, "ops").get_by_role("button", name="Send a test by ops").click()
    expect(card(page, "ops")).to_contain_text("The server answered 503.")
    card(page, "ops").get_by_role("button", name="Edit ops").click()
    expect(page.get_by_label("Address", exact=True)).to_have_attribute(
        "placeholder", "One is kept; leave this empty to keep it"
    )
    expect(page.get_by_label("Key", exact=True)).to_have_value("")
    assert "S3CRET" not in page.content() and "t0ken" not in page.content()


def test_what_is_wrong_with_a_channel_is_told_at_its_field_and_the_rest_stays(visitor, admin):
    visitor.sign_in(admin)
    visitor.open("/alerts")
    page = visitor.page
    page.get_by_role("button", name="New channel").click()
    form = page.locator("#channel-form")
    form.get_by_label("Name", exact=True).fill("room")
    page.get_by_text("Apprise", exact=True).click()
    for url, words in (("syslog://", "acts on DQX's own machine"), ("slack://x", "knows no such address")):
        page.get_by_label("Address", exact=True).fill(url)
        form.get_by_role("button", name="Save").click()
        expect(page.get_by_text(words)).to_be_visible()
    expect(form.get_by_label("Name", exact=True)).to_have_value("room")
    visitor.complaints.clear()  # the browser's own lines about the 400


def test_a_rule_is_written_switched_and_deleted(visitor, publisher, admin):
    channels.create(actor=admin, name="team", kind="mail", addresses=["x@example.org"])
    steps.new_script(admin, name="orders")
    visitor.sign_in(publisher)
    visitor.open("/alerts")
    page = visitor.page
    expect(page.get_by_role("heading", name="Channels")).to_have_count(0)
    page.get_by_role("button", name="Make the first rule").click()
    page.get_by_label("Name", exact=True).fill("night")
    page.get_by_label("A schedule is late").uncheck()
    page.get_by_label("Threshold").fill("many")
    page.get_by_label("team Mail").check()
    page.get_by_label("Scripts", exact=True).fill("orders")
    page.get_by_label("Scripts", exact=True).press("Enter")
    expect(page.get_by_role("button", name="Take away orders")).to_be_visible()
    page.locator("#rule-form").get_by_role("button", name="Save").click()
    expect(page.get_by_label("Threshold")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("Threshold").fill("10")
    page.locator("#rule-form").get_by_role("button", name="Save").click()
    expect(row(page, "night")).to_contain_text("failed runs, new bad rows (more than 10)")
    expect(row(page, "night")).to_contain_text("of script orders")
    expect(row(page, "night")).to_contain_text("team")
    page.get_by_role("switch", name="night: switched on").click()
    expect(page.get_by_text("1 rule, 0 on")).to_be_visible()
    assert not AlertRule.objects.get().is_active
    row(page, "night").get_by_role("button", name="Edit night").click()
    page.get_by_role("button", name="Delete…").click()
    page.get_by_role("button", name="Delete it").click()
    expect(page.get_by_text("“night” is deleted.")).to_be_visible()
    visitor.complaints.clear()


def test_a_draft_of_a_rule_outlives_a_reload(visitor, publisher):
    visitor.sign_in(publisher)
    visitor.open("/alerts")
    page = visitor.page
    page.get_by_role("button", name="New rule").click()
    page.get_by_label("Name", exact=True).fill("half")
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload(wait_until="networkidle")
    expect(page.get_by_text("What you typed and did not save is back.")).to_be_visible()
    expect(page.get_by_label("Name", exact=True)).to_have_value("half")


def test_a_bad_night_and_the_morning_after(visitor, admin, viewer, web):
    hook = channels.create(actor=admin, name="hook", kind="webhook", url=web.url(), pause_minutes=0)
    rules.create(actor=admin, name="all", on=["run_failed"], channels=[hook.pk])
    run = steps.failed_run(steps.new_script(admin, name="orders"), admin)
    noticing.notice()
    delivery.tell()
    visitor.sign_in(viewer)
    visitor.open("/alerts")
    page = visitor.page
    expect(page.locator("#incidents")).to_contain_text("column <b>x</b> does not exist")
    expect(page.get_by_role("link", name="Populate of orders")).to_have_attribute("href", f"/runs/{run.pk}")
    expect(page.get_by_role("button", name="New rule")).to_have_count(0)
    page.get_by_role("button", name="DQX: 1 run failed").click()
    expect(page.locator("#message-body")).to_contain_text("Populate of orders")
    expect(page.locator("#message.show:not(.showing)")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#message")).to_be_hidden()
    type(run).objects.filter(pk=run.pk).update(status="succeeded", noticed=False)
    noticing.notice()
    page.get_by_text("Over", exact=True).click()
    expect(page.locator("#incidents")).to_contain_text("over")


def test_the_page_says_when_the_server_fails(visitor, viewer):
    visitor.sign_in(viewer)
    visitor.page.route("**/api/alerts/**", lambda route: route.abort())
    visitor.open("/alerts")
    expect(visitor.page.locator("#notice")).to_contain_text("DQX can't be reached")
    visitor.complaints.clear()


def test_deleting_a_channel_leaves_its_rules(visitor, admin):
    one = channels.create(actor=admin, name="team", kind="mail", addresses=["x@example.org"])
    rules.create(actor=admin, name="all", on=["run_failed"], channels=[one.pk])
    visitor.sign_in(admin)
    visitor.open("/alerts")
    page = visitor.page
    expect(card(page, "team")).to_contain_text("1 rule uses it.")
    page.get_by_role("button", name="Delete team").click()
    page.get_by_role("button", name="Delete it").click()
    expect(row(page, "all")).to_contain_text("nobody is told")
    assert not Channel.objects.exists()


def test_names_of_one_long_word_leave_the_buttons_in_view(visitor, admin):
    channel = channels.create(
        actor=admin, name="operations_of_the_warehouse_" * 3, kind="mail", addresses=["a@example.org"]
    )
    rules.create(actor=admin, name="all_that_goes_wrong_there_" * 3, on=["run_failed"], channels=[channel.pk])
    visitor.sign_in(admin)
    visitor.open("/alerts")
    expect(visitor.page.locator("#rules tbody .row-buttons button").first).to_be_in_viewport(ratio=1)
