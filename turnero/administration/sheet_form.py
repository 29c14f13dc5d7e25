"""The public sheet of a trámite as a form: which field is which key of the catalogue, both ways."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from turnero.administration import parsing
from turnero.administration.errors import AddressInvalid, NotOffered, TextLong
from turnero.fields import Fields
from turnero.verify.contact import parse_email

_MOST = 1000
_MOST_LINES = 40
_LONGEST_ADDRESS = 300


@dataclass(frozen=True)
class Part:
    """``field`` of the form, where it is in the sheet, its label, and whether each line is an item of a list."""

    field: str
    path: tuple[str, ...]
    label: str
    lines: bool = False


PARTS = (
    Part("institucion", ("institution",), "De quién es el trámite"),
    Part("descripcion", ("description",), "De qué se trata"),
    Part("publico", ("audience",), "A quién está dirigido", lines=True),
    Part("resultado", ("result",), "Qué obtendrá", lines=True),
    Part("canal_virtual", ("about", "virtual"), "Cómo funciona en línea"),
    Part("canal_presencial", ("about", "presencial"), "Cómo funciona en ventanilla"),
    Part("requisitos_virtual", ("requirements", "virtual"), "Qué necesita en línea", lines=True),
    Part("requisitos_presencial", ("requirements", "presencial"), "Qué necesita en ventanilla", lines=True),
    Part("requisitos_tercero", ("requirements", "third_party"), "Qué más necesita quien va por otra persona"),
    Part("lleve", ("bring",), "Qué llevar el día del turno, en corto", lines=True),
    Part("pasos_virtual", ("steps", "virtual"), "Pasos en línea", lines=True),
    Part("pasos_presencial", ("steps", "presencial"), "Pasos en ventanilla", lines=True),
    Part("nota", ("note",), "Lo que no hay que olvidar"),
    Part("canales", ("channels",), "Canales de atención", lines=True),
    Part("costo", ("cost",), "Costo"),
    Part("atencion", ("hours",), "Dónde y en qué horario"),
    Part("base_legal", ("legal",), "Base legal", lines=True),
    Part("contacto", ("contact", "office"), "Oficina de contacto"),
    Part("contacto_correo", ("contact", "email"), "Correo de contacto"),
    Part("contacto_telefono", ("contact", "phone"), "Teléfono de contacto"),
    Part("enlace", ("online", "url"), "Dirección donde se hace en línea"),
    Part("enlace_texto", ("online", "label"), "Texto de ese enlace"),
    Part("siguientes", ("follow_ups",), "Trámites que pueden venir después (su dirección web)", lines=True),
    Part("dudas", ("remarks",), "Lo que la ficha publicada deja en duda", lines=True),
)
# One of the pair alone would not do.
_NEEDED_BY = {
    "contacto": ("contacto_correo", "contacto_telefono"),
    "enlace": ("enlace_texto",),
    "enlace_texto": ("enlace",),
}


def typed(sheet: Mapping[str, Any]) -> dict[str, str]:
    """A sheet as the form's fields hold it."""
    found: dict[str, str] = {}
    for part in PARTS:
        value: Any = sheet
        for key in part.path:
            value = value.get(key, "") if isinstance(value, Mapping) else ""
        found[part.field] = "\n".join(value) if isinstance(value, list) else value
    return found


def read(fields: Fields, procedures: Collection[str]) -> dict[str, Any]:
    """The sheet that was typed, without what was left empty; faults go to ``fields``."""
    sheet: dict[str, Any] = {}
    for part in PARTS:
        value = fields.parsed(part.field, _lines if part.lines else _parser(part.field))
        if not value and not any(fields.text(other) for other in _NEEDED_BY.get(part.field, ())):
            continue
        if not value:
            fields.parsed(part.field, parsing.words())  # tells that it is missing, unless it was wrong
        inner = sheet
        for key in part.path[:-1]:
            inner = inner.setdefault(key, {})
        inner[part.path[-1]] = value
    unknown = set(sheet.get("follow_ups", ())) - set(procedures)
    if unknown:
        fields.faults["siguientes"] = NotOffered()
    return sheet


def _parser(field: str) -> Any:
    return {"contacto_correo": _email, "enlace": _address}.get(field, parsing.words(_MOST, least=0))


def _lines(text: str) -> list[str]:
    rows = [row for row in text.splitlines() if row.strip()]
    if len(rows) > _MOST_LINES:
        raise TextLong(most=_MOST_LINES * _MOST)
    return [parsing.words(_MOST)(row) for row in rows]


def _email(text: str) -> str:
    return parse_email(text) if text else ""


def _address(text: str) -> str:
    if text and (not text.startswith("https://") or " " in text or len(text) > _LONGEST_ADDRESS):
        raise AddressInvalid
    return text
