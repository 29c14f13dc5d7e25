"""The product against the bare minimum, round by round in one run: hold, confirm, pages, one hot slot."""

import pickle
import statistics
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from flask import Flask, session
from flask.sessions import SecureCookieSessionInterface
from flask_wtf.csrf import generate_csrf

from benchmarks import bare
from benchmarks.load import Load, closed_loop
from benchmarks.people import Crowd, visit
from benchmarks.recording import Line, Occasion, record
from benchmarks.site import Site, day_ahead
from tests.support.servers.mail_servers import free_port
from tests.support.servers.processes import answer

OPENS, SLOT, HOURS, WINDOWS = 480, 20, 27, 12
DESK = 1
# Days from today: of the product's places, and of the bare ones at the same desk.
_OURS, _BARE = 5, 20
_PAGE_ROWS = 20


@dataclass(frozen=True)
class Size:
    """Rounds, and requests per round."""

    rounds: int
    count: int


class WrongAnswer(Exception):
    """A wrong answer, which invalidates the run."""


@dataclass
class Rates:
    """Answers a second, a figure a round."""

    ours: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        """The median of the rounds' own ratios."""
        return statistics.median(ours / bare for ours, bare in zip(self.ours, self.bare, strict=True))


def checked(load: Load, status: int) -> Load:
    """Raises WrongAnswer unless every answer has the status."""
    if set(load.statuses) != {status}:
        wrong = next(one for one in load.answers if one.status != status)
        raise WrongAnswer(f"{dict(load.statuses)} instead of {status}: {wrong.head!r} {wrong.body[:400]!r}")
    return load


def places(first_day: int) -> Iterator[tuple[date, int, int]]:
    """Day, minute and seat, hour after hour, so that neighbours in the list do not meet."""
    for ahead in range(first_day, first_day + 14):
        for seat in range(WINDOWS):
            for hour in range(HOURS):
                yield day_ahead(ahead), OPENS + SLOT * hour, seat


class Bare:
    """The bare application on a server of its own, and its requests."""

    def __init__(self, port: int, secret: str) -> None:
        self.port = port
        app = Flask("bare")
        app.secret_key = secret
        with app.test_request_context():
            self._token = generate_csrf()
            assert isinstance(app.session_interface, SecureCookieSessionInterface)
            signing = app.session_interface.get_signing_serializer(app)
            assert signing is not None
            self._cookie = signing.dumps(dict(session))

    def say(self, script: str, occasion: Occasion) -> bytes:
        one = occasion
        path = f"/say/{script}/{one.person.number}/{one.day}/{one.minute}-{one.seat}-{one.booking}"
        body = f"csrf_token={self._token}&hora=x&acepta=si".encode()
        head = f"POST {path} HTTP/1.1\r\nHost: bench\r\nCookie: session={self._cookie}\r\n"
        kind = f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
        return (head + kind).encode() + body

    def page(self, queries: int, length: int) -> bytes:
        return f"GET /page/{queries}/{_PAGE_ROWS}/{length} HTTP/1.1\r\nHost: bench\r\n\r\n".encode()


@contextmanager
def bare_serving(site: Site, scripts: dict[str, list[Line]]) -> Iterator[Bare]:
    file = site.folder / "scripts.pickle"
    file.write_bytes(pickle.dumps(scripts))
    port, secret = free_port(), "bench"
    more = {bare.SCRIPTS: str(file), bare.DATABASE: site.url, bare.KEY: secret, "PYTHONPATH": str(Path.cwd())}
    with site.process(sys.executable, "-m", "benchmarks.bare", str(port), **more):
        answer(port, "/page/1/1/100")
        yield Bare(port, secret)


def scripts_of(crowd: Crowd) -> dict[str, list[Line]]:
    """The statements of a hold and a confirm, recorded from the product."""
    (person,) = crowd.people(1)
    day, minute = day_ahead(_OURS + 13), OPENS
    held = record(crowd, Occasion(person, day, minute), lambda one: crowd.hold(one, day, minute))
    with crowd.site.database() as database:
        (booking,) = database.execute("SELECT booking_id FROM journeys WHERE key = %s", [person.key]).fetchone() or (0,)
    confirmed = record(crowd, Occasion(person, day, minute, booking), crowd.confirm)
    return {"hold": held, "confirm": confirmed}


