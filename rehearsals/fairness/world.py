"""A temporary application on SQLite with a movable clock, and its people."""

import logging
import random
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import structlog
from flask import Flask
from sqlalchemy import select

from config import Settings
from tests.support.rows.build import create_agency, create_desk, create_procedure
from tests.support.rows.journeys import Traveller, at_hour_step, cedula
from turnero import create_app
from turnero.agencies.models import Desk, Procedure
from turnero.booking.journey import confirm, holds, steps
from turnero.booking.turn.errors import PlaceLost
from turnero.booking.turn.models import Booking
from turnero.core import clock
from turnero.core.errors import Refused
from turnero.core.extensions import db
from turnero.core.keys import code_key
from turnero.core.shared_values import shelf_of
from turnero.operations import schema
from turnero.operations.audit import audit
from turnero.verify.code import code_of
from turnero.verify.contact import Contact, mailbox_key
from turnero.verify.models import Challenge

BEGINNING = datetime(2026, 11, 9, 15, 0, tzinfo=UTC)  # a Monday, 10:00 in Quito
_SETTINGS = {
    "TURNERO_ENV": "test",
    "TURNERO_SECRET_KEY": "for-tests-only-secret-0123456789",
    "TURNERO_CODE_KEY": "for-tests-only-codes-9876543210",
    "TURNERO_MAIL_URL": "smtp://127.0.0.1:9",
    "TURNERO_REGISTRY": "open",
}


@contextmanager
def fresh_app() -> Iterator[Flask]:
    """An application with a temporary database and pushed context, without mails and jobs."""
    with tempfile.TemporaryDirectory(prefix="turnero-fairness-") as folder:
        url = f"sqlite:///{Path(folder) / 'turnero.sqlite3'}"
        app = create_app(Settings.from_environ(_SETTINGS | {"TURNERO_DATABASE_URL": url, "TURNERO_DATA": folder}))
        shelf_of(app).most_seconds = 0
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
        with app.app_context():
            schema.upgrade()
            yield app
            db.session.remove()
            db.engine.dispose()


@dataclass
class World:
    """One agency with one desk, random numbers and time. ``people`` numbers the people."""

    dice: random.Random
    procedure: Procedure = field(init=False)
    desk: Desk = field(init=False)
    people: int = 0

    @classmethod
    def open(
        cls,
        seed: int,
        *,
        windows: int,
        hours: tuple[int, int],
        policy: dict[str, object] | None = None,
        weekdays: range = range(5),
    ) -> "World":
        world = cls(random.Random(seed))  # noqa: S311 (a seed must give the same world again)
        world.at(BEGINNING)
        world.procedure = create_procedure(minutes=20)
        agency = create_agency(policy=policy or {}, hours=((weekdays, *hours),))
        world.desk = create_desk(world.procedure.line, agency=agency, windows=windows)
        return world

    @staticmethod
    def today() -> date:
        """The day on which every world begins: a Monday."""
        return BEGINNING.date()

    def desk_day(self, days: int) -> date:
        """So many days after the first, or the next Monday where that is no working day of every world."""
        day = self.today() + timedelta(days=days)
        return day + timedelta(days=-day.weekday() % 7)

    def at(self, instant: datetime) -> None:
        """It is ``instant`` from now on; the seconds that pass meanwhile are this machine's."""
        schema.set_clock(instant - datetime.now(UTC))

    def later(self, delta: timedelta) -> None:
        self.at(clock.now() + delta)

    def someone(self, **channels: str) -> Traveller:
        """A new person at step 7, by default with their own mailbox, mobile and browser."""
        self.people += 1
        return at_hour_step(self.desk.agency, self.procedure, self.people, **channels)

    def proves(self, number: int, email: str, mobile: str, browser: str) -> Traveller | None:
        """Walk steps 2 to 6 with the mailed code; None if a limit refused."""
        key = steps.start_journey(browser, cedula(number))
        try:
            steps.give_contact(key, browser, Contact(email, mailbox_key(email), mobile))
            nonce = db.session.scalars(select(Challenge.nonce).where(Challenge.journey == key)).one()
            steps.prove(key, browser, code_of(code_key(), nonce), browser)
            agency = self.desk.agency
            steps.choose_place(key, browser, steps.AgencyChoice(agency.province_code, self.procedure.slug, agency.slug))
        except Refused:
            return None
        return Traveller(key, browser, cedula(number))

    def holds(self, who: Traveller, day: date, minute: int) -> bool:
        """Whether they get the place held."""
        try:
            holds.place(who.key, who.browser, day, minute)
        except (Refused, PlaceLost):
            return False
        return True

    def books(self, who: Traveller, day: date, minute: int) -> str | None:
        """The turn's token, if they get it."""
        if not self.holds(who, day, minute):
            return None
        with suppress(Refused):
            return confirm.confirm_turn(who.key, who.browser)
        return None

    def turns_of(self, cedulas: set[str]) -> int:
        """How many live turns these people have."""
        confirmed = db.session.scalars(select(Booking.cedula).where(Booking.status == "confirmed")).all()
        return sum(one in cedulas for one in confirmed)

    def violations(self) -> list[str]:
        return [str(violation) for violation in audit()]
