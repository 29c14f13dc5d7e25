"""Ten minutes without the server: the data a kiosk gets beforehand, and the check-ins it reports afterwards.

Beforehand it gets a digest of each of today's references, so that it can recognise references but not read them.
Afterwards it reports the tickets of its own series, idempotently.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select

from turnero.agencies.models import Agency
from turnero.attention.day.checkin import check_in
from turnero.attention.day.models import Visit
from turnero.attention.day.queries import today_at, visit_of
from turnero.attention.kiosk.recognition import EARLIEST
from turnero.booking.turn.events import What
from turnero.booking.turn.lifecycle import Status
from turnero.booking.turn.models import Booking
from turnero.booking.turn.queries import policy_of
from turnero.core import clock
from turnero.core import db as database
from turnero.core.extensions import db
from turnero.staff.actor import Actor
from turnero.staff.models import Device

# A check-in may be reported late; its time counts only if an offline kiosk could have made it.
_OLDEST = timedelta(hours=12)


@dataclass(frozen=True)
class Today:
    """Today's turns here: SHA-256 of salt and reference → local minute of the hour.

    ``now``, ``midnight`` (local, in UTC) and the two spans in minutes replace the kiosk's own clock and rules.
    """

    day: date
    now: datetime
    midnight: datetime
    earliest: int
    tolerance: int
    salt: str
    turns: dict[str, int]


@dataclass(frozen=True)
class Kept:
    """One check-in made offline: the device's ticket and its time (UTC)."""

    reference: str
    ticket: str
    at: datetime


def today_of(device: Device) -> Today:
    """The data for the kiosk's memory. A new salt each time prevents precomputed tables of references."""
    now = clock.now()
    agency = db.session.get_one(Agency, device.agency_id)
    day = today_at(agency.id, now)
    rows = db.session.execute(
        select(Booking.reference, Booking.minute).where(
            Booking.agency_id == device.agency_id, Booking.day == day, Booking.status == Status.CONFIRMED
        )
    )
    salt = secrets.token_hex(16)
    digests = {hashlib.sha256(f"{salt}{code}".encode()).hexdigest(): minute for code, minute in rows}
    midnight = clock.instant(day, 0, agency.zone)
    earliest = int(EARLIEST / timedelta(minutes=1))
    return Today(day, now, midnight, earliest, policy_of(agency).tolerance_minutes, salt, digests)


@database.transaction
def keep_readings(kept: Kept, device_id: int) -> str:
    """Enter one check-in. Returns ``accepted``, ``known`` (already reported or checked in) or ``refused``."""
    device = db.session.get_one(Device, device_id, with_for_update=True)  # one reported twice at once is entered once
    if device.series is None or not kept.ticket.startswith(f"{device.series}-"):
        return "refused"
    booking = db.session.scalar(
        select(Booking)
        .where(Booking.reference == kept.reference, Booking.agency_id == device.agency_id)
        .with_for_update(of=Booking)
        .execution_options(populate_existing=True)
    )
    now = clock.now()
    came = min(kept.at, now)
    if booking is None or came < now - _OLDEST or booking.day != today_at(device.agency_id, came):
        return "refused"
    if visit_of(booking.id) is not None:
        return "known"
    taken = select(Visit.booking_id).where(
        Visit.agency_id == device.agency_id, Visit.day == booking.day, Visit.ticket == kept.ticket
    )
    if booking.status != Status.CONFIRMED or db.session.scalar(taken) is not None:
        return "refused"
    check_in(booking, What.ARRIVED_OFFLINE, now=came, actor=Actor.kiosk(device.id), ticket=kept.ticket)
    return "accepted"
