"""Reads of where and when we attend. Nothing here commits."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import bindparam, or_, select

from turnero.agencies.calendar import opening_hours
from turnero.agencies.calendar.holidays import CivicDay, rest_days
from turnero.agencies.calendar.schedule import ClosedSpan, DeskCalendar, Staffing, grid
from turnero.agencies.localities import Locality, civic_days, closures, folded, touches
from turnero.agencies.models import (
    Agency,
    CataloguePolicy,
    Desk,
    DeskDay,
    DeskStaffing,
    Line,
    Procedure,
    Province,
    WeeklyHours,
)
from turnero.core.errors import NotFound
from turnero.core.extensions import db
from turnero.core.interval import Interval

# A desk that an agency has given up stays for the turns it had, without any staffing.
_STAFFED = Desk.id.in_(select(DeskStaffing.desk_id))
# Made once: whatever is shown or taken asks them first.
_DESK = select(Desk).where(Desk.agency_id == bindparam("agency"), Desk.line_id == bindparam("line"), _STAFFED)
_HOURS = select(
    WeeklyHours.agency_id,
    WeeklyHours.weekday,
    WeeklyHours.opens,
    WeeklyHours.closes,
    WeeklyHours.valid_from,
    WeeklyHours.valid_to,
).where(WeeklyHours.agency_id.in_(bindparam("agencies", expanding=True)))
_STAFFING = select(
    DeskStaffing.desk_id, DeskStaffing.valid_from, DeskStaffing.windows, DeskStaffing.slot_minutes
).where(DeskStaffing.desk_id.in_(bindparam("desks", expanding=True)), DeskStaffing.valid_from <= bindparam("last"))
_WINDOWS = select(DeskDay.desk_id, DeskDay.day, DeskDay.windows).where(
    DeskDay.desk_id.in_(bindparam("desks", expanding=True)),
    DeskDay.day.between(bindparam("first"), bindparam("last")),
)


class UnknownProvince(NotFound):
    """``province`` is no province's code."""

    code = "unknown_province"


def provinces() -> list[Province]:
    """Every province, by name."""
    return sorted(db.session.scalars(select(Province)), key=lambda province: folded(province.name))


def province(code: str) -> Province:
    """Raises UnknownProvince."""
    found = db.session.get(Province, code)
    if found is None:
        raise UnknownProvince(province=code)
    return found


def procedures() -> list[Procedure]:
    """Every trámite, in the catalogue's order."""
    return list(db.session.scalars(select(Procedure).order_by(Procedure.position, Procedure.id)))


def procedure(slug: str) -> Procedure:
    """Raises NotFound."""
    found = db.session.scalar(select(Procedure).where(Procedure.slug == slug))
    if found is None:
        raise NotFound
    return found


def service_lines() -> list[Line]:
    """Every service line, by name."""
    return sorted(db.session.scalars(select(Line)), key=lambda line: folded(line.name))


def lines_at(agency: Agency) -> list[Line]:
    """The lines that an agency has windows for, by name."""
    here = select(Line).join(Desk, Desk.line_id == Line.id).where(Desk.agency_id == agency.id, _STAFFED)
    return sorted(db.session.scalars(here), key=lambda line: folded(line.name))


def agencies(province_code: str | None = None) -> list[Agency]:
    """Every agency of a province (of all when None), by name."""
    statement = select(Agency)
    if province_code is not None:
        statement = statement.where(Agency.province_code == province_code)
    return sorted(db.session.scalars(statement), key=lambda agency: folded(agency.name))


def agency(slug: str) -> Agency:
    """Raises NotFound."""
    found = db.session.scalar(select(Agency).where(Agency.slug == slug))
    if found is None:
        raise NotFound
    return found


def desks_offering(province_code: str | None, procedure: Procedure) -> list[Desk]:
    """The desks that attend a trámite, by their agency's name; of every province when None. None for a virtual one."""
    if not procedure.takes_turns:
        return []
    attends = (Desk.line_id == procedure.line_id, _STAFFED)
    offering = select(Desk).join(Agency, Agency.id == Desk.agency_id).where(*attends)
    if province_code is not None:
        offering = offering.where(Agency.province_code == province_code)
    return sorted(db.session.scalars(offering), key=lambda desk: folded(desk.agency.name))


def is_offered(procedure: Procedure) -> bool:
    """Whether any agency has a desk for a trámite."""
    attends = select(Desk.id).where(Desk.line_id == procedure.line_id, _STAFFED)
    return procedure.takes_turns and db.session.scalar(attends.limit(1)) is not None


def agencies_offering(province_code: str | None, procedure: Procedure) -> list[Agency]:
    """The agencies with a desk for a trámite, by name; of every province when None."""
    return [desk.agency for desk in desks_offering(province_code, procedure)]


def desk_for(agency: Agency, procedure: Procedure) -> Desk | None:
    """The desk that attends a trámite at an agency, None where it is not offered."""
    if not procedure.takes_turns:
        return None
    return db.session.scalar(_DESK, {"agency": agency.id, "line": procedure.line_id})


def desks_of(agency: Agency) -> Sequence[Desk]:
    """The desks that an agency has windows for."""
    return db.session.scalars(select(Desk).where(Desk.agency_id == agency.id, _STAFFED).order_by(Desk.id)).all()


def places_between(desks: Sequence[Desk], first: date, last: date) -> int:
    """Seats of open cells from ``first`` to ``last`` (both inside), taken or not."""
    calendars = desk_calendars(desks, first, last)
    days = [date.fromordinal(ordinal) for ordinal in range(first.toordinal(), last.toordinal() + 1)]
    grids = (grid(calendars[desk.id], day) for desk in desks for day in days)
    return sum(len(each.cells) * each.windows for each in grids)


