"""The form of a complaint, a suggestion or thanks."""

import secrets
from collections.abc import Callable

from turnero.core.cleaning import clean_text
from turnero.core.errors import InvalidInput
from turnero.core.language import gettext_noop
from turnero.transparency.complaints.complaints import Said
from turnero.verify.contact import parse_email
from turnero.web.forms import Choice, Field, Form, LongField, Option, optional

KINDS = {"queja": "complaint", "sugerencia": "suggestion", "felicitacion": "thanks"}
_MAX_CHARACTERS = 4000
_MAX_KEY = 64


class WordsMissing(InvalidInput):
    code = "words_missing"


class WordsLong(InvalidInput):
    """More than ``most`` characters."""

    code = "words_long"


class KindMissing(InvalidInput):
    code = "kind_missing"


def words(most: int, missing: type[InvalidInput] | None = None) -> Callable[[str], str]:
    """A parser of free text of at most ``most`` characters, which may be empty unless ``missing`` is given."""

    def parse(text: str) -> str:
        text = clean_text(text)
        if not text and missing:
            raise missing
        if len(text) > most:
            raise WordsLong(most=most)
        return text

    return parse


class ComplaintForm(Form):
    """``solicitud``: the form's random key, hidden. ``agencia``: a slug, or empty."""

    tipo = Choice(
        gettext_noop("¿Qué desea contarnos?"),
        [
            Option("queja", gettext_noop("Una queja")),
            Option("sugerencia", gettext_noop("Una sugerencia")),
            Option("felicitacion", gettext_noop("Una felicitación")),
        ],
        missing=KindMissing,
    )
    texto = LongField(
        gettext_noop("Cuéntenos qué pasó"),
        words(_MAX_CHARACTERS, missing=WordsMissing),
        hint=gettext_noop("No escriba su cédula ni datos de otras personas."),
        rows=6,
    )
    agencia = Field()
    satisfaccion = Choice(
        gettext_noop("¿Cómo califica la atención? (opcional)"),
        [
            Option("5", gettext_noop("5, muy buena")),
            Option("4", gettext_noop("4, buena")),
            Option("3", gettext_noop("3, regular")),
            Option("2", gettext_noop("2, mala")),
            Option("1", gettext_noop("1, muy mala")),
        ],
    )
    correo = Field(
        gettext_noop("Correo electrónico (opcional)"),
        optional(parse_email),
        hint=gettext_noop("Solo para responderle."),
        attributes={"type": "email", "autocomplete": "email", "maxlength": 400},
    )
    solicitud = Field()

    def said(self) -> Said:
        """Raises Faulty."""
        self.parsed()
        return Said(
            form_key=self.solicitud.data[:_MAX_KEY] or secrets.token_urlsafe(16),
            kind=KINDS[self.tipo.data],
            words=self.texto.data,
            agency=self.agencia.data or None,
            satisfaction=int(self.satisfaccion.data) if self.satisfaccion.data else None,
            email=self.correo.data,
        )
