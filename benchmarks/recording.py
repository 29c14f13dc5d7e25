"""Statements of a step with person and place as parameters, to be repeated for others.

Recorded from the product itself at every run: nothing here is a copy that could grow old.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from benchmarks.people import Crowd, Person
from config import Settings
from tests.support.inspection.statements import Statement, recorded
from tests.support.rows.journeys import cedula
from turnero import create_app
from turnero.core import clock
from turnero.core.extensions import db
from turnero.web.session import known_as

ZONE = "America/Guayaquil"
# Parameters whose value is arbitrary.
_BY_COLUMN = ("minute", "seat", "booking", "id", "pk")
_NEW_EACH_TIME = ("reference", "token_nonce", "token_hash", "owner_hash", "message_id")
_A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Occasion:
    """Person and place of a step. ``booking``: an existing hold."""

    person: Person
    day: date
    minute: int
    booking: int = 0
    seat: int = 0

    def values(self) -> dict[str, object]:
        person = self.person
        return {
            "key": person.key,
            "browser": known_as(person.browser_id),
            "cedula": cedula(person.number),
            "mailbox": person.mailbox,
            "mobile": f"+5939{person.number:08d}",
            "day": self.day,
            "starts_at": clock.instant(self.day, self.minute, ZONE),
            "minute": self.minute,
            "seat": self.seat,
            "booking": self.booking,
            "subject": f"booking:{self.booking}",
        }


@dataclass(frozen=True)
class Maker:
    """What gives a parameter its value: ``known`` of the occasion after a prefix, a time from now, something new, or
    the value that was recorded. Plain data, so that another process can have it."""

    known: str = ""
    prefix: str = ""
    away: timedelta | None = None
    new: bool = False
    parts: "tuple[Maker, ...] | None" = None
    value: object = None

    def make(self, values: Mapping[str, object]) -> object:
        if self.known:
            return f"{self.prefix}{values[self.known]}" if self.prefix else values[self.known]
        if self.away is not None:
            return datetime.now(UTC) + self.away
        if self.parts is not None:
            return [part.make(values) for part in self.parts]
        return secrets.token_hex(12) if self.new else self.value


@dataclass(frozen=True)
class Line:
    """A statement with makers for its parameters."""

    sql: str
    makers: Mapping[str, Maker]

    def parameters(self, values: Mapping[str, object]) -> dict[str, object]:
        return {name: maker.make(values) for name, maker in self.makers.items()}


def record(crowd: Crowd, occasion: Occasion, request: Callable[[Person], bytes]) -> list[Line]:
    """The statements of one request, answered by the product in this process."""
    app = create_app(Settings.from_environ(crowd.site.environ))
    head, _, body = request(occasion.person).partition(b"\r\n\r\n")
    path = head.split()[1].decode()
    with app.app_context():
        client = app.test_client()
        client.set_cookie("turnero", occasion.person.browser_id)
        with recorded() as said:
            answer = client.post(path, data=body, content_type="application/x-www-form-urlencoded")
        assert answer.status_code == 303, answer.text
        booking = (
            occasion.booking
            or db.session.execute(
                db.text("SELECT booking_id FROM journeys WHERE key = :key"), {"key": occasion.person.key}
            ).scalar_one()
        )
        db.session.remove()
        db.engine.dispose()
    sample = Occasion(occasion.person, occasion.day, occasion.minute, booking).values()
    return [_line(statement, sample) for statement in said]


def _line(statement: Statement, sample: Mapping[str, object]) -> Line:
    given: Mapping[str, Any] = statement.parameters or {}
    return Line(statement.sql, {name: _maker(name, value, sample) for name, value in given.items()})


def _maker(name: str, value: Any, sample: Mapping[str, object]) -> Maker:
    if name.startswith((*_NEW_EACH_TIME, "seat")):
        return Maker(known="seat") if name.startswith("seat") else Maker(new=True)
    if isinstance(value, list):
        return Maker(parts=tuple(_maker(name, each, sample) for each in value))
    for known, own in sample.items():
        by_column = known in ("minute", "booking") and not name.startswith(_BY_COLUMN)
        if type(value) is type(own) and value == own and not by_column:
            return Maker(known=known)
        if isinstance(value, str) and isinstance(own, str) and known != "subject" and value.endswith(f":{own}"):
            return Maker(known=known, prefix=value.removesuffix(own))
    soon = isinstance(value, datetime) and value.tzinfo is not None and abs(value - datetime.now(UTC)) < _A_DAY
    return Maker(away=value - datetime.now(UTC)) if soon else Maker(value=value)
