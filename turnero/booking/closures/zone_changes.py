"""Recomputes the UTC instants derived from local day and minute after a time zone's rules change.

Wall-clock time is authoritative: a turn at 09:30 stays at 09:30 under a new release of the zone data.
"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import select, update

from turnero.agencies.models import Desk, Province
from turnero.booking.turn.models import Booking, Claim
from turnero.core import clock
from turnero.core import db as database
from turnero.core.extensions import db

_SEEN = "turnero.zone_rules"


def refresh() -> int:
    """Recompute the instants of future turns and claims in zones whose rules changed. Returns how many changed.

    Each process checks once, and again when the offsets it sees for the coming year differ.
    """
    zones = sorted(set(db.session.scalars(select(Province.zone))))
    today = clock.now().date()
    rules = {zone: _rules(zone, today) for zone in zones}
    db.session.rollback()
    if current_app.extensions.get(_SEEN) == rules:
        return 0
    moved = _refresh()
    current_app.extensions[_SEEN] = rules
    return moved


def _rules(zone: str, today: date) -> tuple[float, ...]:
    """UTC offsets (seconds) at noon of the next 400 days, which cover every bookable turn."""
    noons = (datetime.fromordinal(today.toordinal() + ahead).replace(hour=12) for ahead in range(400))
    offsets = (noon.replace(tzinfo=ZoneInfo(zone)).utcoffset() for noon in noons)
    return tuple(sorted({offset.total_seconds() for offset in offsets if offset is not None}))


@database.transaction
def _refresh() -> int:
    today = clock.now().date()
    moved = 0
    for booking in db.session.scalars(select(Booking).where(Booking.day >= today).order_by(Booking.id)):
        starts_at = clock.instant(booking.day, booking.minute, booking.agency.zone)
        if booking.starts_at != starts_at:
            booking.starts_at = starts_at
            moved += 1
    zones = {desk.id: desk.agency.zone for desk in db.session.scalars(select(Desk))}
    for desk_id, day, minute, starts_at in db.session.execute(
        select(Claim.desk_id, Claim.day, Claim.minute, Claim.starts_at)
        .where(Claim.day >= today)
        .distinct()
        .order_by(Claim.desk_id, Claim.day, Claim.minute)
    ).all():
        right = clock.instant(day, minute, zones[desk_id])
        if starts_at != right:
            db.session.execute(
                update(Claim)
                .where(Claim.desk_id == desk_id, Claim.day == day, Claim.minute == minute)
                .values(starts_at=right)
                .execution_options(synchronize_session=False)
            )
    return moved
