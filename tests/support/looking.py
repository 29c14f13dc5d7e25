"""A close look at a page in Chromium: axe finds nothing, and nothing scrolls sideways."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def look_closely(page: Page) -> None:
    is_accessible(page)
    fits_the_screen(page)


def is_accessible(page: Page) -> None:
    report = Axe().run(page, options=RULES)
    assert report.violations_count == 0, f"{page.url}\n{report.generate_report()}"


def fits_the_screen(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{page.url} scrolls sideways"
