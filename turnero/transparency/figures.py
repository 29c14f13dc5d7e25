"""Daily figures: days to the first free turn, and how the previous day's turns were given.

Each figure is written once and never changed. A day without a run has no scarcity figure; its turns are counted later.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.dialects import postgresql, sqlite

from turnero.agencies import queries as agencies
from turnero.agencies.models import Procedure
from turnero.booking.seats import availability
from turnero.booking.turn.lifecycle import HOLDS
from turnero.booking.turn.models import Booking
from turnero.booking.turn.request_models import SeatOffer, SeatRequest
from turnero.booking.turn.states import OfferStatus
from turnero.core import clock
from turnero.core import db as database
from turnero.core.db import on_postgresql
from turnero.core.extensions import Base, db
from turnero.transparency.models import Given, Scarcity

MAINLAND = "America/Guayaquil"
HOW = ("first_come", "list", "draw", "window")
# After the usual opening of a new day, so that days are comparable.
_MEASURED_FROM = 8 * 60 + 30
# How far back uncounted turns are counted.
_CAUGHT_UP = 31
_FAR = timedelta(days=400)


def measure(goes_on: Callable[[], bool] = lambda: True) -> int:
    """Write missing figures of today and past days. Returns the number of rows."""
    today = clock.local(clock.now(), MAINLAND)
    written = 0
    if today.hour * 60 + today.minute >= _MEASURED_FROM and not _measured(today.date()):
        for procedure in [each for each in agencies.procedures() if each.takes_turns]:
            if goes_on():
                written += _measure_scarcity(procedure, today.date())
    for day in list(_uncounted(today.date())):
        if goes_on():
            written += _count_given(day)
    return written


def _measured(day: date) -> bool:
    return db.session.scalar(select(Scarcity.day).where(Scarcity.day == day).limit(1)) is not None


@database.transaction
def _measure_scarcity(procedure: Procedure, day: date) -> int:
    offers = availability.agency_offers(None, procedure)
    rows = [
        {
            "day": day,
            "agency_id": offer.agency.id,
            "procedure_id": procedure.id,
            "days_ahead": max(0, (offer.next_day.day - day).days) if offer.next_day else None,
        }
        for offer in offers
        if offer.none_because is None or offer.none_because.kind != "drawn"
    ]
    return _write(Scarcity, rows)


def _uncounted(today: date) -> Iterator[date]:
    """Complete days of the last month without figures, from the first turn on."""
    first = db.session.scalar(select(Booking.created_at).order_by(Booking.id).limit(1))
    if first is None:
        return
    begun = clock.local(first, MAINLAND).date()
    counted = set(db.session.scalars(select(Given.day).where(Given.day >= today - timedelta(days=_CAUGHT_UP))))
    for ago in range(_CAUGHT_UP, 0, -1):
        day = today - timedelta(days=ago)
        if day >= begun and day not in counted:
            yield day


@database.transaction
def _count_given(day: date) -> int:
    return _write(Given, [{"day": day, "how": how, "turns": turns} for how, turns in given_on(day).items()])


def given_on(day: date) -> dict[str, int]:
    """Number of turns given on a mainland day, by channel: confirmed online, or made at the agency."""
    begins = clock.instant(day, 0, MAINLAND)
    given_at = func.coalesce(Booking.confirmed_at, Booking.created_at)
    how = case(
        (Booking.channel != "web", "window"),
        (SeatRequest.id.is_(None), "first_come"),
        (SeatRequest.draw_id.is_not(None), "draw"),
        else_="list",
    )
    counts = (
        select(how, func.count())
        .select_from(Booking)
        .outerjoin(SeatOffer, (SeatOffer.booking_id == Booking.id) & (SeatOffer.status == OfferStatus.ACCEPTED))
        .outerjoin(SeatRequest, SeatRequest.id == SeatOffer.request_id)
        .where(given_at >= begins, given_at < begins + timedelta(days=1), _was_given())
        # Turns given on a day are of that day or later.
        .where(Booking.starts_at.between(begins - timedelta(days=1), begins + _FAR))
        .group_by(how)
    )
    found = {str(name): int(number) for name, number in db.session.execute(counts)}
    return {name: found.get(name, 0) for name in HOW}


def _was_given() -> ColumnElement[bool]:
    return Booking.confirmed_at.is_not(None) | ((Booking.channel != "web") & Booking.status.not_in(HOLDS))


def _write(table: type[Base], rows: Sequence[Mapping[str, Any]]) -> int:
    if rows:
        insert = postgresql.insert if on_postgresql() else sqlite.insert
        db.session.execute(insert(table).on_conflict_do_nothing(), rows)
    return len(rows)


def scarcity_since(first: date, procedure: Procedure) -> dict[int, list[tuple[date, int | None]]]:
    """Days measured from ``first`` on in order, by agency id."""
    rows = db.session.execute(
        select(Scarcity.agency_id, Scarcity.day, Scarcity.days_ahead)
        .where(Scarcity.procedure_id == procedure.id, Scarcity.day >= first)
        .order_by(Scarcity.day)
    )
    found: dict[int, list[tuple[date, int | None]]] = {}
    for agency_id, day, ahead in rows:
        found.setdefault(agency_id, []).append((day, ahead))
    return found


def given_since(first: date) -> dict[str, int]:
    """Number of turns given from ``first`` to yesterday, by channel."""
    rows = db.session.execute(select(Given.how, func.sum(Given.turns)).where(Given.day >= first).group_by(Given.how))
    found = {how: int(turns) for how, turns in rows}
    return {how: found.get(how, 0) for how in HOW}
