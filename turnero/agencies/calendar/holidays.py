"""Rest days of any year, moved according to law.

Source: the law of 20 December 2016 (R.O. Supl. 906), the same for public servants (LOSEP) and workers
(Código del Trabajo, art. 65). The rest day is moved, not added: a civic date whose rest was moved is a working day.
National rest days apply to the whole country, so local holidays are placed around them, and a canton's around its
province's. If the rule moves a local holiday to an existing rest day (Los Ríos 2027-10-06 to the 8th, Guayaquil's),
the law gives no other day: both fall together.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import groupby

FIRST_YEAR = 2017  # the rule is in force from this year
_DAY = timedelta(days=1)

# Days to move by, indexed by weekday from Monday.
_ALONE = (0, -1, +2, +1, 0, -1, +1)
_OFF_WEEKENDS = (0, 0, 0, 0, 0, -1, +1)
# Two consecutive holidays: days to move each by, indexed by the weekday of the first.
_PAIR = ((0, 0), (0, -2), (+2, 0), (0, 0), (0, -2), (-1, +1), (+2, 0))


@dataclass(frozen=True, order=True, slots=True)
class CivicDay:
    """A local holiday on its civic date. ``canton`` is empty for a whole province."""

    day: date
    name: str
    confirmed: bool = True
    canton: str = ""


@dataclass(frozen=True, order=True, slots=True)
class RestDay:
    """A rest day, always Monday to Friday."""

    day: date
    name: str
    confirmed: bool = True


def rest_days(year: int, civic: Iterable[CivicDay] = ()) -> tuple[RestDay, ...]:
    """Rest days of ``year`` by date: national ones and those of a place with holidays ``civic``."""
    return tuple(sorted((*national(year), *local(civic, year)), key=lambda rest: rest.day))


@cache
def national(year: int) -> tuple[RestDay, ...]:
    """National rest days within a calendar year, by date.

    New Year's Day may be moved to the year before: 2028-01-01, a Saturday, to Friday 2027-12-31.
    """
    names = {**_civic_names(year), **_civic_names(year + 1)}
    laid = _laid_nationally(year, year + 1)
    return tuple(sorted(RestDay(laid[day], name) for day, name in names.items() if laid[day].year == year))


def local(civic: Iterable[CivicDay], year: int) -> tuple[RestDay, ...]:
    """Rest days of a place's local holidays within a calendar year, by date.

    ``civic``: holidays of its province and canton, of that year and its neighbours. Unconfirmed ones are placed last,
    so that they never move confirmed ones.
    """
    holidays = sorted(set(civic), key=_rank)
    laid = _laid_nationally(year, year + 1)
    for _, layer in groupby(holidays, key=_rank):
        laid = _laid((holiday.day for holiday in layer), laid)
    rests = (RestDay(laid[holiday.day], holiday.name, holiday.confirmed) for holiday in holidays)
    return tuple(sorted(rest for rest in rests if rest.day.year == year))


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (Meeus, Jones and Butcher's computus)."""
    century, of_century = divmod(year, 100)
    golden = year % 19
    leap_centuries, century_rest = divmod(century, 4)
    correction = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap_centuries - correction + 15) % 30
    leaps, leap_rest = divmod(of_century, 4)
    weekday = (32 + 2 * century_rest + 2 * leaps - epact - leap_rest) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def _rank(holiday: CivicDay) -> tuple[bool, bool]:
    return not holiday.confirmed, bool(holiday.canton)


def _civic_names(year: int) -> dict[date, str]:
    sunday = easter(year)
    return {
        date(year, 1, 1): "Año Nuevo",
        sunday - 48 * _DAY: "Carnaval",
        sunday - 47 * _DAY: "Carnaval",
        sunday - 2 * _DAY: "Viernes Santo",
        date(year, 5, 1): "Día del Trabajo",
        date(year, 5, 24): "Batalla de Pichincha",
        date(year, 8, 10): "Primer Grito de Independencia",
        date(year, 10, 9): "Independencia de Guayaquil",
        date(year, 11, 2): "Día de Difuntos",
        date(year, 11, 3): "Independencia de Cuenca",
        date(year, 12, 25): "Navidad",
    }


def _laid_nationally(*years: int) -> dict[date, date]:
    """Rest day by civic date for the national holidays of these years."""
    laid: dict[date, date] = {}
    for year in years:
        laid |= _laid_year(year)
    return laid


@cache
def _laid_year(year: int) -> Mapping[date, date]:
    carnival = easter(year) - 47 * _DAY
    fixed = {carnival: carnival} | {
        day: day + _OFF_WEEKENDS[day.weekday()] * _DAY for day in (date(year, 1, 1), date(year, 12, 25))
    }
    return _laid(_civic_names(year), fixed)


def _laid(days: Iterable[date], fixed: Mapping[date, date]) -> dict[date, date]:
    """Rest day by civic date: ``fixed`` ones, and ``days`` placed around them."""
    laid = dict(fixed)
    open_days = {day for day in days if day not in fixed}
    for day in sorted(open_days):
        after = day + _DAY
        if day in laid:  # the second of a pair
            continue
        neighbour = next((beside for beside in (day - _DAY, after) if beside in laid), None)
        if neighbour:
            laid[day] = _beside(day, neighbour, laid)
        elif after in open_days:
            laid[day], laid[after] = _pair(day)
        else:
            laid[day] = day + _ALONE[day.weekday()] * _DAY
    return laid


def _pair(first: date) -> tuple[date, date]:
    before, after = _PAIR[first.weekday()]
    return first + before * _DAY, first + (1 + after) * _DAY


def _beside(day: date, neighbour: date, laid: Mapping[date, date]) -> date:
    """The rest day of a holiday whose neighbour is already placed: the pair's other day, else its own."""
    block = set(_pair(min(day, neighbour)))
    left_over = block - {laid[neighbour]}
    if len(left_over) == 1 and not left_over & set(laid.values()):
        return left_over.pop()
    return day + _ALONE[day.weekday()] * _DAY
