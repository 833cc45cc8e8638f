"""What holds of every page: it fits the window, keeps to the policy, bars nobody, and looks as its picture shows."""

import pytest
from axes.models import AccessAttempt
from django.template.loader import render_to_string
from playwright.sync_api import expect

from dqx.users.models import User
from reference_app.models import Rule, Source
from scripts_app.models import Connection, Run, Schedule
from scripts_app.scheduling import schedules
from tests import steps
from tests.api.bad_rows import insert, row
from tests.pages import alerts, due_times, reviews, tables

pytestmark = pytest.mark.django_db(transaction=True)
# By name: the address, and what of it others made.
PAGES = {
    "home": ("/", ""),
    "bad-rows": ("/bad-detail", ""),
    "scripts": ("/editor", ""),
    "scripts-none": ("/editor?q=nothing", ""),
    "review": ("/editor/900001/review", ""),
    "review-missing": ("/editor/900002/review", ""),
    "review-done": ("/editor/900003/review", ""),
    "staging": ("/editor/900001/staging", ""),
    "versions": ("/editor/900001/versions", ""),
    "charts": ("/visualization", ""),
    "runs": ("/runs", ""),
    "editor": ("/editor/900001", ""),
    "editor-new": ("/editor/new", ""),
    "profile": ("/profile", ""),
    "connections": ("/connections", ""),
    "alerts": ("/alerts", ""),
    "tables": ("/tables", ""),
    "table": ("/tables/odd%20things?order_by=-id", ""),
    "table-empty": ("/tables/dq_schedules", ""),
    "run": ("/runs/900001", ""),
    "references": ("/references", ""),
    "references-sources": ("/references?kind=sources", ""),
    "api-docs": ("/api/docs/", "#api-docs"),
    "admin": ("/admin/", ""),
    "admin-scripts": ("/admin/scripts/script/", ""),
    "admin-script": ("/admin/scripts/script/900001/change/", ""),
    "admin-runs": ("/admin/scripts/run/", ""),
    "admin-bad-rows": ("/admin/bad_detail/badrow/", ""),
    "admin-rules": ("/admin/reference/rule/", ""),
}
# Where there is nothing yet.
EMPTY = {"scheduler-empty": "/scheduler", "alerts-empty": "/alerts", "references-empty": "/references"}
# What opens at the side of a page: the address, the button that opens it, and what stands there then.
PANELS = {
    "scheduler-form": ("/scheduler", "New schedule", "At 02:00"),
    "scheduler-one": ("/scheduler", "<script>alert(2)</script>", "The next runs"),
    "alerts-rule": ("/alerts", "Night <script>", "Where nothing is chosen"),
    "alerts-channel": ("/alerts", "New channel", "One on a line."),
    "alerts-message": ("/alerts", "DQX: 1 run failed, 12 new bad rows", "All clear"),
    "references-one": ("/references", "R1", "Published by"),
    "references-new": ("/references", "New rule", "It can't be changed afterwards."),
    "references-import": ("/references", "Import", "All of it is imported or nothing."),
}
# For those who are not signed in: the address, and the status of its answer.
OPEN = {"login": ("/accounts/login?next=/runs", 200), "register": ("/register", 200), "not-found": ("/nothing", 404)}


@pytest.fixture
def world(admin):
    """A little of everything, with a text that would do harm were it taken for a page's own."""
    Rule.objects.create(rule_id="R1", rule_name="<script>alert(1)</script>")
    Source.objects.create(source_id="S1", source_name="Bookings")
    script = steps.new_script(admin, steps.FIVE, "<script>alert(1)</script>")
    steps.failed_run(script, admin, id=900_001)
    steps.succeeded(steps.run_populate(script, admin))
    steps.succeeded(steps.run_publish(script, admin))
    for name in ("warehouse", "<script>alert(1)</script>"):
        Connection.objects.create(name=name, host=f"{'very-' * 20}long.example.org", dbname="sales", username="reader")
    script.connection = Connection.objects.first()
    script.save()
    reviews.world(admin)
    alerts.world(admin, script)
    with tables.odd_table():
        yield


