"""Forms of signing in and activating an account."""

from typing import Self
from urllib.parse import urlsplit

from turnero.core.cleaning import clean_email
from turnero.core.errors import InvalidInput
from turnero.core.language import gettext_noop
from turnero.staff import passwords
from turnero.staff.models import Account
from turnero.web.forms import Field, Form, SecretField

_MAX_ADDRESS = 254
_PASSWORD = {"type": "password", "maxlength": passwords.MAX_CHARACTERS}
_TOTP = {"autocomplete": "one-time-code", "inputmode": "numeric", "maxlength": 60}


class StaffEmailMissing(InvalidInput):
    code = "staff_email_missing"


class TotpMissing(InvalidInput):
    code = "totp_missing"


def _address(text: str) -> str:
    """Normalised, not validated: an unknown address is refused like a wrong password."""
    email = clean_email(text).lower()[:_MAX_ADDRESS]
    if not email:
        raise StaffEmailMissing
    return email


def _password(text: str) -> str:
    if not text:
        raise passwords.PasswordMissing
    return text


class SignInForm(Form):
    correo = Field(
        gettext_noop("Correo institucional"),
        _address,
        attributes={
            "type": "email",
            "autocomplete": "username",
            "inputmode": "email",
            "spellcheck": "false",
            "maxlength": 400,
        },
    )
    clave = SecretField(gettext_noop("Clave"), _password, attributes=_PASSWORD | {"autocomplete": "current-password"})
    totp = Field(
        gettext_noop("Código de su aplicación"),
        hint=gettext_noop("Los 6 números. Déjelo vacío si su cuenta no lo usa."),
        attributes=_TOTP,
        width=6,
    )


class ActivationForm(Form):
    """The new password, typed twice, and the second factor's code, if ``account`` has one."""

    clave = SecretField(
        gettext_noop("Clave nueva"),
        hint=gettext_noop("8 caracteres o más; mejor 15. Puede usar espacios y pegarla."),
        attributes=_PASSWORD | {"autocomplete": "new-password"},
    )
    clave2 = SecretField(
        gettext_noop("La misma clave otra vez"), attributes=_PASSWORD | {"autocomplete": "new-password"}
    )
    totp = Field(
        gettext_noop("Código que muestra la aplicación"),
        hint=gettext_noop("Los 6 números de ahora."),
        attributes=_TOTP,
        width=6,
    )

    def parsed_for(self, account: Account) -> Self:
        """Raises Faulty."""
        self.clave.parse = lambda text: passwords.check_password(text, account.email)
        self.clave2.parse = self._repeated
        self.totp.parse = _code if account.totp_nonce is not None else str
        return self.parsed()

    def _repeated(self, text: str) -> str:
        if self.clave.error is None and text != self.clave.typed:
            raise passwords.PasswordsDiffer
        return text


def _code(text: str) -> str:
    if not text:
        raise TotpMissing
    return text


def own_path(address: str | None, otherwise: str) -> str:
    """``address`` if it is a path on this site, else ``otherwise``; prevents open redirects."""
    if not address or not address.startswith("/") or address.startswith(("//", "/\\")):
        return otherwise
    if any(character <= " " or character in "\\\x7f" for character in address):
        return otherwise
    parts = urlsplit(address)
    return otherwise if parts.scheme or parts.netloc else address
