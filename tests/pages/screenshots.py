"""`make screenshots`: DQX is started with its demo, somebody works with it, and the pictures of docs/ are taken anew."""

import secrets
import signal
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Page, sync_playwright

from dqx.environment import BASE_DIR
from tests.alerts import receivers
from tests.embedded.processes import environment, eventually, program
from tests.pages import chromium
from tests.pages.story import Story

FOLDER = BASE_DIR / "docs" / "images"
WINDOW = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
PATIENCE = 300  # seconds: the demo is loaded, populated and published meanwhile
PERSON = "admin"


class Picture(NamedTuple):
    """A picture of docs/.

    Attributes:
        name: of the file, without its ending.
        path: the page; names of the story's things stand in braces.
        then: what somebody does there before it is taken.
        theme: "light" or "dark".
        window: its size in pixels.
    """

    name: str
    path: str
    then: Callable[[Page], object] = lambda page: None
    theme: str = "light"
    window: dict[str, int] = WINDOW


def _life(page: Page) -> None:
    page.locator("#rows tbody .link-button").first.click()
    page.get_by_role("dialog").get_by_text("What happened").wait_for()


def _form(page: Page) -> None:
    page.get_by_role("button", name="New schedule").click()
    page.get_by_text("At 02:00").wait_for()


PICTURES = [
    Picture("overview", "/"),
    Picture("overview-dark", "/", theme="dark"),
    Picture("scripts", "/editor"),
    Picture("editor", "/editor/{review}", window=WINDOW),
    Picture("review", "/editor/{review}/review"),
    Picture("versions", "/editor/{review}/versions"),
    Picture("bad-rows", "/bad-detail?rule_id=NYC_DELAY_RANGE"),
    Picture("life-of-a-row", "/bad-detail?rule_id=NYC_DELAY_RANGE", _life),
    Picture("bad-rows-phone", "/bad-detail?rule_id=NYC_DELAY_RANGE", window=PHONE),
    Picture("charts", "/visualization"),
    Picture("schedules", "/scheduler"),
    Picture("schedule-form", "/scheduler", _form),
    Picture("alerts", "/alerts"),
    Picture("references", "/references"),
    Picture("tables", "/tables/rule_ref"),
    Picture("connections", "/connections"),
    Picture("runs", "/runs"),
    Picture("run-failed", "/runs/{failed}"),
    Picture("profile", "/profile"),
    Picture("admin", "/admin/"),
]


@contextmanager
def mail_server() -> Iterator[str]:
    """The address of one that takes every mail."""
    server = receivers.MailServer()
    try:
        yield f"smtp://127.0.0.1:{server.port}"
    finally:
        server.stop()


@contextmanager
def demo(folder: Path, password: str, mail: str) -> Iterator[str]:
    """The address of a DQX with its demo, whose first account has this password, and which mails by a server."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = environment(
        folder / "home", DQX_DEMO="1", DQX_PORT=str(port), DQX_STATIC_ROOT=str(folder / "static"),
        DQX_ADMIN_USERNAME=PERSON, DQX_ADMIN_PASSWORD=password, DQX_EMAIL_URL=mail, DQX_EMAIL_FROM="dqx@example.org",
    )  # fmt: skip
    with program([sys.executable, "-m", "dqx.embedded"], env, folder / "output.txt") as running:
        eventually(lambda: "DQX is running: " in running.text or running.has_ended, "the pages", PATIENCE)
        assert not running.has_ended, running.text
        yield f"http://127.0.0.1:{port}"
        running.send(signal.SIGINT)
        running.ends()


def sign_in(page: Page, site: str, password: str) -> None:
    """As a person does."""
    page.goto(f"{site}/accounts/login")
    page.get_by_label("Username").fill(PERSON)
    page.get_by_label("Password", exact=True).fill(password)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site}/")


def take(page: Page, site: str, picture: Picture, names: dict[str, object]) -> None:
    """Photograph what the window shows."""
    page.set_viewport_size(picture.window)  # type: ignore[arg-type]
    page.emulate_media(color_scheme=picture.theme)  # type: ignore[arg-type]
    page.goto(site + picture.path.format(**names), wait_until="networkidle")
    picture.then(page)
    page.screenshot(path=FOLDER / f"{picture.name}.png", animations="disabled")
    print(f"docs/images/{picture.name}.png", flush=True)


def _open(folder: str) -> Path:
    """Where root's servers run as somebody else, that one has to get in."""
    path = Path(folder)
    path.chmod(0o755)
    return path


def main() -> None:
    """Take all pictures, or those named on the command line."""
    wanted = [picture for picture in PICTURES if not sys.argv[1:] or picture.name in sys.argv[1:]]
    FOLDER.mkdir(exist_ok=True)
    password = secrets.token_urlsafe()
    with (
        tempfile.TemporaryDirectory(prefix="dqx-pictures-") as folder,
        mail_server() as mail,
        demo(_open(folder), password, mail) as site,
    ):
        names = Story(site, PERSON, password).tell()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium.find(), args=chromium.ARGUMENTS)
            page = browser.new_page()
            sign_in(page, site, password)
            for picture in wanted:
                take(page, site, picture, names)


if __name__ == "__main__":
    main()
