"""Turns an agency's parsed forms into edits, with a sentence that describes each."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from turnero.administration.agencies import effects
from turnero.administration.agencies.forms import Days, Facts, Special
from turnero.administration.edit.changes import Edit
from turnero.agencies.catalogue import editing
from turnero.agencies.catalogue.editing import Week
from turnero.agencies.catalogue.entries import DEFAULT_HOURS, AgencyEntry, Catalogue, DeskEntry
from turnero.agencies.catalogue.rows import agency_entry
from turnero.agencies.localities import Locality, folded, spelling
from turnero.agencies.models import Agency
from turnero.booking.turn.queries import policy_of
from turnero.core.formatting import long_date
from turnero.core.language import gettext, gettext_noop, ngettext

_FACTS = {
    "name": gettext_noop("nombre"),
    "kind": gettext_noop("tipo"),
    "canton": gettext_noop("cantón"),
    "address": gettext_noop("dirección"),
}
KINDS_IN_WORDS = {"agency": gettext_noop("agencia"), "mall_point": gettext_noop("punto en centro comercial")}


def catalogue_of(**parts: object) -> Catalogue:
    """A catalogue with only these parts."""
    nothing = dict.fromkeys(("provinces", "lines", "procedures", "agencies", "holidays", "decrees"), ())
    return Catalogue(**{"policy": None, **nothing, **parts})  # type: ignore[arg-type]  # the parts are its own


def measured(agency: Agency | None, first: date, last: date | None = None) -> tuple[date, date]:
    """The days over which places are counted; without ``last`` up to the booking horizon."""
    return first, last or first + timedelta(days=policy_of(agency).horizon_days - 1)


def opening_edit(facts: Facts, today: date) -> Edit:
    canton = spelling(facts.canton, facts.province)
    entry = AgencyEntry(
        facts.slug,
        facts.name,
        facts.kind,
        facts.province,
        canton,
        facts.address,
        demo=False,
        policy={},
        hours=DEFAULT_HOURS,
        desks=(),
        days=(),
    )
    summary = gettext(
        "Abre «%(agency)s» en %(canton)s, de lunes a viernes de 08:00 a 17:00. Le faltan ventanillas.",
        agency=facts.name,
        canton=canton,
    )
    told = effects.of_canton(Locality(facts.province, canton), facts.slug)
    return _edit("agency", summary, entry, measured(None, today), told=told)


def renamed(agency: Agency, facts: Facts, today: date) -> Edit:
    """The edit of an existing agency's facts; its sentence lists the differences."""
    before = agency_entry(agency)
    facts = replace(facts, canton=spelling(facts.canton, agency.province_code, but=agency.id))
    values = {name: getattr(facts, name) for name in _FACTS}
    differing = [
        difference(gettext(word), _in_words(name, getattr(before, name)), _in_words(name, values[name]))
        for name, word in _FACTS.items()
        if getattr(before, name) != values[name]
    ]
    is_there = folded(before.canton) == folded(facts.canton)
    told = () if is_there else effects.of_canton(Locality(agency.province_code, facts.canton), agency.slug)
    summary = changes_in_words(agency.name, differing)
    return _edit("agency", summary, replace(before, **values), measured(agency, today), told=told)


def difference(what: str, before: object, after: object) -> str:
    """One difference, for ``changes_in_words``."""
    return gettext("%(what)s, de «%(before)s» a «%(after)s»", what=what, before=before, after=after)


def changes_in_words(name: str, differing: Sequence[str]) -> str:
    """The differences of a named item in words."""
    if not differing:
        return gettext("%(name)s: nada cambia.", name=name)
    return gettext("%(name)s cambia: %(differences)s.", name=name, differences="; ".join(differing))


def _in_words(name: str, value: str) -> str:
    return gettext(KINDS_IN_WORDS[value]) if name == "kind" else value or gettext("sin dirección")


def week_edit(agency: Agency, hours: Week, days: Days) -> Edit:
    """The edit of weekly hours from a day on, permanently or until a last day."""
    before = agency_entry(agency)
    entry = editing.with_week(before, hours, days.first, days.last)
    summary = f"{agency.name}, {_since(days)}: {effects.week_in_words(hours)}."
    counted = measured(agency, days.first, days.last)
    return _edit("hours", summary, entry, counted, told=effects.of_hours(before, entry, days))


def windows(agency: Agency, line: str, desk: DeskEntry) -> Edit:
    """The edit of a line's windows (``line``: its name) from a day on."""
    entry = editing.entry_with_windows(agency_entry(agency), desk)
    days = Days(desk.valid_from, None)
    summary = f"{agency.name}, {line}, {_since(days)}: {desk_in_words(desk.windows, desk.slot_minutes)}."
    told = effects.of_windows(entry, desk)
    return _edit("windows", summary, entry, measured(agency, days.first), told=told)


def special(agency: Agency, line: str, wanted: Special) -> Edit:
    """The edit of the number of windows on some days."""
    entry = editing.with_days(agency_entry(agency), wanted.line, wanted.days, wanted.windows)
    days = Days(wanted.days[0], wanted.days[-1])
    how = gettext("como siempre") if wanted.windows is None else windows_in_words(wanted.windows)
    return _edit("days", f"{agency.name}, {line}, {_since(days)}: {how}.", entry, (days.first, wanted.days[-1]))


def _edit(kind: str, summary: str, entry: AgencyEntry, days: tuple[date, date], *, told: tuple[str, ...] = ()) -> Edit:
    said = catalogue_of(agencies=(entry,))
    return Edit(kind, summary, said, agencies=frozenset({entry.slug}), days=days, told=told)


def _since(days: Days) -> str:
    if days.last is None:
        return gettext("desde el %(day)s", day=long_date(days.first))
    if days.last == days.first:
        return gettext("el %(day)s", day=long_date(days.first))
    return gettext("del %(first)s al %(last)s", first=long_date(days.first), last=long_date(days.last))


def desk_in_words(windows: int, slot_minutes: int) -> str:
    """3 ventanillas, un turno cada 20 minutos; sin ventanillas"""
    said = windows_in_words(windows)
    if not windows:
        return said
    return gettext("%(windows)s, un turno cada %(minutes)s minutos", windows=said, minutes=slot_minutes)


def windows_in_words(number: int) -> str:
    return ngettext("%(num)s ventanilla", "%(num)s ventanillas", number) if number else gettext("sin ventanillas")
