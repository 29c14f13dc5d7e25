"""A rush: a thousand people for one place, and five times as many people as can be served (`make rush`).

``python -m rehearsals.rush [--small] [--folder F]`` prints a table, and ends with 1 where a promise was broken: one
person gets the place, everybody else a polite answer, and the invariants hold. Speed is told and judges nothing.
"""

import argparse
import asyncio
import itertools
import random
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from benchmarks.__main__ import made_on
from benchmarks.load import Answer, Load, at_once, connection, run
from benchmarks.people import Crowd, Person, visit
from benchmarks.site import Site, day_ahead, site

TEN = 600
# Retries after which a person gives up, about half a minute.
_TRIES = 3
_dice = random.Random(1)  # noqa: S311 (spreads people over places)


@dataclass
class OnePlace:
    """Outcomes of the people who wanted the same place."""

    load: Load
    winners: int
    polite: int  # saw that it is taken, with alternatives
    waiting: int  # were asked to come again
    other: Counter[int]
    violations: str


def one_place(site: Site, crowd: Crowd, contenders: int) -> OnePlace:
    """All of them look at its day, and say yes to it at the same moment."""
    day = day_ahead(6)
    with site.database() as database:
        database.execute("INSERT INTO desk_days (desk_id, day, windows) VALUES (1, %s, 1)", [day])
    people = crowd.people(contenders)
    looks = [crowd.get(person, f"horario?dia={day}") for person in people]
    load = at_once(site.port, looks, [crowd.hold(person, day, TEN) for person in people])
    lost = [answer for answer in load.answers if answer.status == 409]
    polite = sum(b'name="hora"' in answer.body for answer in lost)
    other = load.statuses
    winners, waiting = other.pop(303, 0), other.pop(503, 0)
    other.subtract({409: polite})
    return OnePlace(load, winners, polite, waiting, +other, site.turnero("audit"))


@dataclass
class Flood:
    """Outcomes of the people of one minute. Seconds by the process's clock."""

    began: float = 0.0
    asked: list[tuple[str, Answer]] = field(default_factory=list)  # newcomer or inside
    turns: list[float] = field(default_factory=list)  # when each was confirmed
    arrivals: int = 0
    first_tries: list[tuple[float, bool]] = field(default_factory=list)  # arrival, and whether they were admitted
    lost: int = 0  # places that others had
    gave_up: int = 0  # newcomers who gave up
    broken: Counter[str] = field(default_factory=Counter)

    def answers(self, kind: str, *statuses: int) -> Load:
        return Load([one for what, one in self.asked if what == kind and one.status in statuses])


class Visitors:
    """People who book from the start page to the turn's page, waiting when asked to."""

    def __init__(self, site: Site, crowd: Crowd, number: int) -> None:
        self._port, self._crowd = site.port, crowd
        self._people = iter(crowd.people(number, agencies=range(1, 21)))
        self._places = _places()
        self.flood = Flood()

    async def come(self, until: float) -> None:
        """One person, who gives up at ``until`` or after too many refusals."""
        flood, person = self.flood, next(self._people)
        flood.arrivals += 1
        came = time.monotonic()
        async with connection(self._port) as line:
            for path in ("/", "/turno"):
                for tries in range(1, _TRIES + 1):
                    answer = await line.ask(visit(path))
                    flood.asked.append(("newcomer", answer))
                    if path == "/" and tries == 1:
                        flood.first_tries.append((came, answer.status == 200))
                    if answer.status == 200:
                        break
                    flood.gave_up += tries == _TRIES
                    if tries == _TRIES or answer.status != 503 or not await _waited(answer, until):
                        return
            await self._book(line.ask, person, until)

    async def _book(self, ask: Callable[[bytes], Awaitable[Answer]], person: Person, until: float) -> None:
        day, minute = next(self._places)
        steps = (
            (self._crowd.get(person, "horario"), 200),
            (self._crowd.get(person, f"horario?dia={day}"), 200),
            (self._crowd.hold(person, day, minute), 303),
            (self._crowd.get(person, "confirmar"), 200),
            (self._crowd.confirm(person), 303),
        )
        for request, wanted in steps:
            while True:
                answer = await ask(request)
                self.flood.asked.append(("inside", answer))
                if answer.status == 503 and await _waited(answer, until):
                    continue
                break
            if answer.status != wanted:
                self.flood.lost += answer.status == 409
                self.flood.broken[f"{request[:60].split()[1].decode().rpartition('/')[2]} {answer.status}"] += (
                    answer.status not in (409, 503)
                )
                return
        self.flood.turns.append(time.monotonic())


async def _waited(answer: Answer, until: float) -> bool:
    """Wait as the page says; False if longer than the person stays."""
    seconds = answer.again or 10
    if time.monotonic() + seconds > until:
        return False
    await asyncio.sleep(seconds)
    return True


def _places() -> Iterator[tuple[date, int]]:
    """Hours of empty days, each repeated for every window."""
    for ahead in itertools.count(7):
        hours = [(day_ahead(7 + ahead % 20), 480 + 20 * hour) for hour in range(27) for _ in range(12)]
        _dice.shuffle(hours)
        yield from hours


