"""A day of an agency from the first code to the last call, with everybody in it (``agency_life``)."""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

import pytest

from tests.support.pages.client import StrictClient
from tests.support.rows.build import next_workday, today
from tests.support.rows.journeys import cedula
from tests.support.rows.turns import turn
from tests.support.scenes.agency_life import SOON, AgencyLife, Person
from tests.support.scenes.sheets import draw_once
from turnero.booking.closures import closing, proposals
from turnero.booking.closures.scope import Hours, Scope
from turnero.staff.actor import COMMAND_LINE

# Unique in all tests.
FIRST = 91_827_30
THIRD, OTHER_THIRD = cedula(FIRST - 8_000_000 + 50), cedula(FIRST - 8_000_000 + 51)


def person(number: int, **on_file: str) -> Person:
    """The ``number``-th person of the day, with easily recognised data."""
    local = f"canaria.{'abcdefghij'[number]}"
    return Person(
        cedula(FIRST - 8_000_000 + number), f"{local}@jaula-canaria.example.ec", f"09876501{number:02}", **on_file
    )


@dataclass
class WholeDay:
    """Runs the day; ``people`` then holds its people."""

    life: AgencyLife
    people: list[Person] = field(default_factory=list)
    staff_mail: str = "ventanilla.canaria@example.ec"

    def run(self) -> None:
        """Run the day. Each PDF is drawn once for mail and page."""
        with pytest.MonkeyPatch.context() as patch:
            draw_once(patch)
            self._run()

    def _run(self) -> None:
        self.people = [person(number) for number in range(8)]
        owned = person(3, on_file="duena.canaria@example.ec", mobile_on_file="+593987651234")
        self.people[3] = owned
        for one in self.people:
            self.life.register(one)
        reference = self.citizens()
        self.staff_and_devices(reference)
        self.life.public_pages()

    def citizens(self) -> str:
        """Turns asked for, looked at, lost, moved, given up and disowned; the reference of one of today."""
        life, (first, second, third, owned, *_) = self.life, self.people
        browser = life.browser()
        token = life.book(browser, first, third=THIRD)
        life.look_at(browser, token)
        life.lose_the_link(browser, first, turn(token).reference)
        life.cancel(browser, life.change(browser, token))
        life.disown(life.book(life.browser(), owned))
        displaced = life.book(life.browser(), third, next_workday() + timedelta(days=1))
        self.lose_the_place(life.browser(), displaced)
        return turn(life.book(life.browser(), second, today(), SOON)).reference

    def lose_the_place(self, browser: StrictClient, token: str) -> None:
        day = turn(token).day
        begins = datetime.combine(day, time())
        hours = Hours(begins, begins + timedelta(days=4), self.life.words.reason)
        closing.close_hours(Scope("agency", agency_id=self.life.agency_id), hours, COMMAND_LINE)
        proposals.propose_all()
        self.life.deliver()
        browser.get(f"/mi-turno/{token}")

    def staff_and_devices(self, reference: str) -> None:
        life, (*_, fifth, sixth, seventh, eighth) = self.life, self.people
        clerk = life.member(self.staff_mail)
        supervisor = life.member(f"jefa.{self.staff_mail}", "supervisor", 2)
        kiosk, board = life.device("kiosk"), life.device("board")
        life.assist(clerk, fifth, THIRD)
        assisted = life.assist(clerk, sixth, OTHER_THIRD, f"{next_workday()}T11:00")
        life.stand_at(kiosk, reference, eighth.cedula, life.words.typed)
        life.without_turn(kiosk, seventh)
        life.press(clerk, "siguiente")
        for address in ("/pantalla", "/pantalla/llamados.json"):
            board.get(address)
        kiosk.get("/kiosco/hoy.json")
        life.look_around(clerk)
        supervisor.get("/agencia/control")
        life.reassign(clerk, assisted, sixth)
        life.cancel_at_the_window(clerk, assisted)
        life.look_around(supervisor)
