"""Turns as a test needs them: confirmed, displaced by a closing, or on the way to another hour."""

from datetime import date, datetime, time, timedelta

from tests.support.pages.client import StrictClient
from tests.support.pages.walking import Walker, texts, token_of
from tests.support.rows.build import next_workday
from tests.support.rows.journeys import at_hour_step
from turnero.agencies.models import Desk, Procedure
from turnero.booking.closures import closing
from turnero.booking.closures.scope import Hours, Scope
from turnero.booking.journey import confirm, holds
from turnero.booking.turn import queries
from turnero.booking.turn.models import Booking
from turnero.core.extensions import db
from turnero.staff.actor import COMMAND_LINE

NINE, TEN = 540, 600


def the_monday() -> date:
    """A Monday without holidays, two weeks ahead: 23 November where the tests begin."""
    day = next_workday() + timedelta(days=14)
    return day - timedelta(days=day.weekday())


def book(desk: Desk, procedure: Procedure, day: date, minute: int = NINE) -> str:
    """A confirmed turn; the token of its page."""
    traveller = at_hour_step(desk.agency, procedure)
    holds.place(traveller.key, traveller.browser, day, minute)
    return confirm.confirm_turn(traveller.key, traveller.browser)


def close(desk: Desk, day: date, days: int = 1, *, reason: str = "Corte de luz") -> int:
    """Close a desk's agency for whole days, without proposals yet. Returns the closure's id."""
    begins = datetime.combine(day, time())
    hours = Hours(begins, begins + timedelta(days=days), reason)
    closed = closing.close_hours(Scope("agency", agency_id=desk.agency_id), hours, COMMAND_LINE).closure_id
    assert closed is not None
    return closed


def turn(token: str) -> Booking:
    """The turn as it is now."""
    db.session.rollback()
    return queries.booking_by_token(token)


def begin_change(client: StrictClient, address: str) -> Walker:
    """Press the button that looks for another hour on a turn's page; the journey that begins."""
    client.get(address)
    client.submit(client.page.form("/cambiar"))
    return Walker(client, client.response.request.path.split("/")[2])


def notes(client: StrictClient) -> str:
    """Texts of the page's notes."""
    found = [*client.page.all("div", class_="note"), *client.page.all("div", class_="note good")]
    return " ".join(texts(found))


def post(client: StrictClient, address: str) -> int:
    """Post nothing but a right form token; the answer's status."""
    client.get("/turno")
    return client.post(address, data={"csrf_token": token_of(client)}).status_code
