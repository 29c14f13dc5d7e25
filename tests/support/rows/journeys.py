"""Journeys at a given step, and distinguishable people. Synthetic cédulas only."""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from tests.support.rows.build import start_writing
from turnero.agencies.models import Agency, Procedure
from turnero.booking.journey import steps
from turnero.booking.turn.models import Journey
from turnero.core import clock
from turnero.core.extensions import db


def cedula(number: int, province: str = "17") -> str:
    """The synthetic cédula with sequence ``number`` (unissued: third digit 0, low sequence) and a right check digit."""
    body = f"{province}{number:07d}"
    total = 0
    for position, digit in enumerate(body):
        product = int(digit) * (2 if position % 2 == 0 else 1)
        total += product - 9 if product > 9 else product
    return f"{body}{-total % 10}"


@dataclass(frozen=True)
class Traveller:
    """A browser's knowledge of its journey."""

    key: str
    browser: str
    cedula: str


def at_hour_step(agency: Agency, procedure: Procedure, number: int = 1, **values: object) -> Traveller:
    """A journey that has proven its mailbox and chosen its agency; ``number`` makes person and channels different."""
    row = {
        "key": secrets.token_urlsafe(16),
        "browser": f"browser-{number}",
        "cedula": cedula(number),
        "email": f"persona{number}@example.ec",
        "mailbox": f"persona{number}@example.ec",
        "mobile": f"+5939{number:08d}",
        "registered": True,
        "province_code": agency.province_code,
        "procedure_id": procedure.id,
        "agency_id": agency.id,
        "created_at": clock.now() - timedelta(minutes=2),
        "verified_at": clock.now() - timedelta(minutes=1),
        **values,
    }
    start_writing()
    db.session.add(Journey(**row))
    db.session.commit()
    return Traveller(str(row["key"]), str(row["browser"]), str(row["cedula"]))


def prove(key: str, browser: str, code: str) -> None:
    """Step 5 with a browser that keeps its name, so that a test can go on with it."""
    steps.prove(key, browser, code, browser)
    steps.look_up(key, browser)
