"""The reference of a turn: seven characters to speak, type and scan. It gives no access to personal data.

It begins with a letter and ends in a check character. The alphabet has 23 characters (a prime): no vowels, and none
of 0 1 B G I L O Q S Z, which are easily confused.
"""

import hmac
import re
import secrets
from dataclasses import dataclass

from turnero.core.cleaning import clean_identifier

ALPHABET = "23456789CDFHJKMNPRTVWXY"
LETTERS = ALPHABET[8:]
LENGTH = 7
ERAS = 16
_LABEL = re.compile(
    r"(?:su|la|mi|tu)?(?:referencia|ref)(?:desuturno|delturno)?(?:es)?|(?:su|el|mi)?turno", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Era:
    """One sixteenth of all references. ``salt`` is secret and decides which references belong to an era."""

    number: int
    salt: str

    def has(self, body: str) -> bool:
        """Whether a reference with this ``body`` (all but the check character) belongs to the era."""
        digest = hmac.digest(self.salt.encode(), body.encode(), "sha256")
        return digest[0] % ERAS == self.number % ERAS


def new_reference(era: Era) -> str:
    """A random reference of the era, out of six million; a database constraint guarantees uniqueness.

    A restored database does not know the references given after its backup; a new era excludes them.
    """
    while True:
        body = secrets.choice(LETTERS) + "".join(secrets.choice(ALPHABET) for _ in range(LENGTH - 2))
        if era.has(body):
            return body + check_character(body)


def check_character(body: str) -> str:
    """The character that makes the weighted sum 0 modulo 23; it detects one wrong or two swapped characters."""
    total = sum(ALPHABET.index(character) * weight for weight, character in enumerate(body, start=2))
    return ALPHABET[-total % len(ALPHABET)]


def parse_reference(typed: str) -> str | None:
    """The reference in what a person typed or a scanner read, or None if it is not valid."""
    cleaned = clean_identifier(typed, _LABEL).replace("'", "").upper()
    if len(cleaned) != LENGTH or any(character not in ALPHABET for character in cleaned):
        return None
    if cleaned[0] not in LETTERS or check_character(cleaned[:-1]) != cleaned[-1]:
        return None
    return cleaned