@pytest.fixture
def scheduled(world, admin):
    """A schedule that failed, one that rests, one that is well, and one that is off."""
    script = Run.objects.get(pk=900_001).script
    failing, resting, _, off = (
        schedules.create(actor=admin, job_name=name, script_id=script.pk, cron_schedule=cron, timezone="Asia/Tokyo")
        for name, cron in (
            ("<script>alert(2)</script>", "5 2 * * *"),
            ("Weekly", "0 6 * * 1"),
            ("Often", "*/20 * * * *"),
            ("Old", "0 0 1 * *"),
        )
    )
    Schedule.objects.filter(pk=resting.pk).update(owner=None)
    schedules.toggle(off.pk, actor=admin)
    Run.objects.filter(pk=900_001).update(schedule=failing)
    due_times.history(failing, admin, 30)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_fit_to_be_seen(world, admin, visitor, name):
    address, others = PAGES[name]
    visitor.sign_in(admin)
    for look in visitor.looks():
        assert visitor.open(address).status == 200
        fit_to_be_seen(visitor, f"{name}-{look}", others)


def test_schedules_are_fit_to_be_seen(scheduled, admin, visitor):
    visitor.sign_in(admin)
    for look in visitor.looks():
        visitor.open("/scheduler")
        expect(visitor.page.get_by_text("4 schedules, 3 on, 2 need attention")).to_be_visible()
        fit_to_be_seen(visitor, f"scheduler-{look}")


def test_two_hundred_schedules_of_which_some_are_late_are_fit_to_be_seen(scheduled, admin, visitor):
    script = Run.objects.get(pk=900_001).script
    due_times.two_hundred(script, admin)
    visitor.sign_in(admin)
    for look in visitor.looks():
        visitor.open("/scheduler")
        expect(visitor.page.get_by_text("3 schedules have not run when they should have.")).to_be_visible()
        fit_to_be_seen(visitor, f"scheduler-many-{look}")


@pytest.mark.parametrize("name", EMPTY)
def test_a_page_that_has_nothing_is_fit_to_be_seen(admin, visitor, name):
    visitor.sign_in(admin)
    for look in visitor.looks():
        visitor.open(EMPTY[name])
        fit_to_be_seen(visitor, f"{name}-{look}")


@pytest.mark.parametrize("name", PANELS)
def test_what_opens_at_the_side_is_fit_to_be_seen(scheduled, admin, visitor, name):
    address, button, shown = PANELS[name]
    visitor.sign_in(admin)
    for look in visitor.looks():
        visitor.open(address)
        visitor.page.get_by_role("button", name=button, exact=True).click()
        panel = visitor.page.locator(".offcanvas.show:not(.showing)")
        expect(panel.get_by_text(shown)).to_be_visible()
        fit_to_be_seen(visitor, f"{name}-{look}")


