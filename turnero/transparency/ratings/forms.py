"""The form that rates a visit."""

from turnero.core.errors import InvalidInput
from turnero.core.language import gettext_noop
from turnero.transparency.complaints.forms import words
from turnero.transparency.ratings.ratings import Said
from turnero.web.forms import Choice, Form, LongField, Option

_MAX_CHARACTERS = 1000


class SatisfactionMissing(InvalidInput):
    code = "satisfaction_missing"


class RatingForm(Form):
    satisfaccion = Choice(
        gettext_noop("Elija una respuesta"),
        [
            Option("5", gettext_noop("Muy bien")),
            Option("4", gettext_noop("Bien")),
            Option("3", gettext_noop("Regular")),
            Option("2", gettext_noop("Mal")),
            Option("1", gettext_noop("Muy mal")),
        ],
        missing=SatisfactionMissing,
    )
    texto = LongField(
        gettext_noop("¿Desea agregar algo? (opcional)"),
        words(_MAX_CHARACTERS),
        hint=gettext_noop("No escriba su cédula ni nombres de personas."),
    )

    def said(self) -> Said:
        """Raises Faulty."""
        self.parsed()
        return Said(int(self.satisfaccion.data), self.texto.data)
