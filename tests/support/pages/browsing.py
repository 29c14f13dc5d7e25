"""Fixtures of the real browser: a phone-sized Chromium that fails the test on anything its console complains of."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request

from tests.support.pages.browser import DESKTOP, FLAGS, PHONE, chromium
from tests.support.servers.server import LiveServer

ANSWERED = "Failed to load resource: the server responded with a status of 4"


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    path = chromium()
    if path is None:
        pytest.fail("Falta Chromium para las pruebas: use `make test`, que lo instala.", pytrace=False)
    return {"executable_path": path, "args": FLAGS, "headless": True}


@pytest.fixture
def browser_faults() -> Iterator[list[str]]:
    """Complaints of the browser; any left at the end fails the test."""
    faults: list[str] = []
    yield faults
    assert not faults, "the browser complained:\n  " + "\n  ".join(faults)


@pytest.fixture
def open_context(
    new_context: Callable[..., BrowserContext], live_server: LiveServer, browser_faults: list[str]
) -> Callable[..., BrowserContext]:
    """Opens contexts whose addresses begin at ``live_server`` and whose complaints are noted."""

    def on_console(message: ConsoleMessage) -> None:
        # A page that answers 4xx on purpose is no fault of the page.
        if message.type in ("error", "warning") and not message.text.startswith(ANSWERED):
            browser_faults.append(f"console: {message.text}")

    def on_request(request: Request) -> None:
        if not request.url.startswith((live_server.url, "data:", "blob:", "about:")):
            browser_faults.append(f"asked another host: {request.url}")

    def open_one(**options: Any) -> BrowserContext:
        context = new_context(
            **{"base_url": live_server.url, "locale": "es-EC", "viewport": PHONE, "reduced_motion": "reduce"} | options
        )
        context.set_default_timeout(15_000)
        context.on("console", on_console)
        context.on("request", on_request)
        context.on("weberror", lambda error: browser_faults.append(f"script: {error.error}"))
        return context

    return open_one


@pytest.fixture
def context(open_context: Callable[..., BrowserContext]) -> BrowserContext:
    return open_context()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """A phone, 360×740."""
    return context.new_page()


@pytest.fixture
def no_js_page(open_context: Callable[..., BrowserContext]) -> Page:
    """The same phone with JavaScript off."""
    return open_context(java_script_enabled=False).new_page()


@pytest.fixture
def desktop_page(open_context: Callable[..., BrowserContext]) -> Page:
    """A desktop, 1280×800."""
    return open_context(viewport=DESKTOP).new_page()
