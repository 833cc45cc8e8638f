"""The Chromium of the browser tests: DQX_CHROMIUM, one on the PATH, or Playwright's own; `python -m tests.pages.chromium` installs one."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WHAT_TO_DO = (
    "The tests of the pages need Chromium. Install it (Debian and Ubuntu: apt-get install chromium), "
    "or name one with DQX_CHROMIUM=/path/to/chromium."
)
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--no-first-run", "--disable-quic",
]  # fmt: skip


def find() -> str | None:
    """The path of a Chromium; None where there is none."""
    named = os.environ.get("DQX_CHROMIUM")
    if named:
        return named if Path(named).is_file() else None
    return next(filter(None, map(shutil.which, NAMES)), None) or _of_playwright()


def _of_playwright() -> str | None:
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).is_file() else None


def install() -> bool:
    """Get one from Playwright, or as root from the machine's packages; whether there is one now."""
    ways = [[sys.executable, "-m", "playwright", "install", "chromium"]]
    if os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = ["apt-get", "-qq", "-o", "Dpkg::Use-Pty=0"]
        ways = [[*quiet, "update"], [*quiet, "install", "-y", "--no-install-recommends", "chromium"], *ways]
    for way in ways:
        if find():
            break
        subprocess.run(
            way,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        )
    return find() is not None


def main() -> None:
    """Install one where there is none."""
    if find():
        return
    if not os.environ.get("DQX_CHROMIUM"):
        print("Installing Chromium for the tests of the pages", flush=True)
    if os.environ.get("DQX_CHROMIUM") or not install():
        sys.exit(WHAT_TO_DO)


if __name__ == "__main__":
    main()
