"""«No tengo turno» at the kiosk, if the agency serves walk-ins."""

from sqlalchemy import select

from turnero.agencies import queries as agencies
from turnero.agencies.models import Agency, Procedure
from turnero.attention.day.checkin import open_visit
from turnero.attention.day.errors import NotNow
from turnero.attention.day.models import Visit
from turnero.attention.day.queries import today_at
from turnero.attention.kiosk.reading import Ticket, count_miss, is_paused, ticket_of
from turnero.booking.counter import walk_ins
from turnero.booking.turn.errors import AlreadyHasTurn, OpenTurnsSpent
from turnero.booking.turn.lifecycle import Status
from turnero.booking.turn.models import Booking
from turnero.booking.turn.queries import policy_of
from turnero.core import clock
from turnero.core import db as database
from turnero.core.extensions import db
from turnero.staff.actor import Actor
from turnero.staff.models import Device


class NoWalkIns(NotNow):
    """The agency gives no walk-in tickets, or not for this trámite."""

    code = "no_walk_ins"


def allowed(agency: Agency) -> bool:
    """Whether the agency's policy allows walk-ins."""
    return policy_of(agency).walk_ins


@database.transaction
def take_ticket(number: str, slug: str, device_id: int) -> Ticket | None:
    """Give a ticket for a valid cédula and a trámite of this agency. Idempotent.

    None if the person's limits refuse: that reveals something about a cédula, so it counts as a miss, and a paused
    kiosk gives no tickets. Raises NoWalkIns, and NotFound for an unknown trámite.
    """
    device = db.session.get_one(Device, device_id, with_for_update={"of": Device}, populate_existing=True)
    agency = db.session.get_one(Agency, device.agency_id)
    procedure = agencies.procedure(slug)
    desk = agencies.desk_for(agency, procedure)
    if desk is None or not allowed(agency):
        raise NoWalkIns
    database.lock(f"cedula:{number}")
    now = clock.now()
    if is_paused(device, now):
        return None
    waiting = _waiting_walk_in(number, procedure, agency)
    if waiting is not None:
        return ticket_of(waiting)
    try:
        booking = walk_ins.create(number, procedure, desk, channel="kiosk", actor=Actor.kiosk(device.id), now=now)
    except (AlreadyHasTurn, OpenTurnsSpent):
        count_miss(device, now)
        return None
    return ticket_of(open_visit(booking, now=now))


def _waiting_walk_in(number: str, procedure: Procedure, agency: Agency) -> Visit | None:
    """The cédula's waiting ticket for the same trámite, if any."""
    today = today_at(agency.id, clock.now())
    taken = (
        select(Visit)
        .join(Booking, Booking.id == Visit.booking_id)
        .where(Visit.agency_id == agency.id, Visit.day == today, Booking.walk_in, Booking.channel == "kiosk")
        .where(Booking.cedula == number, Booking.procedure_id == procedure.id, Booking.status == Status.ARRIVED)
    )
    return db.session.scalar(taken)
