"""The windows and the kiosk of the day, operated in real browsers."""

import re
from collections import defaultdict

from playwright.sync_api import Page, expect


def ticket_in(words: str) -> str:
    found = re.search(r"[A-Z]-\d{3}", words)
    assert found, words
    return found[0]


class Windows:
    """The two windows; actions are recorded by ticket."""

    def __init__(self, pages: list[Page]) -> None:
        self.pages = pages
        self.called: dict[str, list[int]] = defaultdict(list)
        self.attended: list[str] = []

    def work(self) -> int:
        """Each window ends its attention and calls the next person. Returns how many were called."""
        found = 0
        for number, page in enumerate(self.pages, start=1):
            page.goto("/agencia/agenda")
            self.end(page)
            page.locator("[data-next]").click()
            page.wait_for_load_state()
            mine = page.locator(".mine .big")
            if mine.count():
                self.called[ticket_in(mine.inner_text())].append(number)
                found += 1
        return found

    def end(self, page: Page) -> None:
        mine = page.locator(".mine .big")
        if mine.count():
            self.attended.append(ticket_in(mine.inner_text()))
            page.locator(".mine [data-key=a]").click()
            expect(page.locator(".mine")).to_have_count(0)


class Kiosk:
    def __init__(self, page: Page, procedure: str) -> None:
        self.page, self.procedure = page, procedure

    def read(self, typed: str) -> tuple[str, str]:
        """Scan or type, as a scanner does; the answer's name, and its ticket if it gave one."""
        self.page.goto("/kiosco")
        self.page.keyboard.type(typed)
        self.page.keyboard.press("Enter")
        return self._answer()

    def without_turn(self, number: str) -> tuple[str, str]:
        self.page.goto("/kiosco/sin-turno")
        self.page.locator(f"input[value='{self.procedure}']").check(force=True)
        self.page.locator("#cedula").fill(number)
        self.page.get_by_role("button", name="Pedir ticket").click()
        return self._answer()

    def _answer(self) -> tuple[str, str]:
        answer = self.page.locator("[data-resultado]")
        expect(answer).to_be_visible()
        shown = answer.locator(".big")
        return answer.get_attribute("data-resultado") or "", shown.inner_text() if shown.count() else ""
