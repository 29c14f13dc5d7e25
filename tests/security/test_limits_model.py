"""The limits of a person and of a channel, against a model written apart from them.

A few people ask for turns for weeks, with one mailbox in twelve spellings, one mobile in four, and three browsers.
Before each step the model says what must come of it; the product must say the same.
"""

import random
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from tests.support.rows.build import create_desk, create_procedure
from tests.support.rows.journeys import at_hour_step, cedula
from turnero.attention.day.attendance import Clerk
from turnero.attention.window import turns as window_turns
from turnero.attention.window.forms import Asked
from turnero.booking.journey import cancel, holds
from turnero.booking.journey import confirm as bookings
from turnero.booking.turn.errors import NotCancellable
from turnero.booking.turn.events import CancelReason
from turnero.booking.turn.new_booking import Extras, Reachable
from turnero.core import clock
from turnero.core.errors import Refused
from turnero.core.extensions import db
from turnero.operations.audit import audit
from turnero.staff.actor import Actor
from turnero.verify.contact import mailbox_key, parse_email, parse_mobile

SPELLINGS = (
    "ana.demo@gmail.com",
    "anademo@gmail.com",
    "a.n.a.demo@gmail.com",
    "ANA.DEMO@GMAIL.COM",
    "Ana.Demo@Gmail.com",
    "ana.demo+turno@gmail.com",
    "anademo+iess+2@gmail.com",
    "ana.demo@googlemail.com",
    "ANADEMO@googlemail.com",
    "  ana.demo@gmail.com  ",
    "ana.demo+@gmail.com",
    "a.nademo+x@GoogleMail.com",
)
MOBILES = ("0991234567", "+593 99 123 4567", "593991234567", "00593991234567")
BROWSERS = ("browser-1", "browser-2", "browser-3")
PEOPLE, ACTIONS, DAY = 12, 300, timedelta(days=1)
CAPS = ((DAY, 2), (7 * DAY, 4), (30 * DAY, 10))


def test_the_spellings_are_one_mailbox_and_one_mobile():
    assert len({mailbox_key(parse_email(spelling)) for spelling in SPELLINGS}) == 1
    assert len({parse_mobile(spelling) for spelling in MOBILES}) == 1


@dataclass(frozen=True)
class Wish:
    """Who asks for what, by which channels (as the product knows them)."""

    cedula: str
    procedure: int
    channels: tuple[str, str, str]  # mailbox, mobile, browser


@dataclass
class Model:
    """What DESIGN §5 says, in as few words as it can be said."""

    caps: tuple[tuple[timedelta, int], ...] = CAPS
    confirmed: list[tuple[datetime, tuple[str, str, str]]] = field(default_factory=list)
    live: set[tuple[str, int]] = field(default_factory=set)
    held: list[tuple[datetime, Wish]] = field(default_factory=list)

    def says(self, wish: Wish, now: datetime) -> str:
        theirs = [procedure for number, procedure in self.live if number == wish.cedula]
        if wish.procedure in theirs:
            return "already_has_turn"
        if len(theirs) >= 3:
            return "open_turns_spent"
        for position, channel in enumerate(wish.channels):
            when = [at for at, channels in self.confirmed if channels[position] == channel]
            if any(sum(at > now - span for at in when) >= most for span, most in self.caps):
                return "cap_reached"
        holding = [other for at, other in self.held if at > now - timedelta(minutes=5)]
        same_mailbox = [other for other in holding if other.channels[0] == wish.channels[0]]
        if any(other.cedula == wish.cedula for other in holding) or len(same_mailbox) >= 2:
            return "hold_limit"
        for_nothing = [at for at, other in self.held if self._meets(other, wish)]
        if sum(at > now - DAY for at in for_nothing) >= 8:
            return "holds_spent"
        return "held"

    @staticmethod
    def _meets(other: Wish, wish: Wish) -> bool:
        return other.channels[0] == wish.channels[0] or other.channels[2] == wish.channels[2]


