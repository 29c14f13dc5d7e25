"""Romanises names so that clerks can read them and the font can draw them. Pure."""

import unicodedata
from collections.abc import Container

from anyascii import anyascii

_OTHER_SCRIPTS = "\u0370"  # code points below: ASCII, Latin with diacritics, combining marks


def latin(text: str, drawable: Container[int]) -> str:
    """``text`` on one line: Latin letters and marks exact, letters of other scripts romanised (王芳: WangFang).

    ``drawable``: the font's code points. Others are romanised, or removed if they have no reading.
    """
    composed = unicodedata.normalize("NFC", text)
    return " ".join("".join(_shown(character, drawable) for character in composed).split())


def _shown(character: str, drawable: Container[int]) -> str:
    category = unicodedata.category(character)
    if category == "Cc":  # line ends and tabs separate words; a space is safe for other controls
        return " "
    if category[0] != "C" and ord(character) in drawable and _reads_as_latin(character):
        return character
    return anyascii(character)


def _reads_as_latin(character: str) -> bool:
    if character < _OTHER_SCRIPTS or not character.isalpha():
        return True
    return unicodedata.name(character, "").startswith("LATIN ")
