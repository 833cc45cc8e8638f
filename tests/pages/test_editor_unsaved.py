"""Nothing that is typed in the editor is lost: not by another's save, a crash, an ended session or a lost connection."""

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from scripts_app import scripts
from tests import steps
from tests.conftest import PASSWORD
from tests.pages.desk import OTHER

pytestmark = pytest.mark.django_db(transaction=True)


def test_somebody_elses_save_leaves_the_choice(desk, author, publisher):
    script = steps.new_script(author)
    desk.open(script)
    desk.write(OTHER)
    scripts.update(script.pk, actor=publisher, content=steps.FIVE.replace("'v'", "'theirs'"))
    desk.press("Control+s")
    dialog = desk.page.get_by_role("dialog", name="paula saved another text meanwhile")
    dialog.get_by_role("button", name="See the difference").click()
    expect(dialog.locator(".cm-changedText").first).to_be_visible()
    expect(dialog.locator(".cm-deletedChunk")).to_contain_text("theirs")
    dialog.get_by_role("button", name="Decide later").click()
    assert desk.text() == OTHER
    desk.press("Control+s")
    dialog.get_by_role("button", name="Load theirs").click()
    expect(desk.code).to_contain_text("theirs")
    expect(desk.state).to_have_text("Saved")
    desk.code.click()
    desk.press("Control+z")
    expect(desk.code).to_contain_text("other")
    desk.visitor.complaints.clear()


def test_keeping_ones_own_text_makes_it_the_next_version(desk, author, publisher):
    script = steps.new_script(author)
    desk.open(script)
    desk.write(OTHER)
    scripts.update(script.pk, actor=publisher, content=steps.FIVE.replace("'v'", "'theirs'"))
    desk.press("Control+s")
    desk.page.get_by_role("dialog").get_by_role("button", name="Keep mine").click()
    expect(desk.state).to_have_text("Saved")
    script.refresh_from_db()
    assert script.content == OTHER
    assert script.versions.count() == 3
    desk.visitor.complaints.clear()


def test_what_was_not_saved_is_there_again(desk, author):
    script = steps.new_script(author)
    desk.open(script)
    desk.write(OTHER)
    desk.page.get_by_label("Description").fill("half done")
    expect(desk.state).to_have_text("Unsaved changes")
    asked = []
    desk.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    desk.page.reload()
    desk.says("Your unsaved changes of")
    assert asked == ["beforeunload"]
    assert desk.text() == OTHER
    expect(desk.page.get_by_label("Description")).to_have_value("half done")
    desk.button("Discard them").click()
    assert desk.text() == steps.FIVE
    expect(desk.state).to_have_text("Saved")
    desk.page.reload()
    expect(desk.state).to_have_text("Saved")
    expect(desk.page.locator("#draft")).to_be_empty()


def test_a_page_that_crashed_lost_nothing_and_a_newer_text_is_not_overwritten(desk, author, publisher):
    script = steps.new_script(author)
    desk.open(script)
    desk.write(OTHER)
    assert steps.eventually(lambda: desk.page.evaluate("(key) => key in localStorage", f"dqx.draft.arthur.{script.pk}"))
    desk.page.close(run_before_unload=False)
    scripts.update(script.pk, actor=publisher, content=steps.FIVE.replace("'v'", "'theirs'"))
    again = desk.visitor.page = desk.page = desk.visitor.page.context.new_page()
    desk.open(script)
    desk.says("The script was saved since by somebody")
    assert desk.text() == OTHER
    desk.press("Control+s")
    expect(again.get_by_role("dialog", name="paula saved another text meanwhile")).to_be_visible()


def test_one_whose_session_ended_signs_in_and_the_save_goes_on(desk, author):
    script = steps.new_script(author)
    desk.open(script)
    desk.write(OTHER)
    Session.objects.all().delete()
    desk.press("Control+s")
    dialog = desk.page.get_by_role("dialog", name="Sign in again")
    dialog.get_by_label("Password").fill(PASSWORD)
    desk.press("Enter")
    expect(desk.state).to_have_text("Saved")
    script.refresh_from_db()
    assert script.content == OTHER
    desk.visitor.complaints.clear()  # the browser's own line about the 401


def test_a_lost_connection_is_told_and_nothing_is_lost(desk, author):
    script = steps.new_script(author)
    desk.open(script)
    desk.write(OTHER)
    desk.page.context.set_offline(True)
    desk.press("Control+s")
    desk.says("DQX can't be reached.")
    assert desk.text() == OTHER
    expect(desk.state).to_have_text("Unsaved changes")
    desk.page.context.set_offline(False)
    desk.press("Control+s")
    expect(desk.state).to_have_text("Saved")
    desk.visitor.complaints.clear()
