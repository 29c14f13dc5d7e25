"""The form of a trámite's public sheet: maps fields to catalogue keys both ways."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from turnero.administration.edit import parsing
from turnero.administration.edit.errors import AddressInvalid, ProcedureUnknown, TextLong
from turnero.core.language import gettext_noop
from turnero.verify.contact import parse_email
from turnero.web.fields import Fields

_MAX_CHARACTERS = 1000
_MAX_LINES = 40
_MAX_ADDRESS = 300
_QUOTED_CHARACTERS = 60  # characters of an unknown value


@dataclass(frozen=True)
class Part:
    """A part of the sheet: form field, path in the sheet, label, and whether each line is a list item."""

    field: str
    path: tuple[str, ...]
    label: str
    lines: bool = False


PARTS = (
    Part("institucion", ("institution",), gettext_noop("De quién es el trámite")),
    Part("descripcion", ("description",), gettext_noop("De qué se trata")),
    Part("publico", ("audience",), gettext_noop("A quién está dirigido"), lines=True),
    Part("resultado", ("result",), gettext_noop("Qué obtendrá"), lines=True),
    Part("canal_virtual", ("about", "virtual"), gettext_noop("Cómo funciona en línea")),
    Part("canal_presencial", ("about", "presencial"), gettext_noop("Cómo funciona en ventanilla")),
    Part("requisitos_virtual", ("requirements", "virtual"), gettext_noop("Qué necesita en línea"), lines=True),
    Part(
        "requisitos_presencial", ("requirements", "presencial"), gettext_noop("Qué necesita en ventanilla"), lines=True
    ),
    Part(
        "requisitos_tercero",
        ("requirements", "third_party"),
        gettext_noop("Qué más necesita quien va por otra persona"),
    ),
    Part("lleve", ("bring",), gettext_noop("Qué llevar el día del turno, en corto"), lines=True),
    Part("pasos_virtual", ("steps", "virtual"), gettext_noop("Pasos en línea"), lines=True),
    Part("pasos_presencial", ("steps", "presencial"), gettext_noop("Pasos en ventanilla"), lines=True),
    Part("nota", ("note",), gettext_noop("Lo que no hay que olvidar")),
    Part("canales", ("channels",), gettext_noop("Canales de atención"), lines=True),
    Part("costo", ("cost",), gettext_noop("Costo")),
    Part("atencion", ("hours",), gettext_noop("Dónde y en qué horario")),
    Part("base_legal", ("legal",), gettext_noop("Base legal"), lines=True),
    Part("contacto", ("contact", "office"), gettext_noop("Oficina de contacto")),
    Part("contacto_correo", ("contact", "email"), gettext_noop("Correo de contacto")),
    Part("contacto_telefono", ("contact", "phone"), gettext_noop("Teléfono de contacto")),
    Part("enlace", ("online", "url"), gettext_noop("Dirección donde se hace en línea")),
    Part("enlace_texto", ("online", "label"), gettext_noop("Texto de ese enlace")),
    Part(
        "siguientes", ("follow_ups",), gettext_noop("Trámites que pueden venir después (su dirección web)"), lines=True
    ),
    Part("dudas", ("remarks",), gettext_noop("Lo que la ficha publicada deja en duda"), lines=True),
)
# Both of the pair are required.
_NEEDED_BY = {
    "contacto": ("contacto_correo", "contacto_telefono"),
    "enlace": ("enlace_texto",),
    "enlace_texto": ("enlace",),
}


def typed_sheet(sheet: Mapping[str, Any]) -> dict[str, str]:
    """A sheet as form fields."""
    found: dict[str, str] = {}
    for part in PARTS:
        value: Any = sheet
        for key in part.path:
            value = value.get(key, "") if isinstance(value, Mapping) else ""
        found[part.field] = "\n".join(value) if isinstance(value, list) else value
    return found


def read_sheet(fields: Fields, procedures: Collection[str]) -> dict[str, Any]:
    """The typed sheet without empty parts; errors are kept in ``fields``."""
    sheet: dict[str, Any] = {}
    for part in PARTS:
        value = fields.parsed(part.field, _lines if part.lines else _parser(part.field))
        if not value and not any(fields.text(other) for other in _NEEDED_BY.get(part.field, ())):
            continue
        if not value:
            fields.parsed(part.field, parsing.text_line())  # report as missing unless already wrong
        inner = sheet
        for key in part.path[:-1]:
            inner = inner.setdefault(key, {})
        inner[part.path[-1]] = value
    unknown = [slug for slug in sheet.get("follow_ups", ()) if slug not in procedures]
    if unknown:
        fields.faults["siguientes"] = ProcedureUnknown(slug=unknown[0][:_QUOTED_CHARACTERS])
    return sheet


def _parser(field: str) -> Any:
    return {"contacto_correo": _email, "enlace": _address}.get(field, parsing.text_line(_MAX_CHARACTERS, least=0))


def _lines(text: str) -> list[str]:
    rows = [row for row in text.splitlines() if row.strip()]
    if len(rows) > _MAX_LINES:
        raise TextLong(most=_MAX_LINES * _MAX_CHARACTERS)
    return [parsing.text_line(_MAX_CHARACTERS)(row) for row in rows]


def _email(text: str) -> str:
    return parse_email(text) if text else ""


def _address(text: str) -> str:
    if text and (not text.startswith("https://") or " " in text or len(text) > _MAX_ADDRESS):
        raise AddressInvalid
    return text
