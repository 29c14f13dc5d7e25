"""A citizen in a browser, who walks the journey using the contract's field names."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from playwright.sync_api import Page

from tests.support.servers.smtp import Mailbox, code_in


@dataclass
class Citizen:
    """A walking citizen. ``look`` is called on every page, for instance to run axe."""

    page: Page
    mailbox: Mailbox
    cedula: str = "1700000001"
    email: str = "ana.demo@example.ec"
    mobile: str = "0991234567"
    look: Callable[[Page], None] = field(default=lambda page: None)

    def press(self, button: str) -> None:
        self.look(self.page)
        self.page.get_by_role("button", name=button, exact=True).click()

    def start(self) -> None:
        self.page.goto("/")
        self.look(self.page)
        self.page.get_by_role("link", name="Genere su turno").first.click()

    def give_cedula(self) -> None:
        self.page.fill("[name=cedula]", self.cedula)
        self.press("Consultar")

    def give_contact(self) -> None:
        self.page.fill("[name=correo]", self.email)
        self.page.fill("[name=celular]", self.mobile)
        self.press("Siguiente")

    def give_code(self, number: int = 1) -> None:
        mail = self.mailbox.wait_for(self.email, "Verificar IESS turno online", number)
        self.page.fill("[name=codigo]", code_in(mail))
        self.press("Verificar")

    def choose_place(self, province: str, procedure: str, agency: str) -> None:
        self.page.select_option("[name=provincia]", province)
        self.page.select_option("[name=tramite]", procedure)
        show = self.page.get_by_role("button", name=re.compile("Ver agencias"))
        if show.is_visible():  # without JavaScript the agencies are asked for
            show.click()
        self.page.check(f"[name=agencia][value={agency}]")
        self.press("Siguiente")

    def choose_day(self, which: int = 0) -> None:
        self.look(self.page)
        self.page.locator("a[href*='dia=']").nth(which).click()

    def choose_hour(self, which: int = 0) -> None:
        self.page.locator("[name=hora][type=radio]").nth(which).check()
        self.press("Siguiente")

    def say_yes(self) -> None:
        self.press("Sí")

    def up_to_the_review(self, province: str, procedure: str, agency: str) -> None:
        self.start()
        self.give_cedula()
        self.give_contact()
        self.give_code()
        self.choose_place(province, procedure, agency)
        self.choose_day()
        self.choose_hour()
        self.say_yes()

    def confirm(self) -> None:
        self.press("Confirmar")
        self.look(self.page)