@dataclass
class Town:
    """The product with everything a wish needs, and its answers."""

    desk: object
    procedures: list
    chance: random.Random
    asked: int = 0
    turns: dict = field(default_factory=dict)

    def wish(self) -> Wish:
        shared = self.chance.random() < 0.6
        email = self.chance.choice(SPELLINGS) if shared else f"persona{self.chance.randrange(9)}@example.ec"
        mobile = self.chance.choice(MOBILES) if self.chance.random() < 0.5 else f"0981{self.chance.randrange(9):06d}"
        browser = self.chance.choice(BROWSERS) if self.chance.random() < 0.5 else f"own-{self.chance.randrange(9)}"
        channels = (mailbox_key(parse_email(email)), parse_mobile(mobile), browser)
        return Wish(cedula(self.chance.randrange(PEOPLE)), self.chance.randrange(len(self.procedures)), channels)

    def ask(self, wish: Wish, *, confirm: bool) -> str:
        mailbox, mobile, browser = wish.channels
        chosen = {"cedula": wish.cedula, "mailbox": mailbox, "mobile": mobile, "browser": browser}
        procedure = self.procedures[wish.procedure]
        traveller = at_hour_step(self.desk.agency, procedure, **chosen)
        self.asked += 1
        # Each trámite has two hours of its own: that turns of one person overlap is another test's.
        minute = 480 + wish.procedure * 120 + self.asked % 6 * 20
        try:
            holds.place(traveller.key, browser, self.day(), minute)
        except Refused as refusal:
            return refusal.code
        if confirm:
            self.turns[wish.cedula, wish.procedure] = bookings.confirm_turn(traveller.key, browser)
        return "held"

    def day(self):
        day = (clock.now() + timedelta(days=25)).date()
        while day.weekday() > 4 or (day.month, day.day) in ((12, 25), (1, 1)):
            day += DAY
        return day


@pytest.fixture
def town(app):
    procedures = [create_procedure(minutes=20)]
    procedures += [create_procedure(minutes=20, line=procedures[0].line) for _ in range(3)]
    return Town(create_desk(procedures[0].line, windows=9), procedures, random.Random(20261109))  # noqa: S311 (repeats, guards nothing)


def live_through(town, model, clock_shift):
    """Yields answer by answer what the model and the product said, while hours and weeks go by."""
    for _ in range(ACTIONS):
        action = town.chance.random()
        if action < 0.12:
            days = 2 if town.chance.random() < 0.5 else 0
            clock_shift(timedelta(days=days, hours=town.chance.randrange(1, 7)))
        elif action < 0.22 and town.turns:
            turn = town.chance.choice(sorted(town.turns))
            with suppress(NotCancellable):  # its hour has come: it stays
                cancel.cancel_turn(town.turns[turn], CancelReason.OTHER)
                del town.turns[turn]
                model.live.discard(turn)
        else:
            wish, confirm, now = town.wish(), town.chance.random() < 0.75, clock.now()
            db.session.rollback()
            expected = model.says(wish, now)
            said = (expected, town.ask(wish, confirm=confirm))
            yield said
            if said == ("held", "held") and confirm:
                model.confirmed.append((now, wish.channels))
                model.live.add((wish.cedula, wish.procedure))
            elif said == ("held", "held"):
                model.held.append((now, wish))


def test_the_limits_agree_with_the_model(town, clock_shift):
    said = list(live_through(town, Model(), clock_shift))
    assert [pair for pair in said if pair[0] != pair[1]] == []
    assert set(Counter(answer for _, answer in said)) >= {"held", "already_has_turn", "cap_reached", "hold_limit"}
    assert [str(violation) for violation in audit()] == []


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("cap", range(3), ids=["a day", "a week", "a month"])
def test_control_a_model_with_another_cap_disagrees(town, clock_shift, cap):
    changed = tuple((span, most - (1 if number == cap else 0)) for number, (span, most) in enumerate(CAPS))
    assert any(expected != answer for expected, answer in live_through(town, Model(changed), clock_shift))


def test_channel_caps_do_not_apply_at_the_window(town):
    channels = (mailbox_key(parse_email(SPELLINGS[0])), parse_mobile(MOBILES[0]), BROWSERS[0])
    for number in range(2):
        assert town.ask(Wish(cedula(number), 0, channels), confirm=True) == "held"
    assert town.ask(Wish(cedula(5), 0, channels), confirm=True) == "cap_reached"
    asked = Asked(cedula(5), town.procedures[0].slug, None, Reachable(), priority=False, extras=Extras())
    assert window_turns.add_walk_in(asked, Clerk(Actor.staff(1), town.desk.agency_id, 1))