def three_hundred_rules(admin):
    """Names as long as may be, dates far from the rest, records that fail many rules."""
    Rule.objects.bulk_create(
        Rule(rule_id=f"RULE_{n:03}_OF_THE_CRM", rule_name=f"Customer {n} " + "whose name is long " * 4)
        for n in range(300)
    )
    rows = [(n, uid) for n in range(300) for uid in range(1 + (300 - n) // 30)]
    insert(
        *(
            row(f"record {uid}", rule=f"RULE_{n:03}_OF_THE_CRM", day=f"2024-{1 + n % 12:02}-{1 + uid:02}")
            for n, uid in rows
        )
    )
    insert(row(day="9999-12-31"), row("undated", day=None))


def failures(admin):
    """Scripts whose last run failed, schedules that rest and are late, and alerts of more than that."""
    publisher = steps.somebody("paula", "publisher")
    script = steps.new_script(admin, f"{steps.FIVE} WHERE true", "Customers without an address")
    steps.succeeded(steps.run_populate(script, admin))
    steps.succeeded(steps.run_publish(script, admin))
    schedule = schedules.create(actor=publisher, job_name="nightly", script_id=script.pk, cron_schedule="0 3 * * *")
    steps.failed_run(script, admin, schedule=schedule)
    for n in range(7):
        steps.failed_run(steps.new_script(admin, name=f"Script {n} of many"), admin)
    User.objects.filter(pk=publisher.pk).update(role="viewer")
    late = schedules.create(actor=admin, job_name="Every night", script_id=script.pk, cron_schedule="0 2 * * *")
    due_times.make_late(late, 400)
    alerts.world(admin, script)


def staged(admin):
    """A script that is populated and not published."""
    steps.succeeded(steps.run_populate(steps.new_script(admin), admin))


def clean(admin):
    """A script that was published and found nothing."""
    script = steps.new_script(admin, f"{steps.FIVE} WHERE false")
    steps.succeeded(steps.run_populate(script, admin))
    steps.succeeded(steps.run_publish(script, admin))


# By name: the address, and what there is beside the person who looks.
STATES = {
    "home-empty": ("/", None),
    "home-staged": ("/", staged),
    "home-clean": ("/", clean),
    "home-failures": ("/", failures),
    "home-300-rules": ("/", three_hundred_rules),
    "charts-empty": ("/visualization", None),
    "charts-300-rules": ("/visualization?top_rules=20", three_hundred_rules),
    "charts-nothing-fits": ("/visualization?q=nothing", staged),
}


@pytest.mark.parametrize("name", STATES)
def test_a_page_is_fit_to_be_seen_in_other_states(admin, visitor, name):
    address, make = STATES[name]
    if make:
        make(admin)
    visitor.sign_in(admin)
    for look in visitor.looks():
        assert visitor.open(address).status == 200
        fit_to_be_seen(visitor, f"{name}-{look}")


@pytest.mark.parametrize("name", OPEN)
def test_a_page_for_those_not_signed_in_is_fit_to_be_seen(visitor, name):
    address, status = OPEN[name]
    for look in visitor.looks():
        assert visitor.open(address).status == status
        fit_to_be_seen(visitor, f"{name}-{look}")


@pytest.mark.parametrize(("name", "address"), [("forbidden", "/admin/users/user/"), ("refused", "/runs/4711")])
def test_a_refusal_is_fit_to_be_seen(viewer, visitor, name, address):
    visitor.sign_in(viewer)
    for look in visitor.looks():
        assert visitor.open(address).status in (403, 404)
        fit_to_be_seen(visitor, f"{name}-{look}")


def test_a_lock_out_is_fit_to_be_seen(visitor):
    AccessAttempt.objects.create(username="vera", ip_address="127.0.0.1", failures_since_start=1000)
    for look in visitor.looks():
        visitor.open("/accounts/login")
        visitor.page.get_by_label("Username").fill("vera")
        visitor.page.get_by_label("Password", exact=True).fill("x")
        visitor.page.keyboard.press("Enter")
        expect(visitor.page.get_by_role("heading", name="Too many attempts")).to_be_visible()
        fit_to_be_seen(visitor, f"locked-out-{look}")


@pytest.mark.parametrize("status", [400, 500])
def test_a_failure_is_fit_to_be_seen(visitor, status):
    """What Django renders when nothing else works; the rest of the site stands in for what failed."""
    visitor.page.route(
        "**/failing", lambda route: route.fulfill(status=status, body=render_to_string(f"{status}.html"))
    )
    for look in visitor.looks():
        visitor.open("/failing")
        fit_to_be_seen(visitor, f"{status}-{look}")


def test_the_navigation_keeps_to_one_line_whatever_the_width(admin, visitor):
    visitor.sign_in(admin)
    visitor.open("/")
    for width in (390, 800, 1000, 1119, 1120, 1280, 1359, 1360, 1440, 1920):
        visitor.page.set_viewport_size({"width": width, "height": 900})
        assert visitor.overflow() <= 0, width
        assert visitor.page.locator(".main-header").bounding_box()["height"] < 60, width
        assert visitor.page.locator(".main-nav-link").first.is_visible() == (width >= 1120), width


def fit_to_be_seen(visitor, picture, others=""):
    assert visitor.overflow() <= 0
    assert visitor.violations() == []
    visitor.photograph(picture)
    assert visitor.barriers(but=others) == []
    visitor.complaints[:] = [
        line for line in visitor.complaints if "the server responded with a status of" not in line
    ]  # the browser's own lines