@dataclass
class Steps:
    hold: Rates = field(default_factory=Rates)
    confirm: Rates = field(default_factory=Rates)


def steps(site: Site, crowd: Crowd, opposite: Bare, size: Size) -> Steps:
    """Holds, then their confirms; ours and bare by turns."""
    measured, ours, others = Steps(), places(_OURS), places(_BARE)
    for _ in range(size.rounds):
        people = crowd.people(size.count)
        wishes = [crowd.hold(person, *next(ours)[:2]) for person in people]
        measured.hold.ours.append(checked(closed_loop(site.port, wishes), 303).rate)
        theirs = [Occasion(person, *_of(next(others))) for person in crowd.people(size.count)]
        measured.hold.bare.append(checked(_said(opposite, "hold", theirs), 303).rate)
        confirms = [crowd.confirm(person) for person in people]
        measured.confirm.ours.append(checked(closed_loop(site.port, confirms), 303).rate)
        measured.confirm.bare.append(checked(_said(opposite, "confirm", _with_holds(site, theirs)), 303).rate)
    return measured


def _of(place: tuple[date, int, int]) -> tuple[date, int, int, int]:
    day, minute, seat = place
    return day, minute, 0, seat


def _said(opposite: Bare, script: str, occasions: list[Occasion]) -> Load:
    return closed_loop(opposite.port, [opposite.say(script, one) for one in occasions])


def _with_holds(site: Site, occasions: list[Occasion]) -> list[Occasion]:
    keys = [one.person.key for one in occasions]
    with site.database() as database:
        rows = database.execute("SELECT key, booking_id FROM journeys WHERE key = ANY(%s)", [keys]).fetchall()
    holds = dict(rows)
    return [Occasion(one.person, one.day, one.minute, holds[one.person.key], one.seat) for one in occasions]


def pages(site: Site, crowd: Crowd, opposite: Bare, size: Size) -> dict[str, Rates]:
    """Pages of a journey, and the start page, against bare ones of the same size."""
    (person,) = crowd.people(1)
    wanted: dict[str, bytes] = {
        "agencies": crowd.get(person, "lugar?provincia=17"),
        "ten days": crowd.get(person, "horario"),
        "hours": crowd.get(person, f"horario?dia={day_ahead(4)}"),
        "start": visit("/"),
    }
    measured = {name: Rates() for name in wanted}
    for name, request in wanted.items():
        length = len(closed_loop(site.port, [request]).answers[0].body)
        for _ in range(size.rounds):
            looks = (visit("/") if name == "start" else request for _ in range(size.count))
            measured[name].ours.append(checked(closed_loop(site.port, looks), 200).rate)
            measured[name].bare.append(
                checked(
                    closed_loop(opposite.port, [opposite.page(0 if name == "start" else 1, length)] * size.count), 200
                ).rate
            )
    return measured


def hot_slot(site: Site, crowd: Crowd, size: Size) -> Rates:
    """Holds at one hour of one desk with a window for each (``ours``), against holds spread over hours (``bare``)."""
    measured, spread = Rates(), places(_OURS + 2)
    for number in range(size.rounds):
        day = day_ahead(_OURS + 1 + number)
        with site.database() as database:
            database.execute("INSERT INTO desk_days (desk_id, day, windows) VALUES (2, %s, %s)", [day, size.count])
        at_one = [crowd.hold(person, day, OPENS) for person in crowd.people(size.count, agencies=[2])]
        measured.ours.append(checked(closed_loop(site.port, at_one), 303).rate)
        people = crowd.people(size.count, agencies=[3])
        measured.bare.append(
            checked(closed_loop(site.port, [crowd.hold(one, *next(spread)[:2]) for one in people]), 303).rate
        )
    return measured
