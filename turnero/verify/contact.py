"""Contact data: e-mail address and Ecuadorian mobile, as typed, stored and compared."""

import re
from dataclasses import dataclass

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from turnero.core.cleaning import clean_email, clean_identifier
from turnero.core.errors import InvalidInput

_COUNTRY = 593
_MOBILE_LABEL = re.compile(r"tel[eé]fono|tel|celular|cel|m[oó]vil|whatsapp|callto|sms", re.IGNORECASE)
_GMAIL = ("gmail.com", "googlemail.com")


class EmailMissing(InvalidInput):
    code = "email_missing"


class EmailInvalid(InvalidInput):
    code = "email_invalid"


class MobileMissing(InvalidInput):
    code = "mobile_missing"


class MobileInvalid(InvalidInput):
    """Not an Ecuadorian mobile number: wrong length, a landline, or of another country."""

    code = "mobile_invalid"


@dataclass(frozen=True)
class Contact:
    """``email`` for sending, ``mailbox`` normalised for limits, ``mobile`` in E.164."""

    email: str
    mailbox: str
    mobile: str


def parse_contact(email_text: str, mobile_text: str) -> Contact:
    """Parse both fields; raises the first error."""
    email = parse_email(email_text)
    return Contact(email, mailbox_key(email), parse_mobile(mobile_text))


def parse_email(text: str) -> str:
    """The address in ASCII, at most 254 characters. Raises ``EmailMissing`` or ``EmailInvalid``."""
    typed = clean_email(text)
    if not typed:
        raise EmailMissing
    try:
        address = validate_email(typed, check_deliverability=False, allow_smtputf8=False, strict=True)
    except EmailNotValidError as error:
        raise EmailInvalid from error
    # The mail library encodes international domains by an older standard, which changes a few of them.
    if address.ascii_email is None:
        raise EmailInvalid
    return address.ascii_email


def mailbox_key(email: str) -> str:
    """One key for all spellings of a mailbox: ignores case, ``+tag``, and Gmail's dots."""
    local, _, domain = email.lower().rpartition("@")
    local = local.partition("+")[0] or local
    if domain in _GMAIL:
        local, domain = local.replace(".", ""), _GMAIL[0]
    return f"{local}@{domain}"


def masked_email(email: str) -> str:
    """For logs: ``a***@gmail.com``."""
    local, _, domain = email.rpartition("@")
    return f"{local[:1]}***@{domain}"


def parse_mobile(text: str) -> str:
    """E.164, from 0…, 593…, +593… or 00593… . Raises ``MobileMissing`` or ``MobileInvalid``."""
    typed = clean_identifier(text, _MOBILE_LABEL)
    if not typed:
        raise MobileMissing
    # The library would convert letters to keypad digits.
    if not re.fullmatch(r"\+?[0-9]+", typed):
        raise MobileInvalid
    try:
        number = phonenumbers.parse(typed, "EC")
    except phonenumbers.NumberParseException as error:
        raise MobileInvalid from error
    mobile = phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE
    if number.country_code != _COUNTRY or not mobile:
        raise MobileInvalid
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def display_mobile(mobile: str) -> str:
    """``+593991234567`` as people read it in Ecuador: ``099 123 4567``."""
    national = "0" + mobile.removeprefix(f"+{_COUNTRY}")
    return f"{national[:3]} {national[3:6]} {national[6:]}"
