"""Connections to other databases, kept by an admin: added, tested, changed, deleted; the password goes in and never comes out."""

import pytest
from playwright.sync_api import expect

from scripts_app.models import Connection, Script
from tests import steps
from tests.api import elsewhere
from tests.pages.test_every_page import fit_to_be_seen

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def there(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), elsewhere.database() as found:
        yield found


def card(page, name):
    return page.locator(".connection", has=page.get_by_role("heading", name=name, exact=True))


def kept(**changes):
    given = {"name": "warehouse", "host": "127.0.0.1", "port": 1, "dbname": "d", "username": "reader", **changes}
    return Connection.objects.create(**given)


def test_a_connection_is_added_and_tested_at_once(visitor, admin, there):
    visitor.sign_in(admin)
    visitor.open("/connections")
    page = visitor.page
    expect(page.get_by_text("There is no connection yet.")).to_be_visible()
    page.get_by_role("button", name="New connection").click()
    given = {
        "Name": "warehouse",
        "Host": there.host,
        "Port": str(there.port),
        "Database": there.dbname,
        "User": there.user,
    }
    for label, value in {**given, "Password": there.password}.items():
        page.get_by_label(label, exact=True).fill(value)
    page.get_by_role("button", name="Save and test").click()
    expect(card(page, "warehouse")).to_contain_text("It works: PostgreSQL")
    expect(card(page, "warehouse")).to_contain_text("a password is kept")
    assert there.password not in page.content()


def test_a_test_that_fails_says_why(visitor, admin):
    kept()
    visitor.sign_in(admin)
    visitor.open("/connections/")
    card(visitor.page, "warehouse").get_by_role("button", name="Test").click()
    expect(card(visitor.page, "warehouse")).to_contain_text("Fails")
    expect(card(visitor.page, "warehouse")).to_contain_text("The database can't be reached")


def test_what_is_refused_is_told_at_its_field_and_the_rest_stays(visitor, admin):
    visitor.sign_in(admin)
    visitor.open("/connections")
    page = visitor.page
    page.get_by_role("button", name="New connection").click()
    for label, value in {"Name": "x", "Host": "169.254.169.254", "Port": "many", "Database": "d", "User": "u"}.items():
        page.get_by_label(label, exact=True).fill(value)
    page.get_by_role("button", name="Save and test").click()
    expect(page.get_by_label("Port")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("Port").fill("5432")
    page.get_by_role("button", name="Save and test").click()
    expect(page.get_by_label("Host")).to_be_focused()
    expect(page.get_by_text("The host leads to an address that is no server's")).to_be_visible()
    expect(page.get_by_label("Database")).to_have_value("d")
    visitor.complaints.clear()  # the browser's own lines about the 400


def test_a_kept_password_stays_until_it_is_forgotten_and_goes_nowhere_else(visitor, admin, settings):
    settings.ENCRYPTION_KEYS = [elsewhere.KEY]
    one = kept(secret=b"something")
    visitor.sign_in(admin)
    visitor.open("/connections")
    page = visitor.page
    page.get_by_role("button", name="Edit warehouse").click()
    expect(page.get_by_label("Password", exact=True)).to_have_attribute(
        "placeholder", "One is kept; leave this empty to keep it"
    )
    page.get_by_label("Host").fill("localhost")
    page.get_by_role("button", name="Save and test").click()
    expect(page.get_by_text("The password that is kept was given for another host")).to_be_visible()
    visitor.complaints.clear()
    page.get_by_label("Host").fill("127.0.0.1")
    page.get_by_label("Name").fill("lake")
    page.get_by_role("button", name="Save and test").click()
    expect(card(page, "lake")).to_contain_text("a password is kept")
    page.get_by_role("button", name="Edit lake").click()
    page.get_by_label("Forget the password").check()
    expect(page.get_by_label("Password", exact=True)).to_be_disabled()
    page.get_by_role("button", name="Save and test").click()
    expect(card(page, "lake")).to_contain_text("no password")
    one.refresh_from_db()
    assert bytes(one.secret) == b""


def test_one_that_scripts_read_names_them_and_is_not_deleted(visitor, admin):
    one, idle = kept(), kept(name="idle")
    Script.objects.filter(pk=steps.new_script(admin, name="orders").pk).update(connection=one)
    visitor.sign_in(admin)
    visitor.open("/connections")
    page = visitor.page
    expect(card(page, "warehouse")).to_contain_text("1 script reads it: orders.")
    page.get_by_role("button", name="Delete warehouse").click()
    expect(page.get_by_text("Give them another connection first.")).to_be_visible()
    page.get_by_role("button", name="Delete idle").click()
    page.get_by_role("button", name="Delete it").click()
    expect(page.get_by_text("'idle' is deleted.")).to_be_visible()
    assert list(Connection.objects.all()) == [one] and idle


def test_connections_are_for_admins(visitor, publisher):
    visitor.sign_in(publisher)
    visitor.open("/")
    expect(visitor.page.get_by_role("link", name="Connections")).to_have_count(0)
    assert visitor.open("/connections").status == 403
    expect(visitor.page.get_by_text("Your role does not allow you to view a connection.")).to_be_visible()
    visitor.complaints.clear()


def test_the_form_and_the_empty_list_are_fit_to_be_seen(visitor, admin, size, theme):
    visitor.sign_in(admin)
    visitor.open("/connections")
    fit_to_be_seen(visitor, f"connections-empty-{size}-{theme}")
    visitor.page.get_by_role("button", name="New connection").click()
    visitor.page.get_by_role("button", name="Save and test").click()
    expect(visitor.page.get_by_label("Name", exact=True)).to_be_focused()
    expect(visitor.page.locator(".offcanvas.show:not(.showing)")).to_be_visible()
    fit_to_be_seen(visitor, f"connections-form-{size}-{theme}")
