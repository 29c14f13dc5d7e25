"""The cédula: ten digits with a check digit. Validity proves neither existence nor ownership."""

import re

from stdnum.ec import ci
from stdnum.exceptions import ValidationError

from turnero.core.cleaning import clean_identifier
from turnero.core.errors import InvalidInput

LENGTH = 10
_LABEL = re.compile(r"(?:c[eé]dula|ci|cc)(?:deidentidad|deciudadan[ií]a)?(?:n[oº°]?)?", re.IGNORECASE)


class InvalidCedula(InvalidInput):
    """Not a cédula: letters, an unknown province, or a wrong check digit."""

    code = "cedula_invalid"


class CedulaMissing(InvalidCedula):
    code = "cedula_missing"


class CedulaLength(InvalidCedula):
    """All digits, but not ten; ``count`` says how many."""

    code = "cedula_length"


def parse(text: str) -> str:
    """Ten ASCII digits, leading zeros kept. Raises ``InvalidCedula`` or one of its kinds.

    The third digit may be 6: such cédulas are issued. Repeated digits are refused here,
    since 2222222222 passes the check digit.
    """
    typed = digits_of(text)
    if not typed:
        raise CedulaMissing
    if typed.isdecimal() and len(typed) != LENGTH:
        raise CedulaLength(count=len(typed))
    try:
        cedula = ci.validate(typed)
    except ValidationError as error:
        raise InvalidCedula from error
    if len(set(cedula)) == 1:
        raise InvalidCedula
    return cedula


def digits_of(text: str) -> str:
    """The typed text without label, grouping and invisible characters; not validated."""
    return clean_identifier(text, _LABEL)


def masked(cedula: str) -> str:
    """For logs: ``17******01``."""
    return f"{cedula[:2]}******{cedula[-2:]}"
