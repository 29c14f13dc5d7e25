"""Forms of an agency: facts, weekly hours, windows and special days."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from turnero.administration.edit import parsing
from turnero.administration.edit.errors import (
    DayPassed,
    DaysReversed,
    DaysTooMany,
    HoursCrossed,
    HoursReversed,
    SlugTaken,
)
from turnero.agencies.catalogue.editing import NOWHERE, Week
from turnero.agencies.catalogue.entries import DeskEntry
from turnero.core.interval import Interval
from turnero.web.fields import Fields

KINDS = {"agencia": "agency", "punto": "mall_point"}
MAX_WINDOWS = 200
_MAX_DAYS = 366
_RESERVED = {"nueva"}  # the URL of the page that adds an agency
MAX_INTERVALS = 6
Typed = Mapping[str, str]


@dataclass(frozen=True)
class Facts:
    """Facts of an agency; ``slug`` and ``province`` never change."""

    slug: str
    province: str
    name: str
    kind: str
    canton: str
    address: str


def parse_new(form: Typed, provinces: Collection[str], taken: Collection[str]) -> Facts:
    """A new agency. Raises Faulty."""
    fields = Fields(form)
    fields.parsed("nombre", parsing.text_line())  # first, in the page's order, so that its error comes first
    slug = fields.parsed("direccion_web", lambda _: parsing.parse_slug(typed_agency_slug(form)))
    if slug in taken or slug in _RESERVED:
        fields.faults["direccion_web"] = SlugTaken()
    province = fields.parsed("provincia", parsing.one_of(provinces))
    return _facts(fields, slug or "", province or "")


def typed_agency_slug(form: Typed) -> str:
    """The slug of a new agency: as typed, else derived from its name."""
    return form.get("direccion_web", "").strip() or parsing.slug_from(form.get("nombre", "")) or "agencia"


def parse_facts(form: Typed, slug: str, province: str) -> Facts:
    """Facts of an existing agency. Raises Faulty."""
    return _facts(Fields(form), slug, province)


def _facts(fields: Fields, slug: str, province: str) -> Facts:
    name = fields.parsed("nombre", parsing.text_line())
    kind = fields.parsed("tipo", parsing.one_of(KINDS))
    canton = fields.parsed("canton", parsing.text_line())
    address = fields.parsed("direccion", parsing.text_line(200, least=0))
    fields.check()
    return Facts(slug, province, name or "", KINDS[kind or "agencia"], canton or "", address or "")


@dataclass(frozen=True)
class Days:
    """Days from ``first`` to ``last``, inclusive; ``last`` None: permanently."""

    first: date
    last: date | None


def parse_week(form: Typed, today: date) -> tuple[Week, Days]:
    """``abre-0-0`` and ``cierra-0-0`` are Monday's first interval; ``desde``, ``hasta``. Raises Faulty."""
    fields = Fields(form)
    week = [_hours(fields, weekday) for weekday in range(7)]
    days = _days(fields, today)
    fields.check()
    return week, days


def _hours(fields: Fields, weekday: int) -> list[Interval[int]]:
    found: list[Interval[int]] = []
    for number in range(MAX_INTERVALS):
        opens, closes = (f"{word}-{weekday}-{number}" for word in ("abre", "cierra"))
        if not (fields.text(opens) or fields.text(closes)):
            continue
        start, end = fields.parsed(opens, parsing.minute), fields.parsed(closes, parsing.minute)
        if start is None or end is None:
            continue
        if end <= start:
            fields.faults[closes] = HoursReversed()
        elif any(Interval(start, end).overlaps(other) for other in found):
            fields.faults[opens] = HoursCrossed()
        else:
            found.append(Interval(start, end))
    return sorted(found)


def parse_windows(form: Typed, lines: Collection[str], today: date) -> DeskEntry:
    """Windows and grid step of a line from a date on. Raises Faulty."""
    fields = Fields(form)
    line = fields.parsed("linea", parsing.one_of(lines))
    windows = fields.parsed("ventanillas", parsing.whole_number(0, MAX_WINDOWS))
    step = fields.parsed("minutos", parsing.whole_number(5, 240))
    first = fields.parsed("desde", lambda text: _to_come(text, today))
    fields.check()
    assert line is not None and windows is not None and step is not None and first is not None
    return DeskEntry(line, windows, step, first, NOWHERE)


@dataclass(frozen=True)
class Special:
    """The number of a line's windows on each day of a range; None restores the usual number."""

    line: str
    days: tuple[date, ...]
    windows: int | None


def parse_special(form: Typed, lines: Collection[str], today: date) -> Special:
    """``linea``, ``desde``, ``hasta`` (empty: that day alone), ``ventanillas`` (empty: as usual). Raises Faulty."""
    fields = Fields(form)
    line = fields.parsed("linea", parsing.one_of(lines))
    windows = fields.parsed("ventanillas", lambda text: parsing.whole_number(0, MAX_WINDOWS)(text) if text else None)
    days = _days(fields, today)
    length = ((days.last or days.first) - days.first).days + 1
    if length > _MAX_DAYS:
        fields.faults["hasta"] = DaysTooMany(most=_MAX_DAYS)
    fields.check()
    assert line is not None
    return Special(line, tuple(days.first + timedelta(days=each) for each in range(length)), windows)


def _days(fields: Fields, today: date) -> Days:
    first = fields.parsed("desde", lambda text: _to_come(text, today))
    last = fields.parsed("hasta", parsing.day_or_none)
    if first and last and last < first:
        fields.faults["hasta"] = DaysReversed()
    return Days(first or today, last)


def _to_come(text: str, today: date) -> date:
    found = parsing.parse_form_day(text)
    if found < today:
        raise DayPassed
    return found
