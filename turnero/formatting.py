"""Days, hours and numbers as people in Ecuador read them. Pure: the locale is fixed, never the server's."""

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache

from babel.dates import format_date

from turnero.interval import Interval

LOCALE = "es_EC"
WEEKDAYS = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")
# From here on nobody needs the number.
_MANY = 20


@lru_cache(maxsize=4096)
def _written(day: date, pattern: str) -> str:
    """The few days that all pages speak of are worded once: a seventh of a page's time went into it."""
    return format_date(day, pattern, locale=LOCALE)


def long_date(day: date) -> str:
    """martes 24 de noviembre de 2026"""
    return _written(day, "EEEE d 'de' MMMM 'de' y")


def day_and_month(day: date) -> str:
    """martes 24 de noviembre"""
    return _written(day, "EEEE d 'de' MMMM")


def clock_time(minute: int) -> str:
    """Local minute of the day as a 24-hour clock: 09:30"""
    return f"{minute // 60:02}:{minute % 60:02}"


def zone_note(zone: str) -> str:
    """What to add to an hour where the mainland's would be assumed: hora de Galápagos"""
    return "hora de Galápagos" if zone == "Pacific/Galapagos" else ""


def time_of(moment: datetime) -> str:
    """The clock time of a local wall time: 10:52"""
    return f"{moment:%H:%M}"


def short_weekday(day: date) -> str:
    """mar"""
    return _written(day, "EEE").rstrip(".")


def month_and_year(day: date) -> str:
    """noviembre de 2026"""
    return _written(day, "MMMM 'de' y")


def short_month(day: date) -> str:
    """nov 2026"""
    return _written(day, "MMM y").replace(".", "")


def thousands(number: int) -> str:
    """1 659 982, with spaces that do not break"""
    return f"{number:,}".replace(",", "\N{NO-BREAK SPACE}")


def relative_day(day: date, today: date) -> str:
    """hoy, lunes 23 de noviembre; mañana, martes 24 de noviembre; from then on the day alone"""
    near = {today: "hoy, ", today + timedelta(days=1): "mañana, "}
    return near.get(day, "") + day_and_month(day)


def week_title(day: date, today: date) -> str:
    """The heading of the week that ``day`` is in: Esta semana; Semana del 30 de noviembre"""
    monday = day - timedelta(days=day.weekday())
    if monday <= today < monday + timedelta(days=7):
        return "Esta semana"
    return "Semana del " + _written(monday, "d 'de' MMMM")


def day_parts(morning: int, afternoon: int) -> str:
    """In which half of a day there are free places: mañana y tarde; solo en la mañana; solo en la tarde"""
    if morning and afternoon:
        return "mañana y tarde"
    return "solo en la mañana" if morning else "solo en la tarde"


def places_left(free: int) -> str:
    """Queda 1 turno; Quedan 14 turnos; from 20 on: Muchos turnos"""
    if free >= _MANY:
        return "Muchos turnos"
    return "Queda 1 turno" if free == 1 else f"Quedan {free} turnos"


def listed(words: Sequence[str]) -> str:
    """a, b y c"""
    *most, last = words
    sounds_like_i = re.match(r"h?i(?!e)", last, re.IGNORECASE)
    conjunction = "e" if sounds_like_i else "y"
    return f"{', '.join(most)} {conjunction} {last}" if most else last


def hours_of_day(hours: Sequence[Interval[int]]) -> str:
    """de 08:00 a 12:00 y de 13:00 a 17:00; cerrado"""
    return listed([f"de {clock_time(part.start)} a {clock_time(part.end)}" for part in hours]) if hours else "cerrado"


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
    if first == last:
        return WEEKDAYS[first]
    return f"{WEEKDAYS[first]} {'y' if last == first + 1 else 'a'} {WEEKDAYS[last]}"


WORDS: tuple[Callable[..., str | list[str]], ...] = (
    long_date,
    day_and_month,
    clock_time,
    zone_note,
    time_of,
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
