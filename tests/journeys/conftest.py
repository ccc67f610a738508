"""A served application in a real browser: a small invented city, a web process, Chromium."""

import contextlib
import dataclasses
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Locator, Page, sync_playwright

from tests.factories.ports import free_port
from xinyidai.kernel.settings import Mode, Settings, child_environment

START_SECONDS = 180  # on a busy machine; a few on an idle one
SIZES = {"desk": (1366, 768), "phone": (390, 844)}


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """One Chromium for the run."""
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(
            executable_path=chromium,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
            ],
        )
        yield found
        found.close()


@pytest.fixture
def served(live: Flask, settings: Settings) -> Iterator[Callable[[], str]]:
    """Start the web process on the test's own database; returns its address."""
    running: list[subprocess.Popen[bytes]] = []

    def start() -> str:
        port = free_port()
        named = dataclasses.replace(
            settings,
            mode=Mode.DEMO,
            database_url=live.config["SQLALCHEMY_DATABASE_URI"],
            owner_database_url=live.config["OWNER_DATABASE_URI"],
        )
        command = [sys.executable, "-m", "xinyidai", "serve", "--port", str(port)]
        running.append(
            subprocess.Popen(  # noqa: S603 - ourselves
                command, env=child_environment(named), stderr=subprocess.DEVNULL
            )
        )
        address = f"http://127.0.0.1:{port}"
        _wait(address)
        return address

    yield start
    for process in running:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(20)
        process.kill()


def _wait(address: str) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        try:
            with urlopen(f"{address}/healthz", timeout=5):  # noqa: S310 - our own server
                return
        except (URLError, OSError):
            time.sleep(0.3)
    raise AssertionError("the web process did not answer")


@dataclasses.dataclass
class Person:
    """Somebody at a screen: an own browser context, so that nobody shares a session."""

    page: Page
    address: str
    size: str
    shots: Path
    taken: list[str] = dataclasses.field(default_factory=list)

    def go(self, path: str) -> None:
        """Open a page of ours."""
        self.page.goto(self.address + path)

    def see(self, name: str) -> None:
        """Keep a screenshot; the page must not scroll sideways nor show an error."""
        width = SIZES[self.size][0]
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{name}: {wide} px on a {width} px screen"
        self.page.screenshot(path=self.shots / f"{self.size}-{name}.png", full_page=True)
        self.taken.append(name)

    def press(self, label: str) -> None:
        """Press the button, or follow the link, with this name, and wait for the page it leads to."""
        button = self.page.get_by_role("button", name=label, exact=True)
        link = self.page.get_by_role("link", name=label, exact=True)
        button.or_(link).first.wait_for()
        self.leave_by(button if button.count() else link)

    def follow(self, part: str) -> None:
        """Follow the first link whose name contains this, and wait for the page it leads to."""
        self.leave_by(self.page.get_by_role("link", name=part))

    def leave_by(self, way: Locator) -> None:
        """Click the first of these; a click alone may return while the old page still stands."""
        with self.page.expect_navigation():
            way.first.click()

    def fill(self, **fields: str) -> None:
        """Type into fields by their form names."""
        for name, value in fields.items():
            self.page.locator(f"[name='{name}']").first.fill(value)

    def text(self) -> str:
        """Return what the page says."""
        return self.page.inner_text("body")

    def sign_in(self, login: str, password: str) -> None:
        """Sign in by the form."""
        self.go("/sign-in")
        self.fill(login=login, password=password)
        self.press("登录")


@pytest.fixture
def person(browser: Browser, tmp_path: Path) -> Iterator[Callable[..., Person]]:
    """Make people, each with a browser context of the size asked for; no console error is let by."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def make(address: str, size: str) -> Person:
        width, height = SIZES[size]
        context = browser.new_context(
            viewport={"width": width, "height": height},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            is_mobile=size == "phone",
            has_touch=size == "phone",
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(90_000)  # on a busy machine
        page.on("dialog", lambda dialog: dialog.accept())
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            # A form that is refused answers 422, which the browser notes as an error of its own.
            lambda message: (
                complaints.append(message.text)
                if message.type == "error" and "422" not in message.text
                else None
            ),
        )
        return Person(page, address, size, tmp_path)

    yield make
    for context in contexts:
        context.close()
    assert complaints == []
