"""Forms of the citizen's pages: cédula, contact, code, details, and the link mailed again."""

from turnero.booking.journey.forms import parse_name, parse_typed_reference
from turnero.booking.journey.steps import Details
from turnero.core.language import gettext_noop
from turnero.verify import cedula
from turnero.verify.contact import Contact, mailbox_key, parse_email, parse_mobile
from turnero.web.forms import Choice, Field, Form, Option, ignored

# Far more than a cédula, mobile, code or reference has: what was pasted around them is removed, never cut off.
_ANY_PASTE = 60
_DIGITS = {"inputmode": "numeric", "autocomplete": "off", "maxlength": _ANY_PASTE}
_NAME = {"autocomplete": "off", "maxlength": 400}


class CedulaForm(Form):
    cedula = Field(
        gettext_noop("Número de cédula"),
        cedula.parse,
        hint=gettext_noop("Los 10 dígitos, con o sin guion. Por ejemplo: 1700000001"),
        attributes=_DIGITS,
        width=10,
    )


class ContactForm(Form):
    correo = Field(
        gettext_noop("Correo electrónico"),
        parse_email,
        hint=gettext_noop("Le enviaremos un código a este correo. Debe poder abrirlo ahora."),
        attributes={"type": "email", "autocomplete": "email", "spellcheck": "false", "maxlength": 400},
    )
    celular = Field(
        gettext_noop("Número de celular"),
        parse_mobile,
        hint=gettext_noop("Solo para avisarle si su turno cambia. Por ejemplo: 0991234567"),
        attributes={"type": "tel", "inputmode": "tel", "autocomplete": "tel", "maxlength": _ANY_PASTE},
        width=10,
    )

    def contact(self) -> Contact:
        """Raises Faulty."""
        self.parsed()
        return Contact(self.correo.data, mailbox_key(self.correo.data), self.celular.data)


class CodeForm(Form):
    """The code is judged by the journey, which counts the attempt; the hint depends on its age."""

    codigo = Field(
        gettext_noop("Código de verificación"),
        attributes={"inputmode": "numeric", "autocomplete": "one-time-code", "maxlength": _ANY_PASTE},
        width=6,
    )


class DetailsForm(Form):
    para = Choice(
        gettext_noop("Quién acudirá"),
        [
            Option(
                "titular",
                gettext_noop("El titular"),
                gettext_noop("La persona de la cédula con la que pide el turno."),
            ),
            Option(
                "tercero", gettext_noop("Otra persona, autorizada"), gettext_noop("El turno sigue siendo del titular.")
            ),
        ],
    )
    tercero_cedula = Field(
        gettext_noop("Número de cédula de quien viene"),
        cedula.parse,
        hint=gettext_noop("Los 10 dígitos. Llene esto solo si viene otra persona."),
        attributes=_DIGITS,
        width=10,
    )
    tercero_nombre = Field(gettext_noop("Nombre de quien viene"), parse_name, attributes=_NAME)
    prioridad = Choice(
        gettext_noop("Requiero atención prioritaria"),
        [Option("no", gettext_noop("No")), Option("si", gettext_noop("Sí"))],
        hint=gettext_noop("No le pedimos ni guardamos el motivo. Se comprueba en la ventanilla."),
    )

    def details(self) -> Details:
        """The third party's fields count only where they are shown. Raises Faulty."""
        if self.para.typed != "tercero":
            self.tercero_cedula.parse = self.tercero_nombre.parse = ignored
        self.parsed()
        return Details(self.tercero_cedula.data, self.tercero_nombre.data, self.prioridad.data == "si")


class LinkForm(Form):
    """Reference and cédula, whether such a turn exists or not."""

    referencia = Field(
        gettext_noop("Referencia del turno"),
        parse_typed_reference,
        hint=gettext_noop("Las 7 letras y números de su confirmación, con o sin espacios."),
        attributes={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "maxlength": 80},
        width=10,
    )
    cedula = Field(
        gettext_noop("Cédula del titular"),
        cedula.parse,
        hint=gettext_noop("Los 10 dígitos, con o sin guion."),
        attributes=_DIGITS,
        width=10,
    )
