"""Signing in, up and out, and the profile, as people meet them."""

import re

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from dqx.users import accounts
from dqx.users.models import User
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)
NEW_PASSWORD = "battery horse correct"


def fill(page, **values):
    for label, value in values.items():
        page.get_by_label(label, exact=True).fill(value)


# --- Signing in -----------------------------------------------------------------------------------------------------------


def test_one_who_wanted_to_go_somewhere_is_led_there(visitor, viewer):
    visitor.open("/runs?status=failed")
    expect(visitor.page.get_by_text("Sign in to go on to /runs?status=failed")).to_be_visible()
    fill(visitor.page, Username="vera", Password=PASSWORD)
    visitor.page.get_by_role("button", name="Sign in").click()
    expect(visitor.page).to_have_url(f"{visitor.site}/runs?status=failed")


@pytest.mark.parametrize(
    "elsewhere", ["https://example.org/", "//example.org", "/accounts/login", "javascript:alert(1)"]
)
def test_nobody_is_led_to_another_site_or_in_circles(visitor, viewer, elsewhere):
    visitor.open(f"/accounts/login?next={elsewhere}")
    fill(visitor.page, Username="vera", Password=PASSWORD)
    visitor.page.keyboard.press("Enter")
    expect(visitor.page).to_have_url(f"{visitor.site}/")
    visitor.open(f"/accounts/login/?next={elsewhere}")
    expect(visitor.page).to_have_url(f"{visitor.site}/")


def test_a_wrong_name_and_a_wrong_password_are_told_in_the_same_words(visitor, viewer):
    for username in ("vera", "nobody"):
        visitor.open("/accounts/login")
        fill(visitor.page, Username=username, Password="wrong")
        visitor.page.keyboard.press("Enter")
        expect(visitor.page.get_by_role("alert")).to_have_text("The name or the password is wrong.")
        expect(visitor.page.get_by_label("Username")).to_have_value(username)
        expect(visitor.page.get_by_label("Password", exact=True)).to_be_focused()


def test_what_is_typed_can_be_looked_at(visitor):
    visitor.open("/accounts/login")
    field = visitor.page.get_by_label("Password", exact=True)
    field.fill("secret")
    visitor.page.get_by_role("button", name="Show what is typed").click()
    expect(field).to_have_attribute("type", "text")
    visitor.page.get_by_role("button", name="Show what is typed").click()
    expect(field).to_have_attribute("type", "password")


def test_too_many_failures_are_told_on_a_page_of_their_own(visitor, viewer):
    for _ in range(settings.AXES_FAILURE_LIMIT):
        visitor.open("/accounts/login")
        fill(visitor.page, Username="vera", Password="wrong")
        with visitor.page.expect_navigation() as going:
            visitor.page.keyboard.press("Enter")
    assert going.value.status == 429
    expect(visitor.page.get_by_role("heading", name="Too many attempts to sign in")).to_be_visible()
    visitor.complaints.clear()  # the browser's own line about the 429


def test_signing_out_ends_the_session(visitor, viewer):
    visitor.sign_in(viewer)
    visitor.open("/")
    visitor.page.get_by_role("button", name="vera").click()
    visitor.page.get_by_role("button", name="Sign out").click()
    expect(visitor.page.get_by_role("heading", name="You are signed out")).to_be_visible()
    visitor.open("/runs")
    expect(visitor.page).to_have_url(f"{visitor.site}/accounts/login?next=/runs")


def test_the_admin_has_no_door_of_its_own(visitor, admin):
    visitor.open("/admin/users/user/")
    fill(visitor.page, Username="ada", Password=PASSWORD)
    visitor.page.keyboard.press("Enter")
    expect(visitor.page).to_have_url(f"{visitor.site}/admin/users/user/")


def test_one_whose_session_ended_signs_in_again_in_place_and_what_was_under_way_goes_on(visitor, viewer):
    visitor.sign_in(viewer)
    visitor.open("/profile")
    visitor.page.get_by_label("E-mail address").fill("new@example.org")
    Session.objects.all().delete()
    visitor.page.get_by_role("button", name="Save").click()
    dialog = visitor.page.get_by_role("dialog", name="Sign in again")
    dialog.get_by_label("Password").fill("wrong")
    visitor.page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("The password is wrong.")
    dialog.get_by_label("Password").fill(PASSWORD)
    visitor.page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(visitor.page.get_by_text("Saved.")).to_be_visible()
    viewer.refresh_from_db()
    assert viewer.email == "new@example.org"
    visitor.complaints.clear()  # the browser's own line about the 401


# --- Signing up -----------------------------------------------------------------------------------------------------------


def test_where_signing_up_is_closed_it_says_so_and_is_not_offered(client, settings):
    settings.REGISTRATION_OPEN = False
    assert b"Sign up" not in client.get("/accounts/login").content
    answer = client.get("/register")
    assert answer.status_code == 403 and b"Ask an admin for an account." in answer.content


