"""What an edit of an agency does beyond places and people, in sentences: weeks that it replaces, time that is lost."""

from collections.abc import Collection, Iterable, Iterator
from datetime import timedelta

from turnero.administration.agencies.forms import Days
from turnero.agencies import queries as agencies
from turnero.agencies.calendar import opening_hours
from turnero.agencies.calendar.opening_hours import Period, Week
from turnero.agencies.calendar.schedule import cells_inside
from turnero.agencies.catalogue import editing
from turnero.agencies.catalogue.entries import AgencyEntry, DeskEntry
from turnero.agencies.places import Locality, folded
from turnero.core.formatting import clock_time, hours_of_week, long_date
from turnero.core.interval import Interval
from turnero.core.language import gettext


def week_in_words(week: editing.Week) -> str:
    return "; ".join(hours_of_week(week)) or gettext("cerrada toda la semana")


def of_hours(before: AgencyEntry, after: AgencyEntry, days: Days) -> tuple[str, ...]:
    """Of another week on ``days``: what it stands in place of, and the time that it loses."""
    (new, *_) = opening_hours.periods(editing.weekly(after), days.first, days.last)
    replaced = opening_hours.periods(editing.weekly(before), days.first, days.last)
    return (*_replaced(replaced, new.week), *lost_time([new.week], editing.steps(after, days.first, days.last)))


def of_windows(entry: AgencyEntry, desk: DeskEntry) -> tuple[str, ...]:
    """Of other windows of a line: the time that turns of that length lose."""
    if not desk.windows:
        return ()
    later = [each.valid_from for each in entry.desks if each.line == desk.line and each.valid_from > desk.valid_from]
    last = min(later) - timedelta(days=1) if later else None
    weeks = opening_hours.periods(editing.weekly(entry), desk.valid_from, last)
    return tuple(lost_time([period.week for period in weeks], {desk.slot_minutes}))


def of_canton(place: Locality, slug: str) -> tuple[str, ...]:
    """That nobody else is in a canton: it may be one that was spelled wrong."""
    others = (each for each in agencies.agencies(place.province_code) if each.slug != slug)
    if any(folded(each.canton) == folded(place.canton) for each in others):
        return ()
    return (gettext("Ninguna otra agencia está en el cantón %(canton)s.", canton=place.canton),)


def _replaced(periods: Collection[Period], new: Week) -> Iterator[str]:
    """The week in force and every other that was set for some of the days; not the usual one that comes back."""
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
    """Turns begin where the day's grid has them, counted from midnight: where an opening is no such minute, time is
    lost before the first."""
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
