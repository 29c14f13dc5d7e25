"""Where and when there is a place: what the pages of steps 6 and 7 show. Reads only, a constant number of queries.

What is shown may be a moment old when it is read; the claim decides at the moment of taking.
"""

import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import current_app
from sqlalchemy import select

from turnero import clock
from turnero.agencies import queries as agencies
from turnero.agencies.models import Agency, Desk, Procedure, Province
from turnero.booking.claims import counting
from turnero.booking.models import Claim
from turnero.booking.offers import ClosedDay, DayOffer, DeskOffers, NoPlace
from turnero.booking.queries import policy_of
from turnero.booking.slots import Slot, TakenSeat
from turnero.extensions import db

# The start page shows all provinces; it is computed at most this often in one process.
_PROVINCES_SECONDS = 5
_FAR = timedelta(days=150)


@dataclass(frozen=True)
class DayOffers:
    """The next days with places, the rest days among them, and whether later days have places too."""

    days: tuple[DayOffer, ...]
    closed: tuple[ClosedDay, ...]
    more: bool


@dataclass(frozen=True)
class AgencyOffer:
    """An agency with its next free day, or why it has none."""

    agency: Agency
    next_day: DayOffer | None
    none_because: NoPlace | None


@dataclass(frozen=True)
class ProvinceOffer:
    """A province with the first free day of any of its agencies."""

    province: Province
    next_day: DayOffer | None


@dataclass(frozen=True)
class Alternative:
    """Another place for somebody who just lost one: local minute of the day at an agency."""

    agency: Agency
    day: date
    minute: int


def hours(agency: Agency, procedure: Procedure, day: date) -> tuple[Slot, ...]:
    """Every start the agency offers for the trámite on ``day``, full ones too, in order."""
    desk = agencies.desk_for(agency, procedure)
    return offers_of([desk], procedure, day, day)[desk.id].slots(day) if desk else ()


def day_offers(agency: Agency, procedure: Procedure, after: date | None = None, count: int = 10) -> DayOffers:
    """The next ``count`` days with places later than ``after`` (default: from today on)."""
    desk = agencies.desk_for(agency, procedure)
    if desk is None:
        return DayOffers((), (), more=False)
    offers = offers_of([desk], procedure)[desk.id]
    start = after + timedelta(days=1) if after else None
    found = []
    for offer in offers.days(start):
        if offer.free:
            found.append(offer)
        if len(found) > count:
            break
    shown = tuple(found[:count])
    end = shown[-1].day if len(found) > count else offers.last
    return DayOffers(shown, offers.closed(start, end), more=len(found) > count)


def agency_offers(province_code: str | None, procedure: Procedure) -> tuple[AgencyOffer, ...]:
    """Each agency of the province that offers the trámite, with its next free day or why it has none."""
    desks = agencies.desks_offering(province_code, procedure)
    offers = offers_of(desks, procedure)
    return tuple(_agency_offer(desk.agency, offers[desk.id]) for desk in desks)


def _agency_offer(agency: Agency, offers: DeskOffers) -> AgencyOffer:
    first = offers.first()
    return AgencyOffer(agency, first, None if first else offers.why_none())


def province_offers(procedure: Procedure) -> tuple[tuple[ProvinceOffer, ...], datetime]:
    """Every province with its first free day, and the instant at which that was computed (some seconds ago at most)."""
    kept: dict[int, tuple[float, tuple[tuple[ProvinceOffer, ...], datetime]]]
    kept = current_app.extensions.setdefault("turnero.province_offers", {})
    computed, answer = kept.get(procedure.id, (-float("inf"), ((), datetime.min)))
    if time.monotonic() - computed > _PROVINCES_SECONDS:
        answer = (_province_offers(procedure), clock.now())
        kept[procedure.id] = (time.monotonic(), answer)
    return answer


def _province_offers(procedure: Procedure) -> tuple[ProvinceOffer, ...]:
    first: dict[str, DayOffer] = {}
    for offer in agency_offers(None, procedure):
        code, day = offer.agency.province_code, offer.next_day
        if day is not None and (code not in first or day.day < first[code].day):
            first[code] = day
    return tuple(ProvinceOffer(province, first.get(province.code)) for province in agencies.provinces())


def nearest(agency: Agency, procedure: Procedure, day: date, minute: int, *, count: int = 3) -> tuple[Alternative, ...]:
    """The free places nearest to the lost one: the same agency first, others of its province when it has too few."""
    found = _nearest_at(agency, procedure, datetime.combine(day, datetime.min.time()) + timedelta(minutes=minute))
    if len(found) < count:
        for offer in agency_offers(agency.province_code, procedure):
            if offer.agency.id != agency.id and offer.next_day is not None:
                found += _nearest_at(offer.agency, procedure, datetime.combine(day, datetime.min.time()))
    return tuple(found[:count])


def _nearest_at(agency: Agency, procedure: Procedure, wanted: datetime) -> list[Alternative]:
    desk = agencies.desk_for(agency, procedure)
    if desk is None:
        return []
    offers = offers_of([desk], procedure)[desk.id]
    days = [offer.day for offer in offers.days() if offer.free]
    close = sorted(days, key=lambda day: abs(day - wanted.date()))[:3]
    places = [Alternative(agency, day, slot.minute) for day in close for slot in offers.slots(day) if slot.free]
    midnight = datetime.min.time()
    return sorted(
        places,
        key=lambda place: abs(datetime.combine(place.day, midnight) + timedelta(minutes=place.minute) - wanted),
    )[:3]


def offers_of(
    desks: Sequence[Desk], procedure: Procedure, first: date | None = None, last: date | None = None
) -> dict[int, DeskOffers]:
    """The offers of several desks in few queries; claims are read for ``first``..``last`` (default: all to come)."""
    now = clock.now()
    taken = _taken([desk.id for desk in desks], first or now.date() - timedelta(days=1), last, now)
    from_day, to_day = first or now.date() - timedelta(days=1), last or now.date() + _FAR
    calendars = agencies.desk_calendars(desks, from_day, to_day)
    return {
        desk.id: DeskOffers(
            desk_id=desk.id,
            procedure_minutes=procedure.minutes,
            policy=policy_of(desk.agency),
            calendar=calendars[desk.id],
            now_local=clock.local(now, desk.agency.zone),
            taken=taken[desk.id],
        )
        for desk in desks
    }


def _taken(
    desk_ids: Sequence[int], first: date, last: date | None, now: datetime
) -> dict[int, dict[date, list[TakenSeat]]]:
    statement = (
        select(Claim.desk_id, Claim.day, Claim.minute, Claim.seat, Claim.lapses_at.is_not(None))
        .where(Claim.desk_id.in_(desk_ids), Claim.day >= first)
        .where(counting(now))
    )
    if last is not None:
        statement = statement.where(Claim.day <= last)
    taken: dict[int, dict[date, list[TakenSeat]]] = defaultdict(lambda: defaultdict(list))
    for desk_id, day, minute, seat, held in db.session.execute(statement):
        taken[desk_id][day].append(TakenSeat(minute, seat, held))
    return taken
