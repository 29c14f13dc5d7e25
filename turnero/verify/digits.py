"""Digits as people type them: in groups, with hyphens, from a telephone's keyboard or pasted."""

import unicodedata

_MARKS = set(".()−")
_FULL_WIDTH = {0xFEE0 + ascii_code: ascii_code for ascii_code in range(0x21, 0x7F)}


def compact(text: str) -> str:
    """``text`` without the marks that group digits, full-width ones as ASCII. Letters and the rest stay."""
    return "".join(character for character in text.translate(_FULL_WIDTH) if not _groups(character))


def _groups(character: str) -> bool:
    # Pd: every hyphen and dash; Cf: the invisible marks that come with copied text.
    return character.isspace() or character in _MARKS or unicodedata.category(character) in ("Pd", "Cf")
