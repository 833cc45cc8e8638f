"""The versions of a script: what was changed by whom, any two compared, and the way back."""

import re

import pytest
from playwright.sync_api import expect

from scripts_app import scripts
from scripts_app.models import Script
from tests import steps

pytestmark = pytest.mark.django_db(transaction=True)
OTHER = steps.FIVE.replace("'v'", "'{}'")


@pytest.fixture
def script(author):
    script = steps.new_script(author)
    for letter in "wx":
        scripts.update(script.pk, actor=author, content=f"-- <i>{letter}</i>\n{OTHER.format(letter)}")
    return script


@pytest.fixture
def visit(visitor, author, script):
    def visit(query="", person=author):
        visitor.sign_in(person)
        visitor.open(f"/editor/{script.pk}/versions{query}")
        return visitor.page

    return visit


def test_any_two_versions_are_compared(visit):
    page = visit()
    expect(page.locator(".version")).to_have_count(3)
    expect(page.locator(".version").first).to_contain_text("Version 3Current")
    expect(page.locator(".version").first).to_contain_text("arthur")
    expect(page.locator(".diff-added .diff-text").first).to_have_text("added: -- <i>x</i>")
    page.get_by_label("Compared with").select_option("1")
    expect(page).to_have_url(re.compile(r"version=3&against=1$"))
    expect(page.locator(".diff-removed")).to_have_count(1)
    page.get_by_role("button", name="Version 1").click()
    expect(page.locator(".diff-removed")).to_have_count(0)
    page.go_back()
    expect(page.locator(".diff-removed")).to_have_count(1)
    page.reload()
    expect(page.get_by_label("Compared with")).to_have_value("1")


def test_an_old_version_is_restored_as_a_new_one(visit, script):
    page = visit("?version=1")
    page.get_by_role("button", name="Restore this version…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("as a new version")
    dialog.get_by_role("button", name="Cancel").click()
    assert Script.objects.get().content != steps.FIVE
    page.get_by_role("button", name="Restore this version…").click()
    dialog.get_by_role("button", name="Restore").click()
    expect(page.get_by_text("Version 4 has the SQL of version 1 again.")).to_be_visible()
    expect(page.locator(".version").first).to_contain_text("from version 1")
    assert Script.objects.get().content == steps.FIVE


def test_a_change_that_was_not_seen_is_not_overwritten(visitor, visit, script, author):
    page = visit("?version=1")
    expect(page.locator(".version")).to_have_count(3)
    scripts.update(script.pk, actor=author, content=OTHER.format("z"))
    page.get_by_role("button", name="Restore this version…").click()
    page.get_by_role("dialog").get_by_role("button", name="Restore").click()
    expect(page.get_by_text("The script is at version 4, saved by arthur; you changed version 3.")).to_be_visible()
    visitor.complaints.clear()  # the browser's own line about the 409


def test_a_text_that_the_server_refuses_now_is_told(visitor, visit, script):
    script.versions.filter(n=1).update(content="SELECT nothing_there")
    page = visit("?version=1")
    page.get_by_role("button", name="Restore this version…").click()
    page.get_by_role("dialog").get_by_role("button", name="Restore").click()
    expect(page.locator("#notice")).to_contain_text("nothing_there")
    visitor.complaints.clear()  # and the 422


def test_a_reader_only_looks(visit, viewer):
    page = visit("?version=1", viewer)
    expect(page.get_by_text("The whole SQL of this version")).to_be_visible()
    expect(page.get_by_role("button", name="Restore this version…")).to_have_count(0)