def with_hours(today: date) -> set[int]:
    """The ids of the agencies that have opening hours, today or on a day to come."""
    last = WeeklyHours.valid_to
    return set(db.session.scalars(select(WeeklyHours.agency_id).where(or_(last.is_(None), last >= today))))


def with_windows(today: date) -> set[int]:
    """The ids of the agencies that have windows, today or on a day to come."""
    rows = db.session.execute(
        select(Desk.agency_id, DeskStaffing.desk_id, DeskStaffing.valid_from, DeskStaffing.windows)
        .join(DeskStaffing, DeskStaffing.desk_id == Desk.id)
        .order_by(DeskStaffing.valid_from)
    ).all()
    now = {desk_id: windows for _, desk_id, since, windows in rows if since <= today}  # the newest stays
    return {agency_id for agency_id, desk_id, since, windows in rows if (windows if since > today else now[desk_id])}


def procedures_at(agency: Agency) -> list[Procedure]:
    """The trámites that an agency's desks attend, in the catalogue's order."""
    lines = set(db.session.scalars(select(Desk.line_id).where(Desk.agency_id == agency.id, _STAFFED)))
    return [each for each in procedures() if each.takes_turns and each.line_id in lines]


def catalogue_policy() -> dict[str, Any]:
    """The catalogue's own values of the policy; empty before a catalogue is loaded."""
    row = db.session.get(CataloguePolicy, 1)
    return dict(row.values) if row else {}


def opening_hours_of(agencies: Iterable[Agency], day: date) -> dict[int, tuple[tuple[Interval[int], ...], ...]]:
    """By agency id the week in force on ``day``: seven days from Monday, each with its hours in local minutes."""
    ids = {agency.id for agency in agencies}
    hours = _hours(ids)
    return {agency_id: opening_hours.week(hours[agency_id], day) for agency_id in ids}


def desk_calendars(desks: Sequence[Desk], first: date, last: date) -> dict[int, DeskCalendar]:
    """By desk id all that decides its hours from ``first`` to ``last``. Five queries, however many desks."""
    agencies = {desk.agency_id: desk.agency for desk in desks}
    ids = {desk.id for desk in desks}
    hours, staffing, windows = _hours(agencies), _staffing(ids, last), _windows_by_day(ids, first, last)
    rests = _rest_days({_place(agency) for agency in agencies.values()}, first, last)
    closed = _closed(agencies, first, last)
    return {
        desk.id: DeskCalendar(
            hours=hours[desk.agency_id],
            staffing=staffing[desk.id],
            windows_by_day=windows[desk.id],
            rest_days=rests[_place(desk.agency)],
            closed=closed[desk.agency_id],
        )
        for desk in desks
    }


def _place(agency: Agency) -> Locality:
    return Locality(agency.province_code, agency.canton)


def _hours(agency_ids: Collection[int]) -> dict[int, tuple[opening_hours.WeeklyHours, ...]]:
    rows = db.session.execute(_HOURS, {"agencies": list(agency_ids)})
    found: dict[int, list[opening_hours.WeeklyHours]] = {agency_id: [] for agency_id in agency_ids}
    for agency_id, weekday, opens, closes, valid_from, valid_to in rows:
        found[agency_id].append(opening_hours.WeeklyHours(weekday, opens, closes, valid_from, valid_to))
    return {agency_id: tuple(entries) for agency_id, entries in found.items()}


def _staffing(desk_ids: Collection[int], last: date) -> dict[int, tuple[Staffing, ...]]:
    begun = db.session.execute(_STAFFING, {"desks": list(desk_ids), "last": last})
    found: dict[int, list[Staffing]] = {desk_id: [] for desk_id in desk_ids}
    for desk_id, valid_from, windows, slot_minutes in begun:
        found[desk_id].append(Staffing(valid_from, windows, slot_minutes))
    return {desk_id: tuple(entries) for desk_id, entries in found.items()}


def _windows_by_day(desk_ids: Collection[int], first: date, last: date) -> Mapping[int, Mapping[date, int]]:
    days = db.session.execute(_WINDOWS, {"desks": list(desk_ids), "first": first, "last": last})
    found: defaultdict[int, dict[date, int]] = defaultdict(dict)
    for desk_id, day, windows in days:
        found[desk_id][day] = windows
    return found


def _rest_days(places: Collection[Locality], first: date, last: date) -> dict[Locality, dict[date, str]]:
    of_places = civic_days(places, first, last, confirmed_only=True)
    return {place: _rests_between(civic, first, last) for place, civic in of_places.items()}


def _rests_between(civic: Iterable[CivicDay], first: date, last: date) -> dict[date, str]:
    names: dict[date, str] = {}
    for year in range(first.year, last.year + 1):
        for rest in rest_days(year, civic):
            if first <= rest.day <= last:
                names.setdefault(rest.day, rest.name)
    return names


def _closed(agencies: Mapping[int, Agency], first: date, last: date) -> dict[int, tuple[ClosedSpan, ...]]:
    whole = Interval(datetime.combine(first, time()), datetime.combine(last, time()) + timedelta(days=1))
    places = {agency_id: _place(agency) for agency_id, agency in agencies.items()}
    spans = [
        (closure, ClosedSpan(Interval(closure.starts, closure.ends), closure.kind, closure.name))
        for closure in closures(set(places.values()), whole, agency_ids=places)
    ]
    return {
        agency_id: tuple(span for closure, span in spans if touches(closure, place, agency_id))
        for agency_id, place in places.items()
    }
