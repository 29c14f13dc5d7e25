"""From what was typed of an agency to the edit that would write it, with the sentence that says it."""

from dataclasses import replace
from datetime import date, timedelta

from turnero.administration.agency_forms import Days, Facts, Special
from turnero.administration.changes import Edit
from turnero.agencies import editing
from turnero.agencies.catalogue_entries import DEFAULT_HOURS, AgencyEntry, Catalogue, DeskEntry
from turnero.agencies.catalogue_rows import agency_entry
from turnero.agencies.editing import Week
from turnero.agencies.models import Agency
from turnero.formatting import hours_of_week, long_date

# Over how many days an edit that has no end is told.
_TOLD_DAYS = 30
_FACTS = {"name": "nombre", "kind": "tipo", "canton": "cantón", "address": "dirección"}
KINDS_IN_WORDS = {"agency": "agencia", "mall_point": "punto en centro comercial"}


def catalogue_of(**parts: object) -> Catalogue:
    """A catalogue that says these parts alone."""
    nothing = dict.fromkeys(("provinces", "lines", "procedures", "agencies", "holidays", "decrees"), ())
    return Catalogue(**{"policy": None, **nothing, **parts})  # type: ignore[arg-type]  # the parts are its own


def opened(facts: Facts, today: date) -> Edit:
    entry = AgencyEntry(
        facts.slug,
        facts.name,
        facts.kind,
        facts.province,
        facts.canton,
        facts.address,
        demo=False,
        policy={},
        hours=DEFAULT_HOURS,
        desks=(),
        days=(),
    )
    summary = f"Abre «{facts.name}» en {facts.canton}, de lunes a viernes de 08:00 a 17:00. Le faltan ventanillas."
    return _edit("agency", summary, entry, (today, today + timedelta(days=_TOLD_DAYS - 1)))


def renamed(agency: Agency, facts: Facts, today: date) -> Edit:
    """Other facts of an agency that exists; the sentence says which differ."""
    before = agency_entry(agency)
    values = {name: getattr(facts, name) for name in _FACTS}
    differing = [
        f"{word}, de «{_in_words(name, getattr(before, name))}» a «{_in_words(name, values[name])}»"
        for name, word in _FACTS.items()
        if getattr(before, name) != values[name]
    ]
    summary = f"{agency.name} cambia: {'; '.join(differing)}." if differing else f"{agency.name}: nada cambia."
    return _edit("agency", summary, replace(before, **values), (today, today + timedelta(days=_TOLD_DAYS - 1)))


def _in_words(name: str, value: str) -> str:
    return KINDS_IN_WORDS[value] if name == "kind" else value or "sin dirección"


def week(agency: Agency, hours: Week, days: Days) -> Edit:
    """Other hours from a day on, for good or until another."""
    entry = editing.with_week(agency_entry(agency), hours, days.first, days.last)
    words = "; ".join(hours_of_week(hours)) or "cerrada toda la semana"
    return _edit("hours", f"{agency.name}, {_since(days)}: {words}.", entry, _measured(days))


def windows(agency: Agency, line: str, desk: DeskEntry) -> Edit:
    """Other windows of a line (``line``: its name) from a day on."""
    entry = editing.with_windows(agency_entry(agency), desk)
    days = Days(desk.valid_from, None)
    how = f"{windows_in_words(desk.windows)}, un turno cada {desk.slot_minutes} minutos"
    summary = f"{agency.name}, {line}, {_since(days)}: {how}."
    return _edit("windows", summary, entry, _measured(days))


def special(agency: Agency, line: str, wanted: Special) -> Edit:
    """Another number of windows on some days."""
    entry = editing.with_days(agency_entry(agency), wanted.line, wanted.days, wanted.windows)
    days = Days(wanted.days[0], wanted.days[-1])
    how = "como siempre" if wanted.windows is None else windows_in_words(wanted.windows)
    return _edit("days", f"{agency.name}, {line}, {_since(days)}: {how}.", entry, _measured(days))


def _edit(kind: str, summary: str, entry: AgencyEntry, days: tuple[date, date]) -> Edit:
    return Edit(kind, summary, catalogue_of(agencies=(entry,)), agencies=frozenset({entry.slug}), days=days)


def _measured(days: Days) -> tuple[date, date]:
    return days.first, days.last or days.first + timedelta(days=_TOLD_DAYS - 1)


def _since(days: Days) -> str:
    if days.last is None:
        return f"desde el {long_date(days.first)}"
    if days.last == days.first:
        return f"el {long_date(days.first)}"
    return f"del {long_date(days.first)} al {long_date(days.last)}"


def windows_in_words(number: int) -> str:
    return {0: "sin ventanillas", 1: "1 ventanilla"}.get(number, f"{number} ventanillas")