def capacity(site: Site, crowd: Crowd, seconds: float, people: int = 16) -> float:
    """Turns per second with this many concurrent people."""
    visitors = Visitors(site, crowd, 6000)

    async def busy() -> None:
        until = time.monotonic() + seconds

        async def one() -> None:
            while time.monotonic() < until:
                await visitors.come(until)

        await asyncio.gather(*(one() for _ in range(people)))

    run(busy())
    return len(visitors.flood.turns) / seconds


def step(site: Site, crowd: Crowd, rate: float, *, seconds: float, afterwards: float) -> Flood:
    """People come at ``rate`` a second for ``seconds``, and at a fifteenth of it for so many ``afterwards``."""
    visitors = Visitors(site, crowd, int(rate * seconds + rate * afterwards) + 100)
    flood = visitors.flood

    async def arrive() -> None:
        flood.began = time.monotonic()
        end, last = flood.began + seconds, flood.began + seconds + afterwards
        coming: set[asyncio.Task[None]] = set()
        due = flood.began
        while (now := time.monotonic()) < last:
            if now >= due:
                task = asyncio.create_task(visitors.come(last))
                coming.add(task)
                task.add_done_callback(coming.discard)
                due += 1 / (rate if due < end else rate / 15)
            else:
                await asyncio.sleep(min(due - now, 0.05))
        await asyncio.wait(coming, timeout=30) if coming else None

    run(arrive())
    return flood


def broken(one: OnePlace, flood: Flood) -> list[str]:
    """The promises that were not kept, a sentence each."""
    answered = one.winners + one.polite + one.waiting
    kept = {
        f"one person gets the place, not {one.winners}": one.winners == 1,
        f"everybody gets a polite answer, not {dict(one.other)}": not one.other and answered == len(one.load.answers),
        f"the invariants hold: {one.violations.strip()}": not one.violations.strip(),
        f"nobody in the rush meets another answer: {dict(flood.broken)}": not +flood.broken,
        "people book during the rush": bool(flood.turns),
    }
    return [sentence for sentence, held in kept.items() if not held]


def told(one: OnePlace, most: float, flood: Flood, seconds: float) -> str:
    """The results of both parts as a table."""
    end = flood.began + seconds
    during = [at for at in flood.turns if at <= end]
    goodput = len(during) / seconds
    inside, newcomers = flood.answers("inside", 200, 303, 409), flood.answers("newcomer", 200)
    away = Load([answer for _, answer in flood.asked if answer.status == 503])
    calm = [came for came, got_in in flood.first_tries if came > end and not got_in]
    rows = {
        "contenders for one place": str(len(one.load.answers)),
        "who got it": str(one.winners),
        "who was told so, with alternatives": str(one.polite),
        "who was asked to come again": str(one.waiting),
        "other answers": str(dict(one.other) or "none"),
        "99 of 100 were answered within": f"{one.load.percentile(99):.2f} s",
        "the database afterwards": one.violations.strip() or "no violations",
        "turns a second, 16 people at it": f"{most:.1f}",
        "people a second in the rush": f"{flood.arrivals / seconds:.0f} for {seconds:.0f} s",
        "turns a second in the rush": f"{goodput:.1f}, {goodput / most:.0%} of the most" if most else "none",
        "inside a journey, 95 of 100 within": _seconds(inside),
        "newcomers let in, 95 of 100 within": _seconds(newcomers),
        "asked to come again": f"{len(away.answers)}, 95 of 100 within {_seconds(away)}",
        "of them inside a journey": str(len(flood.answers("inside", 503).answers)),
        "the waiting page": f"{max((len(each.body) for each in away.answers), default=0)} bytes",
        "newcomers who gave up after three tries": str(flood.gave_up),
        "places lost to others": str(flood.lost),
        "other answers in the rush": str(dict(flood.broken) or "none"),
        "calm again after": f"{max(calm) - end:.0f} s" if calm else "0 s",
    }
    return "\n".join(["| what | figure |", "|---|---|", *(f"| {name} | {figure} |" for name, figure in rows.items())])


def _seconds(load: Load) -> str:
    return f"{load.percentile(95):.2f} s" if load.answers else "nobody"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="rehearsals.rush", description=__doc__)
    parser.add_argument("--small", action="store_true", help="forty people for one place, four seconds of rush")
    parser.add_argument("--folder", type=Path, help="where the table goes")
    chosen = parser.parse_args(arguments)
    contenders, seconds = (40, 4.0) if chosen.small else (1000, 60.0)
    with site(turns=2_000 if chosen.small else 20_000) as made, made.serving():
        crowd = Crowd(made)
        one = one_place(made, crowd, contenders)
        most = capacity(made, crowd, seconds / 3)
        # At least one, as the measured capacity of a slow machine may round to zero.
        flood = step(made, crowd, max(5 * most, 50), seconds=seconds, afterwards=4 if chosen.small else 45)
    table = f"{made_on()}\n\n{told(one, most, flood, seconds)}\n"
    print(table)
    if chosen.folder:
        (chosen.folder / "rush.md").write_text(table)
    wrong = broken(one, flood)
    print(*(f"BROKEN: {sentence}" for sentence in wrong), sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
