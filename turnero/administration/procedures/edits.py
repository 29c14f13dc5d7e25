"""Turns a trámite's parsed form into an edit."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from turnero.administration.agencies.edits import catalogue_of, changes_in_words, difference
from turnero.administration.edit import parsing
from turnero.administration.edit.changes import Edit
from turnero.administration.edit.errors import NameTaken, SlugTaken, TextMissing
from turnero.administration.procedures import forms
from turnero.agencies.catalogue.entries import LineEntry, ProcedureEntry
from turnero.agencies.catalogue.rows import procedure_entry
from turnero.agencies.models import Procedure
from turnero.core.language import gettext, gettext_noop, ngettext
from turnero.web.fields import Fields

CHANNELS = {
    "presencial": gettext_noop("En ventanilla"),
    "virtual": gettext_noop("En línea, sin turno"),
    "ambos": gettext_noop("En ventanilla y en línea"),
}
_MAX_TURN = 8 * 60
_MAX_TERM = 365
_TOLD_DAYS = 30
Typed = Mapping[str, str]


@dataclass(frozen=True)
class There:
    """Existing names of lines and trámites, by slug."""

    lines: Mapping[str, str]
    procedures: Mapping[str, str]


def typed_procedure_slug(form: Typed) -> str:
    """The slug of a new trámite: as typed, else derived from its name."""
    return form.get("direccion_web", "").strip() or parsing.slug_from(form.get("nombre", "")) or "tramite"


def added(form: Typed, there: There, today: date) -> Edit:
    """The edit that adds a trámite. Raises Faulty."""
    fields = Fields(form)
    fields.parsed("nombre", parsing.text_line())  # first, in the page's order
    slug = fields.parsed("direccion_web", lambda _: parsing.parse_slug(typed_procedure_slug(form)))
    if slug and slug in there.procedures:
        _tell_taken(fields, slug, there.procedures[slug])
    entry, new_line = _entry(fields, slug or "", there)
    summary = ngettext(
        "Agrega el trámite «%(procedure)s», de %(minutes)s minuto, en la línea %(line)s, canal «%(channel)s».",
        "Agrega el trámite «%(procedure)s», de %(minutes)s minutos, en la línea %(line)s, canal «%(channel)s».",
        entry.minutes,
        procedure=entry.name,
        minutes=entry.minutes,
        line=new_line.name if new_line else there.lines[entry.line],
        channel=gettext(CHANNELS[entry.channel]),
    )
    return replace(_edit(summary, entry, new_line, today), lines=frozenset({entry.line}))


def _tell_taken(fields: Fields, slug: str, name: str) -> None:
    """Report a taken slug at the field it came from: the name if the slug was left empty."""
    if not fields.text("direccion_web") and parsing.slug_from(name) == slug:
        fields.faults.setdefault("nombre", NameTaken())
    else:
        fields.faults["direccion_web"] = SlugTaken()


def changed(form: Typed, procedure: Procedure, there: There, today: date) -> Edit:
    """The edit of an existing trámite; its sentence lists the differences. Raises Faulty."""
    entry, new_line = _entry(Fields(form), procedure.slug, there)
    before = procedure_entry(procedure)
    names = dict(there.lines) | ({new_line.slug: new_line.name} if new_line else {})
    said = (
        (gettext("nombre"), before.name, entry.name),
        (gettext("línea"), names[before.line], names[entry.line]),
        (gettext("canal"), gettext(CHANNELS[before.channel]), gettext(CHANNELS[entry.channel])),
        (gettext("minutos"), before.minutes, entry.minutes),
        (gettext("término"), before.term_days or gettext("ninguno"), entry.term_days or gettext("ninguno")),
    )
    differing = [difference(what, old, new) for what, old, new in said if old != new]
    differing += [gettext("su ficha")] * (before.sheet != entry.sheet)
    summary = changes_in_words(procedure.name, differing)
    return replace(_edit(summary, entry, new_line, today), lines=frozenset({before.line, entry.line}))


def _entry(fields: Fields, slug: str, there: There) -> tuple[ProcedureEntry, LineEntry | None]:
    """The typed trámite, and its new line if any (``linea_nueva``: name)."""
    name = fields.parsed("nombre", parsing.text_line())
    new_line: LineEntry | None = None
    line: str | None
    if fields.text("linea_nueva"):
        line_name = fields.parsed("linea_nueva", parsing.text_line(60))
        line = parsing.slug_from(line_name or "")
        if line in there.lines:
            fields.faults["linea_nueva"] = NameTaken()
        elif not line:
            fields.faults.setdefault("linea_nueva", TextMissing())
        new_line = LineEntry(line, line_name or "")
    else:
        line = fields.parsed("linea", parsing.one_of(there.lines))
    channel = fields.parsed("canal", parsing.one_of(CHANNELS))
    minutes = fields.parsed("minutos", parsing.whole_number(1, _MAX_TURN))
    term = fields.parsed("termino", lambda text: parsing.whole_number(1, _MAX_TERM)(text) if text else None)
    sheet = forms.read_sheet(fields, there.procedures)
    fields.check()
    return ProcedureEntry(slug, name or "", line or "", channel or "", minutes or 0, term, sheet), new_line


def _edit(summary: str, entry: ProcedureEntry, line: LineEntry | None, today: date) -> Edit:
    said = catalogue_of(procedures=(entry,), lines=(line,) if line else ())
    told = (gettext("La línea %(line)s es nueva.", line=line.name),) if line else ()
    days = (today, today + timedelta(days=_TOLD_DAYS - 1))
    return Edit("procedure", summary, said, days=days, told=told, procedure=entry.slug)
