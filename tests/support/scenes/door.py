"""A kiosk in the browser: a typing scanner, and the screen."""

from collections.abc import Callable

from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.support.rows.staff import create_device, pair_browser
from tests.support.rows.visits import turn
from tests.support.servers.server import LiveServer
from turnero.agencies.models import Desk
from turnero.core.extensions import db

SCREEN = {"width": 1080, "height": 1920}
# Nothing is printed nor spoken; both are counted.
_STUBS = """
window.printed = 0; window.print = () => { window.printed += 1; };
window.said = [];
Object.defineProperty(window, "speechSynthesis", {value: {cancel() {}, speak: (one) => said.push(one.text)}});
"""


def open_door(
    open_context: Callable[..., BrowserContext], live_server: LiveServer, desk: Desk, **options: object
) -> Page:
    """A browser paired as a kiosk of the desk's agency, at its start; its clock runs on and jumps as
    the test says, so a test leaves seconds between its jumps and what it expects."""
    context = open_context(**{"viewport": SCREEN} | options)
    pair_browser(context, create_device(desk.agency), live_server.url)
    context.add_init_script(_STUBS)
    db.session.rollback()
    page = context.new_page()
    page.clock.install()
    page.goto("/kiosco")
    return page


def reference_of(booking_id: int) -> str:
    found = turn(booking_id).reference
    db.session.rollback()
    return found


def scan(page: Page, typed: str) -> None:
    """As a scanner does, which knows nothing of fields."""
    page.keyboard.type(typed)
    page.keyboard.press("Enter")


def says(page: Page, result: str) -> None:
    expect(page.locator("[data-resultado]")).to_have_attribute("data-resultado", result)


def ticket(page: Page) -> Locator:
    return page.locator(".hero .big")


def at_start(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("Registre su llegada")
