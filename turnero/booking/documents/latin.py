"""Names of any script in letters that a clerk can read and a font can draw. Pure."""

import unicodedata
from collections.abc import Container

from anyascii import anyascii

_OTHER_SCRIPTS = "\u0370"  # below it: ASCII, Latin with its diacritics, marks that combine with them


def latin(text: str, drawable: Container[int]) -> str:
    """``text`` on one line: Latin letters and marks exact, letters of other scripts romanised (王芳: WangFang).

    ``drawable`` are the code points that the font has; what it lacks is romanised too, and what has no sound goes.
    """
    composed = unicodedata.normalize("NFC", text)
    return " ".join("".join(_shown(character, drawable) for character in composed).split())


def _shown(character: str, drawable: Container[int]) -> str:
    category = unicodedata.category(character)
    if category == "Cc":  # line ends and tabs part words; the other controls do no harm as a space
        return " "
    if category[0] != "C" and ord(character) in drawable and _reads_as_latin(character):
        return character
    return anyascii(character)


def _reads_as_latin(character: str) -> bool:
    if character < _OTHER_SCRIPTS or not character.isalpha():
        return True
    return unicodedata.name(character, "").startswith("LATIN ")
