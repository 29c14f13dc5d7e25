"""Further effects of an agency's edits, in sentences: replaced weeks and lost time."""

from collections.abc import Collection, Iterable, Iterator
from datetime import timedelta

from turnero.administration.agencies.forms import Days
from turnero.agencies import queries as agencies
from turnero.agencies.calendar import opening_hours
from turnero.agencies.calendar.opening_hours import Period, Week
from turnero.agencies.calendar.schedule import cells_inside
from turnero.agencies.catalogue import editing
from turnero.agencies.catalogue.entries import AgencyEntry, DeskEntry
from turnero.agencies.localities import Locality, folded
from turnero.core.formatting import clock_time, hours_of_week, long_date
from turnero.core.interval import Interval
from turnero.core.language import gettext


def week_in_words(week: editing.Week) -> str:
    return "; ".join(hours_of_week(week)) or gettext("cerrada toda la semana")


def of_hours(before: AgencyEntry, after: AgencyEntry, days: Days) -> tuple[str, ...]:
    """Effects of a new week on ``days``: what it replaces, and the time it loses."""
    (new, *_) = opening_hours.periods(editing.weekly(after), days.first, days.last)
    replaced = opening_hours.periods(editing.weekly(before), days.first, days.last)
    return (*_replaced(replaced, new.week), *lost_time([new.week], editing.steps(after, days.first, days.last)))


def of_windows(entry: AgencyEntry, desk: DeskEntry) -> tuple[str, ...]:
    """Effects of a line's new windows: the time lost by the turn length."""
    if not desk.windows:
        return ()
    later = [each.valid_from for each in entry.desks if each.line == desk.line and each.valid_from > desk.valid_from]
    last = min(later) - timedelta(days=1) if later else None
    weeks = opening_hours.periods(editing.weekly(entry), desk.valid_from, last)
    return tuple(lost_time([period.week for period in weeks], {desk.slot_minutes}))


def of_canton(place: Locality, slug: str) -> tuple[str, ...]:
    """A warning that no other agency is in the canton, which may be misspelt."""
    others = (each for each in agencies.agencies(place.province_code) if each.slug != slug)
    if any(folded(each.canton) == folded(place.canton) for each in others):
        return ()
    return (gettext("Ninguna otra agencia está en el cantón %(canton)s.", canton=place.canton),)


def _replaced(periods: Collection[Period], new: Week) -> Iterator[str]:
    """The week in force and others set for some of the days, except the usual one that returns."""
    usual, *others = periods
    if usual.week != new and any(usual.week):
        yield gettext("Reemplaza este horario: %(hours)s.", hours=week_in_words(usual.week))
    for period in others:
        if period.week not in (usual.week, new):
            yield _also(period)


def _also(period: Period) -> str:
    hours, first = week_in_words(period.week), long_date(period.first)
    if period.last is None:
        return gettext("También reemplaza el horario desde el %(day)s: %(hours)s.", day=first, hours=hours)
    if period.last == period.first:
        return gettext("También reemplaza el horario del %(day)s: %(hours)s.", day=first, hours=hours)
    last = long_date(period.last)
    return gettext(
        "También reemplaza el horario del %(first)s al %(last)s: %(hours)s.", first=first, last=last, hours=hours
    )


def lost_time(weeks: Collection[Week], steps: Iterable[int]) -> list[str]:
    """Minutes lost before the first turn. The grid counts from midnight, so an opening between two of its minutes
    loses time."""
    openings = sorted({opening for week in weeks for hours in week for opening in hours})
    mornings = {hours[0].start for week in weeks for hours in week if hours}
    told = [_loss(step, opening, mornings) for step in sorted(steps) for opening in openings]
    return list(dict.fromkeys(sentence for sentence in told if sentence))


def _loss(step: int, opening: Interval[int], mornings: Collection[int]) -> str:
    cells, opens = cells_inside(opening, step), clock_time(opening.start)
    if not cells:
        return gettext(
            "Con turnos de %(minutes)s minutos, de %(open)s a %(close)s no cabe ninguno.",
            minutes=step,
            open=opens,
            close=clock_time(opening.end),
        )
    if cells[0] == opening.start:
        return ""
    if mornings == {opening.start}:
        return gettext(
            "Con turnos de %(minutes)s minutos, el primero del día empieza a las %(first)s.",
            minutes=step,
            first=clock_time(cells[0]),
        )
    return gettext(
        "Con turnos de %(minutes)s minutos, cuando abre a las %(open)s el primero empieza a las %(first)s.",
        minutes=step,
        open=opens,
        first=clock_time(cells[0]),
    )
