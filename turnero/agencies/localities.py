"""A province or a canton: finding it, and what is closed there. Only reads; nothing here commits."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from unicodedata import combining, normalize

from sqlalchemy import CompoundSelect, bindparam, or_, select, union_all

from turnero.agencies.calendar.deadline import whole_days
from turnero.agencies.calendar.holidays import CivicDay, rest_days
from turnero.agencies.models import Agency, Closure, LocalHoliday
from turnero.core.errors import InvalidInput, NotFound
from turnero.core.extensions import db
from turnero.core.interval import Interval

# The rule moves a rest by two days at most, and whoever stands beside it with it.
_MARGIN = timedelta(days=14)
ALWAYS = Interval(datetime.min, datetime.max)
# Made once, as whatever is said for every page and every place that is taken.
_LOCAL_HOLIDAYS = select(LocalHoliday).where(
    LocalHoliday.province_code.in_(bindparam("provinces", expanding=True)),
    LocalHoliday.day.between(bindparam("first"), bindparam("last")),
)
_CONFIRMED_HOLIDAYS = _LOCAL_HOLIDAYS.where(LocalHoliday.confirmed)
_IN_FORCE = (
    select(Closure)
    .where(
        or_(
            Closure.scope == "national",
            Closure.province_code.in_(bindparam("provinces", expanding=True)),
            Closure.agency_id.in_(bindparam("agencies", expanding=True)),
        ),
        Closure.withdrawn_at.is_(None),
        Closure.starts < bindparam("ends"),
        Closure.ends > bindparam("begins"),
    )
    .order_by(Closure.starts, Closure.id)
)


class UnknownCanton(NotFound):
    """No agency, holiday or closure names this ``canton``."""

    code = "unknown_canton"


class AmbiguousCanton(InvalidInput):
    """Several provinces have a ``canton`` of this name."""

    code = "ambiguous_canton"


@dataclass(frozen=True, slots=True)
class Locality:
    """A canton within its province, or with no canton the whole province."""

    province_code: str
    canton: str = ""


def find_canton(name: str, province_codes: Collection[str] = ()) -> Locality:
    """The canton of that name, however its capitals and accents were typed.

    ``province_codes`` decide between namesakes. Raises UnknownCanton and AmbiguousCanton.
    """
    found = [place for place in _cantons() if folded(place.canton) == folded(name)]
    found = [place for place in found if place.province_code in province_codes] or found
    if not found:
        raise UnknownCanton(canton=name)
    if len(found) > 1:
        raise AmbiguousCanton(canton=name)
    return found[0]


def spelling(name: str, province_code: str, *, but: int | None = None) -> str:
    """A canton's name as that province spells it already, as it was typed where nothing names it.

    ``but``: the agency whose own spelling does not count, since it is what is being corrected.
    """
    known = (place for place in _cantons(but) if place.province_code == province_code)
    return next((place.canton for place in known if folded(place.canton) == folded(name)), name)


@lru_cache(maxsize=4096)
def folded(name: str) -> str:
    """A name without accents, capitals and stray spaces, to compare and to sort by."""
    letters = normalize("NFD", " ".join(name.casefold().split()))
    return "".join(letter for letter in letters if not combining(letter))


def civic_days(
    places: Collection[Locality], first: date, last: date, *, confirmed_only: bool = False
) -> dict[Locality, tuple[CivicDay, ...]]:
    """For each place the holidays of its province and its canton that could rest between two dates. One query."""
    around = {"first": first - _MARGIN, "last": last + _MARGIN, "provinces": [place.province_code for place in places]}
    rows = db.session.scalars(_CONFIRMED_HOLIDAYS if confirmed_only else _LOCAL_HOLIDAYS, around).all()
    return {place: tuple(_civic_day(row) for row in rows if _holds_in(row, place)) for place in places}


def closures(
    places: Collection[Locality], within: Interval[datetime] = ALWAYS, agency_ids: Collection[int] = ()
) -> list[Closure]:
    """The closures that may touch the places or agencies in local time ``within``, by their beginning; ``touches`` says
    which do. One query."""
    touched = {"provinces": [place.province_code for place in places], "agencies": list(agency_ids)}
    return list(db.session.scalars(_IN_FORCE, {**touched, "begins": within.start, "ends": within.end}))


def touches(closure: Closure, place: Locality, agency_id: int | None = None) -> bool:
    """Whether a closure reaches a place, or the agency that stands there."""
    match closure.scope:
        case "national":
            return True
        case "agency":
            return agency_id is not None and closure.agency_id == agency_id
        case "province":
            return closure.province_code == place.province_code
        case _:
            same_canton = folded(closure.canton or "") == folded(place.canton)
            return closure.province_code == place.province_code and same_canton


def legal_rest(places: Collection[Locality]) -> Callable[[date], bool]:
    """Whether a day stops legal terms in any of the places: confirmed holidays, and whole days that a decree
    or a declared holiday takes without recovering them. What is not sure counts as worked: the earlier date warns."""
    freed = {
        day
        for closure in closures(places)
        if closure.kind in ("decree", "holiday") and not closure.recoverable
        if closure.scope == "national" or any(touches(closure, place) for place in places)
        for day in whole_days(Interval(closure.starts, closure.ends))
    }
    rests = cache(lambda year: _rests_of_year(places, year))
    return lambda day: day in freed or day in rests(day.year)


def _rests_of_year(places: Collection[Locality], year: int) -> set[date]:
    of_places = civic_days(places, date(year, 1, 1), date(year, 12, 31), confirmed_only=True)
    return {rest.day for civic in (*of_places.values(), ()) for rest in rest_days(year, civic)}


def _cantons(but: int | None = None) -> list[Locality]:
    """Each canton once, as it is spelled most often: capitals and accents make no other of it."""
    of_agencies = select(Agency.province_code, Agency.canton).where(Agency.id.is_distinct_from(but))
    of_holidays = select(LocalHoliday.province_code, LocalHoliday.canton).where(LocalHoliday.canton != "")
    of_closures = select(Closure.province_code, Closure.canton).where(Closure.scope == "canton")
    spellings: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    named: CompoundSelect[str, str] = union_all(of_agencies, of_holidays, of_closures)
    for code, canton in db.session.execute(named):
        spellings[code, folded(canton)][canton] += 1
    return [Locality(code, _usual(found)) for (code, _), found in spellings.items()]


def _usual(spellings: Counter[str]) -> str:
    """Of those as frequent the one with capitals where they belong, then with the most accents."""

    def worth(name: str) -> tuple[int, bool, int, str]:
        accents = sum(map(combining, normalize("NFD", name)))
        return spellings[name], not (name.islower() or name.isupper()), accents, name

    return max(spellings, key=worth)


def _civic_day(row: LocalHoliday) -> CivicDay:
    return CivicDay(row.day, row.name, row.confirmed, row.canton)


def _holds_in(row: LocalHoliday, place: Locality) -> bool:
    within = not row.canton or folded(row.canton) == folded(place.canton)
    return row.province_code == place.province_code and within
