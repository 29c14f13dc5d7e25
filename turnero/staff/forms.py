"""Parsers of the sign-in and activation forms; they raise Faulty with every wrong field."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from turnero.core.cleaning import clean_email
from turnero.core.errors import Faulty, InvalidInput
from turnero.staff import passwords
from turnero.staff.models import Account

Typed = Mapping[str, str]
_MAX_ADDRESS = 254


class StaffEmailMissing(InvalidInput):
    code = "staff_email_missing"


class TotpMissing(InvalidInput):
    code = "totp_missing"


def typed(form: Typed, *fields: str) -> dict[str, str]:
    """Typed fields to show again; never a password."""
    return {field: form.get(field, "").strip() for field in fields}


def parse_sign_in(form: Typed) -> tuple[str, str, str]:
    """Normalised address, password and code. Raises Faulty if address or password is missing."""
    email, password = clean_email(form.get("correo", "")).lower()[:_MAX_ADDRESS], form.get("clave", "")
    faults: dict[str, InvalidInput] = {}
    if not email:
        faults["correo"] = StaffEmailMissing()
    if not password:
        faults["clave"] = passwords.PasswordMissing()
    if faults:
        raise Faulty(**faults)
    return email, password, form.get("totp", "")


def parse_activation(form: Typed, account: Account) -> tuple[str, str]:
    """The new password (typed twice) and the second factor's code, if the account has one. Raises Faulty."""
    password, code = form.get("clave", ""), form.get("totp", "")
    faults: dict[str, InvalidInput] = {}
    try:
        passwords.check_password(password, account.email)
    except InvalidInput as error:
        faults["clave"] = error
    if "clave" not in faults and form.get("clave2", "") != password:
        faults["clave2"] = passwords.PasswordsDiffer()
    if account.totp_nonce is not None and not code.strip():
        faults["totp"] = TotpMissing()
    if faults:
        raise Faulty(**faults)
    return password, code


def own_path(address: str | None, otherwise: str) -> str:
    """``address`` if it is a path on this site, else ``otherwise``; prevents open redirects."""
    if not address or not address.startswith("/") or address.startswith(("//", "/\\")):
        return otherwise
    if any(character <= " " or character in "\\\x7f" for character in address):
        return otherwise
    parts = urlsplit(address)
    return otherwise if parts.scheme or parts.netloc else address
