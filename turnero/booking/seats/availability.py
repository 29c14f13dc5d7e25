"""Availability for the pages of steps 6 and 7: reads only, in a constant number of queries.

Results are cached for seconds and shared by all viewers; the claim decides whether a place is still free.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, not_, select

from turnero.agencies import queries as agencies
from turnero.agencies.models import Agency, Desk, Procedure, Province
from turnero.booking.seats.claims import counting, for_those_present
from turnero.booking.seats.offers import ClosedDay, DayOffer, DeskOffers, NoPlace
from turnero.booking.seats.slots import Slot, TakenSeat
from turnero.booking.turn.models import Claim
from turnero.booking.turn.queries import policies_of
from turnero.core import clock
from turnero.core.extensions import db
from turnero.core.shared_values import shared, shelf_of

# The overview of all provinces costs the most to compute, and no place is taken from it.
_PROVINCES_SECONDS = 5.0
_FAR = timedelta(days=150)
# Days ahead for which claims are read first to find a free place; this is enough almost everywhere.
_LOOK_AHEAD = (7, 28)


@dataclass(frozen=True)
class DayOffers:
    """The next days with places, the rest days between them, and whether later days have places."""

    days: tuple[DayOffer, ...]
    closed: tuple[ClosedDay, ...]
    more: bool


@dataclass(frozen=True)
class AgencyOffer:
    """An agency with its next free day, or the reason there is none."""

    agency: Agency
    next_day: DayOffer | None
    none_because: NoPlace | None
    drawn: bool = False  # its days, or those from some week on, are given by lot


@dataclass(frozen=True)
class ProvinceOffer:
    """A province with the first free day of any of its agencies."""

    province: Province
    next_day: DayOffer | None


@dataclass(frozen=True)
class Alternative:
    """An alternative to a lost place: local minute of the day at an agency."""

    agency: Agency
    day: date
    minute: int


def hours(agency: Agency, procedure: Procedure, day: date) -> tuple[Slot, ...]:
    """Every start the agency offers for the trámite on ``day``, full ones too, in order."""
    return shared(("hours", agency.id, procedure.id, day), lambda: _hours(agency, procedure, day))


def _hours(agency: Agency, procedure: Procedure, day: date) -> tuple[Slot, ...]:
    desk = agencies.desk_for(agency, procedure)
    return offers_of([desk], procedure, day, day)[desk.id].slots(day) if desk else ()


def seen_taken(agency: Agency, procedure: Procedure, day: date, minute: int, *, before: float) -> bool:
    """Whether somebody saw a moment ago, and ``before`` that one of this process, that the hour is taken."""
    seen: tuple[Slot, ...] | None = shelf_of().seen(("hours", agency.id, procedure.id, day), before)
    return seen is not None and any(slot.minute == minute and not slot.free for slot in seen)


def found_taken(agency: Agency, procedure: Procedure, day: date, minute: int) -> None:
    """Refresh the cached day of a place that was shown as free but is taken."""
    shared(("wanted", day, minute), lambda: True)
    if not seen_taken(agency, procedure, day, minute, before=float("inf")):
        shelf_of().forget(("hours", agency.id, procedure.id, day))


def is_wanted(day: date, minute: int) -> bool:
    """Whether somebody lost a place at that hour moments ago, at any agency."""
    return bool(shelf_of().seen(("wanted", day, minute), float("inf")))


def day_offers(agency: Agency, procedure: Procedure, after: date | None = None, count: int = 10) -> DayOffers:
    """The next ``count`` days with places later than ``after`` (default: from today on)."""
    whole = _whole(agency, procedure)
    start = after or date.min
    found = [offer for offer in whole.days if offer.day > start]
    more = len(found) > count
    shown = tuple(found[:count])
    closed = (rest for rest in whole.closed if rest.day > start and not (more and rest.day > shown[-1].day))
    return DayOffers(shown, tuple(closed), more)


def _whole(agency: Agency, procedure: Procedure) -> DayOffers:
    """Every day with places, and every rest day, from today to the horizon."""
    return shared(("days", agency.id, procedure.id), lambda: _all_days(agency, procedure))


def _all_days(agency: Agency, procedure: Procedure) -> DayOffers:
    desk = agencies.desk_for(agency, procedure)
    if desk is None:
        return DayOffers((), (), more=False)
    offers = offers_of([desk], procedure)[desk.id]
    return DayOffers(
        tuple(offer for offer in offers.days() if offer.free), offers.closed(None, offers.last), more=False
    )


def agency_offers(province_code: str | None, procedure: Procedure) -> tuple[AgencyOffer, ...]:
    """Each agency of the province that offers the trámite, with its next free day or the reason there is none."""
    return shared(("agencies", province_code, procedure.id), lambda: _agency_offers(province_code, procedure))


def _agency_offers(province_code: str | None, procedure: Procedure) -> tuple[AgencyOffer, ...]:
    desks = agencies.desks_offering(province_code, procedure)
    today = clock.now().date()
    found: dict[int, AgencyOffer] = {}
    for ahead in (*_LOOK_AHEAD, None):
        left = [desk for desk in desks if desk.id not in found]
        last = today + timedelta(days=ahead) if ahead else None
        offers = offers_of(left, procedure, last=last) if left else {}
        for desk in left:
            first = offers[desk.id].first(last)
            if first or last is None:
                why_none = None if first else offers[desk.id].why_none()
                drawn = offers[desk.id].policy.draw is not None
                found[desk.id] = AgencyOffer(desk.agency, first, why_none, drawn)
    return tuple(found[desk.id] for desk in desks)


def province_offers(procedure: Procedure) -> tuple[tuple[ProvinceOffer, ...], datetime]:
    """Every province with its first free day, and the instant of computation (at most seconds ago)."""
    key = ("provinces", procedure.id)
    return shared(key, lambda: (_province_offers(procedure), clock.now()), _PROVINCES_SECONDS)


def _province_offers(procedure: Procedure) -> tuple[ProvinceOffer, ...]:
    first: dict[str, DayOffer] = {}
    for offer in _agency_offers(None, procedure):
        code, day = offer.agency.province_code, offer.next_day
        if day is not None and (code not in first or day.day < first[code].day):
            first[code] = day
    return tuple(ProvinceOffer(province, first.get(province.code)) for province in agencies.provinces())


def nearest(agency: Agency, procedure: Procedure, day: date, minute: int, *, count: int = 3) -> tuple[Alternative, ...]:
    """The free places nearest to a lost one: the same agency first, then others of its province if it has too few."""
    key = ("nearest", agency.id, procedure.id, day, minute, count)
    return shared(key, lambda: _nearest(agency, procedure, day, minute, count=count))


def _nearest(agency: Agency, procedure: Procedure, day: date, minute: int, *, count: int) -> tuple[Alternative, ...]:
    midnight = datetime.combine(day, datetime.min.time())
    found = _nearest_at(agency, procedure, midnight + timedelta(minutes=minute))
    if len(found) < count:
        for offer in agency_offers(agency.province_code, procedure):
            if offer.agency.id != agency.id and offer.next_day is not None:
                found += _nearest_at(offer.agency, procedure, midnight)[:count]
    return tuple(found[:count])


def _nearest_at(agency: Agency, procedure: Procedure, wanted: datetime) -> list[Alternative]:
    """The free places of the three free days nearest to local time ``wanted``, the nearest first."""
    days = [offer.day for offer in _whole(agency, procedure).days]
    close = sorted(days, key=lambda day: abs(day - wanted.date()))[:3]
    free = [(day, slot.minute) for day in close for slot in hours(agency, procedure, day) if slot.free]
    midnight = datetime.min.time()
    free.sort(key=lambda at: abs(datetime.combine(at[0], midnight) + timedelta(minutes=at[1]) - wanted))
    return [Alternative(agency, day, minute) for day, minute in free]


def offers_of(
    desks: Sequence[Desk],
    procedure: Procedure,
    first: date | None = None,
    last: date | None = None,
    *,
    at_agency: bool = False,
) -> dict[int, DeskOffers]:
    """The offers of several desks in few queries; claims are read for ``first``..``last`` (default: all to come).

    ``at_agency``: include places released so late that only people at the agency may take them.
    """
    now = clock.now()
    counts = and_(counting(now), not_(for_those_present(now))) if at_agency else counting(now)
    taken = _taken([desk.id for desk in desks], first or now.date() - timedelta(days=1), last, counts)
    from_day, to_day = first or now.date() - timedelta(days=1), last or now.date() + _FAR
    calendars = agencies.desk_calendars(desks, from_day, to_day)
    policies = policies_of(desk.agency for desk in desks)
    return {
        desk.id: DeskOffers(
            desk_id=desk.id,
            procedure_minutes=procedure.minutes,
            policy=policies[desk.agency_id],
            calendar=calendars[desk.id],
            now_local=clock.local(now, desk.agency.zone),
            taken=taken[desk.id],
        )
        for desk in desks
    }


def _taken(
    desk_ids: Sequence[int], first: date, last: date | None, counts: ColumnElement[bool]
) -> dict[int, dict[date, list[TakenSeat]]]:
    statement = (
        select(Claim.desk_id, Claim.day, Claim.minute, Claim.seat, Claim.lapses_at.is_not(None))
        .where(Claim.desk_id.in_(desk_ids), Claim.day >= first)
        .where(counts)
    )
    if last is not None:
        statement = statement.where(Claim.day <= last)
    taken: dict[int, dict[date, list[TakenSeat]]] = defaultdict(lambda: defaultdict(list))
    for desk_id, day, minute, seat, held in db.session.execute(statement):
        taken[desk_id][day].append(TakenSeat(minute, seat, held))
    return taken
