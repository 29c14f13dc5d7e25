"""The booking machine under any order of steps: a model keeps its own books, the database must agree (DESIGN §6)."""

import contextlib
import random
from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import delete, select

from tests.support.rows.build import create_desk, create_procedure, next_workday
from tests.support.rows.journeys import at_hour_step
from tests.support.servers.application import BEGINNING
from turnero.attention.day.attendance import Clerk
from turnero.attention.day.models import TicketCounter, Visit
from turnero.attention.window import turns
from turnero.attention.window.forms import Asked
from turnero.booking.closures import sweep
from turnero.booking.journey import cancel as cancelling
from turnero.booking.journey import confirm as bookings
from turnero.booking.journey import holds
from turnero.booking.journey.forms import Hour
from turnero.booking.seats import availability, claims
from turnero.booking.turn import queries
from turnero.booking.turn.errors import PlaceLost
from turnero.booking.turn.models import Booking, Claim, Event, Journey
from turnero.booking.turn.new_booking import Extras, Reachable
from turnero.core import clock
from turnero.core.errors import Refused
from turnero.core.extensions import db
from turnero.notices.models import Notice
from turnero.operations.audit import audit
from turnero.staff.actor import Actor

MINUTES = st.sampled_from([540, 560, 580])


class BookingMachine(RuleBasedStateMachine):
    """Six people, two windows, three hours: small enough that they collide all the time."""

    travellers = Bundle("travellers")

    def __init__(self, app, dice: random.Random) -> None:
        super().__init__()
        self.app = app
        self.dice = dice
        self.shown: dict[str, tuple[str, int]] = {}  # token → what its owner was told (I2)
        self.cancelled: set[str] = set()
        self.beginning = app.config["SETTINGS"].clock_offset
        self.number = 0

    @initialize()
    def open_the_office(self) -> None:
        # Every example at the same hour and with the same dice: a plan repeated must find the same places.
        self.dice.seed(1)
        self.offset = BEGINNING - datetime.now(UTC)
        clock.set_offset(self.offset)
        self.procedures = [create_procedure(minutes=20)]
        self.procedures.append(create_procedure(minutes=40, line=self.procedures[0].line))
        self.desk = create_desk(self.procedures[0].line, windows=2)
        # Far enough that no time jump of a run reaches it.
        self.day = next_workday() + timedelta(days=14)

    @rule(target=travellers, person=st.integers(0, 5), long=st.booleans())
    def begin(self, person: int, long: bool):
        self.number += 1
        return at_hour_step(
            self.desk.agency,
            self.procedures[long],
            self.number,
            cedula=f"17000000{person}9",
            mailbox=f"casilla{person // 2}@example.ec",
        )

    @rule(traveller=travellers, minute=MINUTES)
    def hold(self, traveller, minute: int) -> None:
        with contextlib.suppress(Refused):
            holds.place(traveller.key, traveller.browser, self.day, minute)

    @rule(traveller=travellers)
    def extend(self, traveller) -> None:
        with contextlib.suppress(Refused):
            holds.extend(traveller.key, traveller.browser)

    @rule(traveller=travellers)
    def release(self, traveller) -> None:
        holds.release(traveller.key, traveller.browser)

    @rule(traveller=travellers)
    def confirm(self, traveller) -> None:
        before = self._present(traveller)
        try:
            token = bookings.confirm_turn(traveller.key, traveller.browser)
        except PlaceLost:
            assert before is None or before.lapses_at is None or before.lapses_at <= clock.now()
            return
        except Refused:
            return
        booking = queries.booking_by_token(token)
        self.shown.setdefault(token, (booking.reference, booking.minute))

    @rule(person=st.integers(0, 5), long=st.booleans())
    def walk_in(self, person: int, long: bool) -> None:
        with contextlib.suppress(Refused):
            turns.add_walk_in(self._asked(person, long), self._clerk())

    @rule(person=st.integers(0, 5), long=st.booleans(), minute=MINUTES)
    def ask_at_the_window(self, person: int, long: bool, minute: int) -> None:
        try:
            number = turns.add_assisted(self._asked(person, long, Hour(self.day, minute)), self._clerk())
        except Refused:
            return
        booking = db.session.get_one(Booking, number)
        self.shown[queries.token_of(booking)] = (booking.reference, booking.minute)

    def _asked(self, person: int, long: bool, hour: Hour | None = None) -> Asked:
        slug = self.procedures[long].slug
        return Asked(f"17000000{person}9", slug, hour, Reachable(), priority=False, extras=Extras())

    def _clerk(self) -> Clerk:
        return Clerk(Actor.staff(1), self.desk.agency_id, 1)

    @rule(data=st.data())
    def cancel(self, data) -> None:
        if self.shown:
            token = data.draw(st.sampled_from(list(self.shown)))  # in the order shown: tokens are random
            cancelling.cancel_turn(token)
            self.cancelled.add(token)

    # No sum of these ends within half a minute of where a hold may end: a slow machine takes the same way.
    @rule(seconds=st.sampled_from([160, 315, 4200]))
    def time_passes(self, seconds: int) -> None:
        self.offset += timedelta(seconds=seconds)
        clock.set_offset(self.offset)
        db.session.commit()

    @rule()
    def sweep_up(self) -> None:
        sweep.sweep()

    @invariant()
    def nothing_is_broken(self) -> None:
        assert [str(violation) for violation in audit()] == []

    @invariant()
    def what_was_shown_is_kept(self) -> None:
        for token, (reference, minute) in self.shown.items():
            booking = queries.booking_by_token(token)
            assert (booking.reference, booking.minute) == (reference, minute)
            assert booking.status == ("cancelled" if token in self.cancelled else "confirmed")

    @invariant()
    def what_is_offered_is_what_is_not_taken(self) -> None:
        if not hasattr(self, "desk"):
            return
        now = clock.now()
        claims = db.session.scalars(select(Claim)).all()
        for slot in availability.hours(self.desk.agency, self.procedures[0], self.day):
            there = [c for c in claims if c.minute == slot.minute and (c.lapses_at is None or c.lapses_at > now)]
            assert slot.free == 2 - len(there)
            assert slot.taken == len([claim for claim in there if claim.lapses_at is None])

    def _present(self, traveller) -> Booking | None:
        db.session.expire_all()
        return db.session.get(Journey, traveller.key).booking

    def teardown(self) -> None:
        db.session.rollback()
        for table in (Journey, Claim, Event, Notice, Visit, TicketCounter, Booking):
            db.session.execute(delete(table))
        clock.set_offset(self.beginning)
        db.session.commit()


def test_no_order_of_steps_breaks_an_invariant(app, monkeypatch):
    dice = random.Random()  # noqa: S311 (the test's own, so that a plan can be repeated)
    monkeypatch.setattr(claims, "_dice", dice)
    # PostgreSQL pays a round trip for each look, so it gets fewer and the same rules.
    few = settings(max_examples=15 if "sqlite" in str(db.engine.url) else 10, stateful_step_count=25, deadline=None)
    run_state_machine_as_test(lambda: BookingMachine(app, dice), settings=few)