def test_one_who_signs_up_is_signed_in_and_told_what_a_viewer_can_do(visitor):
    visitor.open("/accounts/login?next=/runs")
    visitor.page.get_by_role("link", name="Sign up").click()
    fill(visitor.page, Username="nora", Password="12345678", **{"E-mail": "nora@example.org"})
    visitor.page.get_by_role("button", name="Sign up").click()
    expect(visitor.page.get_by_label("Password", exact=True)).to_be_focused()
    expect(visitor.page.get_by_text("This password is too common.")).to_be_visible()
    expect(visitor.page.get_by_label("E-mail")).to_have_value("nora@example.org")
    fill(visitor.page, Password=PASSWORD)
    visitor.page.keyboard.press("Enter")
    expect(visitor.page).to_have_url(f"{visitor.site}/runs")
    expect(visitor.page.get_by_role("status")).to_contain_text("You are a Viewer")
    assert User.objects.get().role == "viewer"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"username": "vera"}, "username"),
        ({"username": "a b"}, "username"),
        ({"email": "VERA@example.org"}, "email"),
        ({"email": "nowhere"}, "email"),
        ({"password": "12345678"}, "password"),
        ({"password": ""}, "password"),
    ],
)
def test_what_will_not_do_is_told_at_its_field_and_the_rest_stays(client, viewer, settings, changes, field):
    settings.REGISTRATION_OPEN = True
    given = {"username": "nora", "email": "nora@example.org", "password": PASSWORD, **changes}
    answer = client.post("/register", given)
    assert set(answer.context["form"].errors) == {field}
    assert f'value="{given["username"]}"' in answer.content.decode()
    assert User.objects.count() == 1 and "_auth_user_id" not in client.session


def test_sign_ups_are_counted_whichever_the_door(client, settings):
    settings.REGISTRATION_OPEN, settings.SIGN_UPS_AN_HOUR = True, 1
    given = {"username": "nora", "email": "nora@example.org", "password": "short"}
    client.post("/api/auth/register", given, content_type="application/json")
    answer = client.post("/register", {**given, "password": PASSWORD})
    assert "too many sign-ups" in answer.content.decode()
    assert not User.objects.exists()


# --- The profile ----------------------------------------------------------------------------------------------------------


def test_a_profile_says_what_the_role_allows(visitor, author):
    visitor.sign_in(author)
    visitor.open("/")
    visitor.page.get_by_role("button", name="arthur").click()
    visitor.page.get_by_role("link", name="Profile").click()
    expect(visitor.page.get_by_role("heading", name="What an Author can do")).to_be_visible()
    abilities = visitor.page.locator(".abilities li")
    expect(abilities.filter(has_text="Populate scripts")).not_to_contain_text("needs")
    expect(abilities.filter(has_text="Publish what a script has found")).to_contain_text("needs Publisher")
    expect(visitor.page.locator("#zone")).to_have_text(re.compile(r"^\S+, where it is \d\d:\d\d GMT"))


def test_an_e_mail_address_is_changed_and_a_wrong_one_told_at_its_field(visitor, viewer, author):
    visitor.sign_in(viewer)
    visitor.open("/profile/")
    field = visitor.page.get_by_label("E-mail address")
    for wrong in ("nowhere", author.email):
        field.fill(wrong)
        visitor.page.get_by_role("button", name="Save").click()
        expect(field).to_have_attribute("aria-invalid", "true")
        expect(field).to_have_value(wrong)
    visitor.complaints.clear()
    field.fill("new@example.org")
    visitor.page.get_by_role("button", name="Save").click()
    expect(visitor.page.get_by_text("Saved.")).to_be_visible()
    viewer.refresh_from_db()
    assert viewer.email == "new@example.org"


def test_a_new_password_ends_all_else_and_keeps_this_session(visitor, viewer, client):
    client.force_login(viewer, backend=settings.AUTHENTICATION_BACKENDS[-1])
    token = accounts.tokens_for(viewer)["access"]
    visitor.sign_in(viewer)
    visitor.open("/profile")
    old, new = visitor.page.get_by_label("Present password"), visitor.page.get_by_label("New password")
    button = visitor.page.get_by_role("button", name="Change the password")
    old.fill("wrong")
    new.fill(NEW_PASSWORD)
    button.click()
    expect(visitor.page.get_by_text("The old password is wrong.")).to_be_visible()
    expect(new).to_have_value(NEW_PASSWORD)
    old.fill(PASSWORD)
    new.fill("12345678")
    button.click()
    expect(new).to_have_attribute("aria-invalid", "true")
    visitor.complaints.clear()
    new.fill(NEW_PASSWORD)
    button.click()
    expect(visitor.page.get_by_text("The password is changed.")).to_be_visible()
    visitor.page.reload()
    expect(visitor.page.get_by_role("heading", name="vera")).to_be_visible()
    assert client.get("/profile").status_code == 302
    assert client.get("/api/auth/me/", headers={"Authorization": f"Bearer {token}"}).status_code == 401


def test_a_theme_is_chosen_and_kept(visitor, viewer):
    visitor.sign_in(viewer)
    visitor.open("/profile")
    visitor.page.locator(".profile-theme").get_by_role("button", name="Dark").click()
    visitor.page.reload()
    expect(visitor.page.locator("html")).to_have_attribute("data-bs-theme", "dark")
