"""Digits as people type them: in groups, with hyphens, from a telephone's keyboard or pasted."""

import unicodedata

_MARKS = set(".()−")


def compact(text: str) -> str:
    """``text`` without the marks that group digits, full-width ones as ASCII. Letters and the rest stay."""
    return "".join(character for character in unicodedata.normalize("NFKC", text) if not _groups(character))


def _groups(character: str) -> bool:
    # Pd: every hyphen and dash; Cf: the invisible marks that come with copied text.
    return character.isspace() or character in _MARKS or unicodedata.category(character) in ("Pd", "Cf")
