"""One real Chromium for a run of the tests, and pages that may reach nothing but this machine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Route, sync_playwright

BROWSER_SETTING = "SKILLSHED_TEST_CHROMIUM"
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost"})
_LOCAL_SCHEMES = frozenset({"file", "data", "blob", "about"})


@dataclass(frozen=True)
class OfflinePage:
    """A page, and what it did that it should not.

    Attributes
    ----------
    refused
        Addresses beyond this machine that the page asked for, and did not get.
    console_errors
        Errors that its console shows, and exceptions that nothing caught.
    """

    page: Page
    refused: list[str] = field(default_factory=list)
    console_errors: list[str] = field(default_factory=list)

    def guard(self, route: Route) -> None:
        """Let a request through if it stays on this machine."""
        address = urlsplit(route.request.url)
        if address.hostname in _LOCAL_HOSTS or address.scheme in _LOCAL_SCHEMES:
            route.continue_()
        else:
            self.refused.append(route.request.url)
            route.abort()

    def note(self, message: ConsoleMessage) -> None:
        """Keep an error of the console."""
        if message.type == "error":
            self.console_errors.append(message.text)


def chromium_path() -> str | None:
    """Where Chromium is; None if it is not installed."""
    given = os.environ.get(BROWSER_SETTING)
    found = [shutil.which(name) for name in ((given,) if given else _NAMES)]
    return next((path for path in found if path), None)


def why_no_browser() -> str | None:
    """Say what is missing to run the tests that need a browser; None if nothing is."""
    if chromium_path() is not None:
        return None
    return f"install Chromium or set {BROWSER_SETTING}"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, without a window."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=chromium_path(), args=list(_ARGUMENTS), headless=True
        )
        yield chromium
        chromium.close()


@pytest.fixture
def offline_page(browser: Browser) -> Iterator[OfflinePage]:
    """Open a page in a context of its own that reaches nothing but this machine."""
    context = browser.new_context(service_workers="block")
    offline = OfflinePage(context.new_page())
    # Not the bound methods themselves: Playwright writes on what it is handed, and this is frozen.
    context.route("**/*", lambda route: offline.guard(route))  # noqa: PLW0108
    offline.page.on("console", lambda message: offline.note(message))  # noqa: PLW0108
    offline.page.on("pageerror", lambda error: offline.console_errors.append(str(error)))
    yield offline
    context.close()
