"""The six-digit code: derived from a random nonce when sent and checked, never stored."""

import hashlib
import hmac
import re

from turnero.core.cleaning import clean_identifier
from turnero.core.errors import InvalidInput

DIGITS = 6
_LABEL = re.compile(r"(?:su|el|mi|tu)?c[oó]digo(?:es|deverificaci[oó]n)?(?:es)?", re.IGNORECASE)


class CodeFormat(InvalidInput):
    """Not six digits. Does not count as an attempt."""

    code = "code_format"


def code_of(key: str, nonce: str) -> str:
    """The code of ``nonce`` under the secret ``key``: six digits, leading zeros kept."""
    digest = hmac.digest(key.encode(), nonce.encode(), hashlib.sha256)
    # With all 256 bits the bias of the remainder is negligible.
    return str(int.from_bytes(digest) % 10**DIGITS).zfill(DIGITS)


def clean(text: str) -> str:
    """Six ASCII digits, however they were grouped. Raises ``CodeFormat``."""
    typed = clean_identifier(text, _LABEL)
    if not re.fullmatch(rf"[0-9]{{{DIGITS}}}", typed):
        raise CodeFormat
    return typed


def matches(key: str, nonce: str, typed: str) -> bool:
    """Whether ``typed`` (cleaned) is the code of ``nonce``, compared in constant time."""
    return hmac.compare_digest(code_of(key, nonce), typed)
