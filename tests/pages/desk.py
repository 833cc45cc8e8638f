"""Somebody at the page of the editor, and texts to write there."""

from playwright.sync_api import expect

from tests import steps

ENDLESS = steps.FIVE + " FROM generate_series(1, 100000000000) g WHERE g < 0"
OTHER = steps.FIVE.replace("'v'", "'other'")


class Desk:
    """The page of the editor."""

    def __init__(self, visitor, person):
        self.visitor, self.page = visitor, visitor.page
        visitor.sign_in(person)

    def open(self, script=None):
        self.visitor.open(f"/editor/{script.pk if script else 'new'}")
        expect(self.state).not_to_have_text("Loading…")
        return self

    @property
    def code(self):
        return self.page.get_by_role("textbox", name="SQL of the script")

    @property
    def state(self):
        return self.page.locator("#saved")

    def write(self, text):
        self.code.click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(text)

    def text(self):
        return "\n".join(self.page.locator("#code .cm-line").all_inner_texts()).replace("\xa0", " ")

    def press(self, keys):
        self.page.keyboard.press(keys)

    def button(self, name):
        return self.page.get_by_role("button", name=name, exact=True)

    def says(self, text):
        expect(self.page.get_by_text(text).first).to_be_visible()


def rows(desk):
    """Those that a text found."""
    return desk.page.get_by_role("region", name="Rows, table").locator("tbody tr")
