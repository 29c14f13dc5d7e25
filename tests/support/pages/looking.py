"""A close look at a page in Chromium: axe finds nothing, and nothing scrolls sideways."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],  # describing every node that passes takes as long again
}


def look_closely(page: Page) -> None:
    is_accessible(page)
    fits_the_screen(page)


def until(page: Page, expression: str) -> None:
    """Wait for a JavaScript expression to come true. The browser's own waiting needs ``unsafe-eval`` in the page."""
    for _ in range(100):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"never came true: {expression}")


def is_accessible(page: Page) -> None:
    page.wait_for_load_state()  # axe fails on a document that is being replaced
    report = Axe().run(page, options=RULES)
    assert report.violations_count == 0, f"{page.url}\n{report.generate_report()}"


def fits_the_screen(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{page.url} scrolls sideways"
