"""A person at a browser: Chromium against gunicorn, a worker, and the databases of the tests."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect

from dqx.environment import BASE_DIR
from tests.api import elsewhere, servers
from tests.pages import chromium
from tests.pages.desk import Desk

# Playwright keeps an event loop in this thread, which Django takes for a reason not to speak with the database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
# What is far too long even on a busy machine.
expect.set_options(timeout=20_000)
SIZES = {"desktop": (1440, 900), "phone": (390, 844)}
THEMES = ("light", "dark")
SCREENSHOTS = BASE_DIR / "screenshots"
AXE = BASE_DIR / "node_modules" / "axe-core" / "axe.min.js"
WATCH = """
window.violations = [];
addEventListener("securitypolicyviolation", (event) => violations.push(`${event.violatedDirective} ${event.blockedURI}`));
"""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    found = chromium.find()
    if found is None:
        pytest.fail(chromium.WHAT_TO_DO)
    return {**browser_type_launch_args, "executable_path": found, "args": chromium.ARGUMENTS}


@pytest.fixture(scope="package")
def site(django_db_setup, tmp_path_factory):
    """The address of the pages, where people may sign up and secrets can be kept."""
    folder = tmp_path_factory.mktemp("servers")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DQX_REGISTRATION_OPEN", "1")
        patch.setenv("DQX_ENCRYPTION_KEYS", elsewhere.KEY)
        with servers.worker(folder), servers.web(folder) as http:
            yield http.address


@pytest.fixture(params=SIZES, scope="session")
def size(request):
    return request.param


@pytest.fixture(params=THEMES, scope="session")
def theme(request):
    return request.param


class Visitor:
    """A page of the browser, and all that went wrong on it."""

    def __init__(self, page: Page, site: str) -> None:
        self.page, self.site, self.complaints = page, site, []
        page.add_init_script(WATCH)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda line: line.type == "error" and self.complaints.append(line.text))

    def open(self, path: str) -> Any:
        """Go to an address; its answer, once what it loads is there."""
        return self.page.goto(self.site + path, wait_until="networkidle")

    def sign_in(self, person: Any) -> None:
        """Give the browser a session; the form, which takes longer than most tests, is that of test_accounts.py."""
        client = Client()
        client.force_login(person, backend=settings.AUTHENTICATION_BACKENDS[-1])
        name = settings.SESSION_COOKIE_NAME
        self.page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": self.site}])

    def looks(self) -> Iterator[str]:
        """Take on each size in each theme, one after the other, and say which it is."""
        for size, (width, height) in SIZES.items():
            self.page.set_viewport_size({"width": width, "height": height})
            for theme in THEMES:
                self.page.emulate_media(color_scheme=theme)
                yield f"{size}-{theme}"

    def overflow(self) -> int:
        """How many pixels the page is wider than the window."""
        return self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")

    def violations(self) -> list[str]:
        """What the Content-Security-Policy kept from happening."""
        return self.page.evaluate("window.violations")

    def barriers(self, but: str = "") -> list[str]:
        """The serious and critical findings of axe, each with where it is; `but` is a selector of what others made."""
        self.page.evaluate(AXE.read_text())
        # Without preload: axe puts a stylesheet that another one imports into a <style>, which the policy forbids.
        run = "(but) => axe.run(but ? {exclude: [[but]]} : document, {preload: false, resultTypes: ['violations']})"
        found = self.page.evaluate(run, but)["violations"]
        return [
            f"{one['id']}: {node['target']}"
            for one in found
            if one["impact"] in ("serious", "critical")
            for node in one["nodes"]
        ]

    def photograph(self, name: str) -> Path:
        """A picture of the whole page in the folder of screenshots."""
        path = SCREENSHOTS / f"{name}.png"
        self.page.screenshot(path=path, full_page=True)
        return path


@pytest.fixture
def visitor(page, site):
    visitor = Visitor(page, site)
    yield visitor
    assert not visitor.complaints, visitor.complaints


@pytest.fixture
def desk(visitor, author):
    """An author at the editor."""
    return Desk(visitor, author)


@pytest.fixture
def browser_context_args(browser_context_args, request):
    """As large as `size` and in the colours of `theme`, where a test asks for them."""
    wanted = dict(browser_context_args)
    if "size" in request.fixturenames:
        width, height = SIZES[request.getfixturevalue("size")]
        wanted["viewport"] = {"width": width, "height": height}
    if "theme" in request.fixturenames:
        wanted["color_scheme"] = request.getfixturevalue("theme")
    return wanted
