"""Scenarios of resellers, each a simulation of one seed: places obtained, and places their identities allow."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count

from sqlalchemy import select

from rehearsals.fairness.world import World
from tests.support.rows.journeys import Traveller
from turnero.booking.journey import cancel, joining
from turnero.booking.journey.joining import Wish
from turnero.booking.turn.models import Claim
from turnero.booking.turn.request_models import Draw, SeatRequest
from turnero.booking.waiting import draws, offers
from turnero.core import clock
from turnero.core.errors import Refused
from turnero.core.extensions import db

EIGHT = 480


@dataclass(frozen=True)
class Outcome:
    """The outcome of one seed: what resellers ``got``, and their limit ``most`` or ``expected`` with ``variance``."""

    got: int
    most: int
    expected: float = 0.0
    variance: float = 0.0
    others: int = 0  # places of honest people
    violations: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scenario:
    """``run(seed, crowd)``: ``crowd`` scales the people of the larger ones (1 is the full size)."""

    name: str
    says: str
    run: Callable[[int, float], Outcome]
    by_chance: bool = False  # whether the share of identities decides, or a cap


def broken(scenario: Scenario, outcomes: Sequence[Outcome]) -> list[str]:
    """Violations: more than the caps allow in a seed, or more than 3 sigma over all seeds."""
    wrong = [f"{scenario.name}: {each.got} of {each.most} at most" for each in outcomes if each.got > each.most]
    wrong += [f"{scenario.name}: {violation}" for each in outcomes for violation in each.violations]
    if scenario.by_chance:
        got, expected = sum(each.got for each in outcomes), sum(each.expected for each in outcomes)
        bound = expected + 3 * math.sqrt(sum(each.variance for each in outcomes))
        if got > bound:
            wrong.append(f"{scenario.name}: {got} in all, {bound:.1f} at most ({expected:.1f} by their share)")
    return wrong


def one_mailbox(seed: int, _crowd: float) -> Outcome:
    """One mailbox in forty spellings with forty cédulas, each try with another mobile and browser, all of a week."""
    world = World.open(seed, windows=3, hours=(EIGHT, 1020))
    first, numbers, cedulas = world.desk_day(8), count(1), set()
    for day in range(7):
        for _ in range(8):
            number = next(numbers)
            tag = "".join(letter + world.dice.choice(("", ".")) for letter in "revende") + f"r+{number}"
            who = world.proves(
                number,
                f"{tag}@{world.dice.choice(('gmail.com', 'googlemail.com'))}",
                f"+59398{number:07}",
                f"b{number}",
            )
            if who is not None:
                world.books(who, first, EIGHT + 20 * (number % 27))
                cedulas.add(who.cedula)
            world.later(timedelta(minutes=25))
        world.later(timedelta(days=1, minutes=-200) if day < 6 else timedelta())
    week = 4
    return Outcome(world.turns_of(cedulas), most=week, violations=tuple(world.violations()))


def cancel_and_rebook(seed: int, _crowd: float) -> Outcome:
    """A reseller gives a turn up and tries to have it for a buyer at once, every minute; twenty people are in line.

    The reseller's own two are in line too, at places that chance gives them: that is their share.
    """
    world = World.open(seed, windows=1, hours=(EIGHT, 540))
    day = world.desk_day(8)
    reseller = world.someone()
    turn = world.books(reseller, day, EIGHT)
    assert turn
    own = {"mailbox": "reventa@example.ec", "email": "reventa@example.ec", "browser": "bot", "mobile": "+593980000000"}
    line = [world.someone() for _ in range(20)] + [world.someone(**own) for _ in range(2)]
    theirs = {who.cedula for who in line[20:]}
    world.dice.shuffle(line)
    tokens = {who.cedula: _listed(world, who, day) for who in line}
    cancel.cancel_turn(turn)
    buyers = [world.someone() for _ in range(4)]
    for minute in range(75):
        buyer = buyers[minute % len(buyers)]
        if world.books(buyer, day, EIGHT):
            theirs.add(buyer.cedula)
        world.later(timedelta(minutes=1))
    offered = db.session.scalars(select(SeatRequest.cedula).where(SeatRequest.status == "offered")).all()
    for one in offered:
        offers.accept_offer(tokens[one])
    share = 2 / len(line)
    return Outcome(
        world.turns_of(theirs),
        most=1,
        expected=share,
        variance=share * (1 - share),
        violations=tuple(world.violations()),
    )


def hold_and_vanish(seed: int, crowd: float) -> Outcome:
    """Five mailboxes hold all they can and confirm nothing, with the jobs stopped, while people come for each place.

    ``got`` is what is still out of reach in the end; the most places they may keep at a time are two a mailbox.
    """
    world = World.open(seed, windows=1, hours=(EIGHT, 600))
    day = world.desk_day(8)
    minutes = list(range(EIGHT, 600, 20))
    people = [world.someone() for _ in minutes]
    served: set[str] = set()
    most_held = 0
    for _ in range(round(36 * crowd) + 12):
        for mailbox in range(5):
            bot = world.someone(
                mailbox=f"bot{mailbox}@example.ec", browser=f"bot{mailbox}", mobile=f"+59398000000{mailbox}"
            )
            world.holds(bot, day, world.dice.choice(minutes))
        now = clock.now()
        held = db.session.scalars(select(Claim).where(Claim.purpose == "hold", Claim.lapses_at > now)).all()
        most_held = max(most_held, len(held))
        for who in people:
            if who.cedula not in served and any(world.books(who, day, at) for at in world.dice.sample(minutes, 2)):
                served.add(who.cedula)
        world.later(timedelta(minutes=5, seconds=10))
    left = len(people) - len(served)
    violations = [] if most_held <= 10 else [f"{most_held} places held at a time"]
    return Outcome(left, most=0, others=len(served), violations=(*violations, *world.violations()))


def first_come(seed: int, crowd: float) -> Outcome:
    """The control: fifty bots when a day opens, before anybody can press a button. Here speed does win."""
    world, bots, people = _rush(seed, crowd, policy={})
    day = world.desk_day(8)
    places = [EIGHT + 20 * number for number in range(round(15 * crowd))] * 4
    in_all = len(places)
    world.dice.shuffle(places)
    for who in (*bots, *people):
        if places and world.books(who, day, places[-1]):
            places.pop()
    return _shared_out(world, bots, people, places=in_all)


def at_the_release(seed: int, crowd: float) -> Outcome:
    """The same fifty bots against five hundred people where the day is given by lot."""
    monday = (World.today() + timedelta(days=14)).isoformat()
    lots = {"first": monday, "opens_days": 14, "closes_days": 7}
    world, bots, people = _rush(seed, crowd, policy={"draw": lots})
    draws.announce()
    row = db.session.scalars(select(Draw).order_by(Draw.first_day)).first()
    assert row is not None
    number, closes_at = row.id, row.closes_at
    world.at(row.opens_at + timedelta(seconds=1))
    tokens: dict[str, str] = {}
    wish = joining.DrawWish(number, world.procedure.slug)
    for who in (*bots, *people):  # the bots are first, and that gains them nothing
        try:
            tokens[who.cedula] = joining.join_draw(who.key, who.browser, wish)
        except Refused:
            continue
    world.at(closes_at + timedelta(seconds=1))
    draws.draw_now(number)
    winners = db.session.scalars(select(SeatRequest.cedula).where(SeatRequest.status == "offered")).all()
    for one in winners:
        try:
            offers.accept_offer(tokens[one])
        except Refused:
            continue
    return _shared_out(world, bots, people, asked=set(tokens), places=len(winners))


def _rush(seed: int, crowd: float, policy: dict[str, object]) -> tuple[World, list[Traveller], list[Traveller]]:
    """Fifty bots with four cédulas each, and five hundred people. Sixty places a day, on one day of the week."""
    world = World.open(seed, windows=4, hours=(EIGHT, EIGHT + 20 * round(15 * crowd)), policy=policy, weekdays=range(1))
    bots = []
    for number in range(round(50 * crowd)):
        own = {"mailbox": f"bot{number}@example.ec", "browser": f"bot{number}", "mobile": f"+5939800{number:05}"}
        bots += [world.someone(**own) for _ in range(4)]
    return world, bots, [world.someone() for _ in range(round(500 * crowd))]


def _shared_out(
    world: World,
    bots: list[Traveller],
    people: list[Traveller],
    *,
    places: int,
    asked: set[str] | None = None,
) -> Outcome:
    """Expected places of the bots by their share of requests (hypergeometric)."""
    robots, humans = ({who.cedula for who in group} for group in (bots, people))
    asked = asked if asked is not None else robots | humans
    crowd, theirs = len(asked), len(robots & asked)
    share = theirs / crowd
    variance = places * share * (1 - share) * (crowd - places) / (crowd - 1)
    return Outcome(
        world.turns_of(robots),
        most=2 * len({who.browser for who in bots}),
        expected=places * share,
        variance=max(variance, 0.0),
        others=world.turns_of(humans),
        violations=tuple(world.violations()),
    )


def _listed(world: World, who: Traveller, day: date) -> str:
    agency = world.desk.agency
    wish = Wish(agency.province_code, world.procedure.slug, (agency.slug,), day, day)
    return joining.join_list(who.key, who.browser, wish)


SCENARIOS = (
    Scenario("one mailbox", "one mailbox in many spellings, forty cédulas, a week: four turns at most", one_mailbox),
    Scenario(
        "cancel and rebook",
        "twenty people in line: the place goes to the first of them, not to who presses fastest",
        cancel_and_rebook,
        by_chance=True,
    ),
    Scenario("hold and vanish", "no job runs, nobody confirms: everybody else still gets a turn", hold_and_vanish),
    Scenario(
        "at the release",
        "fifty bots and five hundred people in a draw: a share as large as theirs",
        at_the_release,
        by_chance=True,
    ),
)
CONTROL = Scenario(
    "first come", "the same crowd where the first press wins: what a draw is for", first_come, by_chance=True
)
