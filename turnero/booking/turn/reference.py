"""The reference of a turn: seven characters that can be spoken, typed and scanned; it opens nothing personal.

It begins with a letter and ends in a check character. The alphabet has 23 characters, a prime: no vowels,
and none of 0 1 B G I L O Q S Z, which are taken for one another.
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
    """Which sixteenth of all references is given out now. Only who knows ``salt`` can tell to which one belongs."""

    number: int
    salt: str

    def has(self, body: str) -> bool:
        """Whether a reference with this ``body`` (all but its check character) may be given in this era."""
        digest = hmac.digest(self.salt.encode(), body.encode(), "sha256")
        return digest[0] % ERAS == self.number % ERAS


def new_reference(era: Era) -> str:
    """A random reference of the era, one of six million; the database's constraint makes it unique.

    A restored database cannot know what was given after its backup; in another era that never comes again.
    """
    while True:
        body = secrets.choice(LETTERS) + "".join(secrets.choice(ALPHABET) for _ in range(LENGTH - 2))
        if era.has(body):
            return body + check_character(body)


def check_character(body: str) -> str:
    """The character that makes the weighted sum zero modulo 23: finds any one wrong and any two swapped characters."""
    total = sum(ALPHABET.index(character) * weight for weight, character in enumerate(body, start=2))
    return ALPHABET[-total % len(ALPHABET)]


def parse_reference(typed: str) -> str | None:
    """The reference meant by what a person typed or a scanner read, or None when it cannot be one."""
    cleaned = clean_identifier(typed, _LABEL).replace("'", "").upper()
    if len(cleaned) != LENGTH or any(character not in ALPHABET for character in cleaned):
        return None
    if cleaned[0] not in LETTERS or check_character(cleaned[:-1]) != cleaned[-1]:
        return None
    return cleaned
