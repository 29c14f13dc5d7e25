"""Formats days, hours and numbers for Ecuador, in the reader's language."""

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache

from babel.dates import format_date, get_day_names
from babel.lists import format_list

from turnero.core import language
from turnero.core.interval import Interval
from turnero.core.language import gettext, ngettext

# From this number on places are not counted in words.
_MANY = 20
# In minutes.
_HOUR, _DAY = 60, 24 * 60


@lru_cache(maxsize=4096)
def _written(day: date, pattern: str, locale: str) -> str:
    """Cached: formatting the few days shown on all pages took a seventh of a page's time."""
    return format_date(day, pattern, locale=locale)


def _in_words(day: date, pattern: str) -> str:
    """Format a day by a Unicode TR35 ``pattern`` in the reader's language."""
    return _written(day, pattern, language.current_language())


def long_date(day: date) -> str:
    """martes 24 de noviembre de 2026"""
    return _in_words(day, gettext("EEEE d 'de' MMMM 'de' y"))


def day_and_month(day: date) -> str:
    """martes 24 de noviembre"""
    return _in_words(day, gettext("EEEE d 'de' MMMM"))


def clock_time(minute: int) -> str:
    """Local minute of the day as a 24-hour clock: 09:30"""
    return f"{minute // 60:02}:{minute % 60:02}"


def zone_note(zone: str) -> str:
    """The note beside hours outside mainland time: hora de Galápagos"""
    return gettext("hora de Galápagos") if zone == "Pacific/Galapagos" else ""


def time_of(moment: datetime) -> str:
    """The clock time of a local wall time: 10:52"""
    return f"{moment:%H:%M}"


def moment(at: datetime) -> str:
    """A local wall time: martes 24 de noviembre de 2026, 10:52"""
    return gettext("%(day)s, %(time)s", day=long_date(at.date()), time=time_of(at))


def duration(length: timedelta) -> str:
    """In the largest unit, rounded down: menos de un minuto; 9 minutos; 2 horas; 3 días"""
    minutes = int(length.total_seconds()) // 60
    if minutes >= _DAY:
        return ngettext("%(num)s día", "%(num)s días", minutes // _DAY)
    if minutes >= _HOUR:
        return ngettext("%(num)s hora", "%(num)s horas", minutes // _HOUR)
    return ngettext("%(num)s minuto", "%(num)s minutos", minutes) if minutes > 0 else gettext("menos de un minuto")


def short_weekday(day: date) -> str:
    """mar"""
    return _in_words(day, "EEE").rstrip(".")


def month_and_year(day: date) -> str:
    """noviembre de 2026"""
    return _in_words(day, gettext("MMMM 'de' y"))


def short_month(day: date) -> str:
    """nov 2026"""
    return _in_words(day, "MMM y").replace(".", "")


def thousands(number: int) -> str:
    """1 659 982, with no-break spaces"""
    return f"{number:,}".replace(",", "\N{NO-BREAK SPACE}")


def relative_day(day: date, today: date) -> str:
    """hoy, lunes 23 de noviembre; mañana, martes 24 de noviembre; later days alone"""
    written = day_and_month(day)
    if day == today:
        return gettext("hoy, %(day)s", day=written)
    if day == today + timedelta(days=1):
        return gettext("mañana, %(day)s", day=written)
    return written


def week_title(day: date, today: date) -> str:
    """The heading of the week that ``day`` is in: Esta semana; Semana del 30 de noviembre"""
    monday = day - timedelta(days=day.weekday())
    if monday <= today < monday + timedelta(days=7):
        return gettext("Esta semana")
    return gettext("Semana del %(day)s", day=_in_words(monday, gettext("d 'de' MMMM")))


def day_parts(morning: int, afternoon: int) -> str:
    """The halves of a day with free places: mañana y tarde; solo en la mañana; solo en la tarde"""
    if morning and afternoon:
        return gettext("mañana y tarde")
    return gettext("solo en la mañana") if morning else gettext("solo en la tarde")


def places_left(free: int) -> str:
    """Queda 1 turno; Quedan 14 turnos; from 20 on: Muchos turnos"""
    if free >= _MANY:
        return gettext("Muchos turnos")
    return ngettext("Queda %(num)s turno", "Quedan %(num)s turnos", free)


def listed(words: Sequence[str]) -> str:
    """a, b y c"""
    if language.current_language() != language.SOURCE:
        return format_list(words, locale=language.current_language())
    *most, last = words
    sounds_like_i = re.match(r"h?i(?!e)", last, re.IGNORECASE)
    conjunction = "e" if sounds_like_i else "y"
    return f"{', '.join(most)} {conjunction} {last}" if most else last


def hours_of_day(hours: Sequence[Interval[int]]) -> str:
    """de 08:00 a 12:00 y de 13:00 a 17:00; cerrado"""
    spans = [(clock_time(part.start), clock_time(part.end)) for part in hours]
    if not spans:
        return gettext("cerrado")
    return listed([gettext("de %(open)s a %(close)s", open=opens, close=closes) for opens, closes in spans])


def weekdays() -> list[str]:
    """lunes, martes, … domingo"""
    names = get_day_names("wide", locale=language.current_language())
    return [names[weekday] for weekday in range(7)]


def hours_of_week(week: Sequence[Sequence[Interval[int]]]) -> list[str]:
    """Seven days from Monday as few lines: lunes a viernes, de 08:00 a 17:00. Closed days are left out."""
    runs: list[tuple[int, int]] = []
    for weekday, hours in enumerate(week):
        if runs and runs[-1][1] == weekday - 1 and week[runs[-1][0]] == hours:
            runs[-1] = (runs[-1][0], weekday)
        else:
            runs.append((weekday, weekday))
    return [f"{_days(first, last)}, {hours_of_day(week[first])}" for first, last in runs if week[first]]


def _days(first: int, last: int) -> str:
    names = weekdays()
    if first == last:
        return names[first]
    if last == first + 1:
        return gettext("%(first)s y %(last)s", first=names[first], last=names[last])
    return gettext("%(first)s a %(last)s", first=names[first], last=names[last])


WORDS: tuple[Callable[..., str | list[str]], ...] = (
    long_date,
    day_and_month,
    clock_time,
    zone_note,
    time_of,
    moment,
    short_weekday,
    month_and_year,
    thousands,
    relative_day,
    week_title,
    day_parts,
    places_left,
    listed,
    hours_of_week,
)
"""What templates have as filters, under the same names."""
