"""Removes from typed and pasted text what was never meant as part of the value.

People copy out of mails, chats and PDF files, which add marks that nobody sees, labels and brackets. Every parser of a
field cleans first and judges afterwards, so that nobody is refused for a character that is not on the screen.
"""

import re
from unicodedata import normalize

import regex

# Full-width forms (U+FF01 to U+FF5E) repeat ASCII 0x21 to 0x7E. Other digits stay as they are.
_FULL_WIDTH = {ascii_code + 0xFEE0: ascii_code for ascii_code in range(0x21, 0x7F)}
# Invisible by definition (UAX #44), the object replacement character, and what no font draws.
_UNSEEN = regex.compile(r"[\p{Default_Ignorable_Code_Point}\uFFFC\p{Cn}\p{Co}\p{Cs}]|[\p{Cc}--[\t\n\r]]", regex.V1)
_PICTOGRAPH = regex.compile(r"[\p{Extended_Pictographic}\p{So}\p{Emoji_Modifier}\p{Me}]")
_GROUPING = regex.compile(r"[\s\p{Z}\p{Pd}\u2212.()]")
# Leading `_`, `*` and the like stay: an address may begin with them.
_OPENING = regex.compile(r"\A[\p{Pi}\p{Pf}\p{Ps}\p{Pe}\"'`<>]+")
# Searched from the end: forwards, a long run of quotes inside the text would take time by its square.
_CLOSING = regex.compile(r"(?r)[\p{Po}\p{Pi}\p{Pf}\p{Ps}\p{Pe}`_<>]+\Z")
_MAILTO = re.compile(r"^mailto:(?://)?([^?]*)(?:\?.*)?$", re.IGNORECASE)


def visible(text: str) -> str:
    """``text`` in NFC without invisible and undrawable characters; spaces, tabs and line breaks stay."""
    return normalize("NFC", _UNSEEN.sub("", text))


def clean_identifier(text: str, label: re.Pattern[str] | None = None) -> str:
    """A number or code without spaces, dashes, dots, brackets, surrounding punctuation, and without its ``label``.

    ``label`` is matched at the beginning of the compacted text: "C.I. 171…" is "CI171…" by then.
    """
    compact = _unwrapped(_GROUPING.sub("", visible(text).translate(_FULL_WIDTH)))
    if label and (found := label.match(compact)):
        compact = compact[found.end() :].lstrip(":=/")
    return _unwrapped(compact.lstrip("#º°"))


def clean_email(text: str) -> str:
    """The address in ``text``: without spaces, a person's name around ``<…>``, ``mailto:`` or closing punctuation."""
    typed = visible(text).translate(_FULL_WIDTH)
    before, _, after = typed.rpartition("<")
    bracketed, closed, _ = after.partition(">")
    if closed and "@" in bracketed and "@" not in before:
        typed = bracketed
    compact = _unwrapped(regex.sub(r"[\s\p{Z}]", "", typed))
    return _unwrapped(_MAILTO.sub(r"\1", compact))


def clean_name(text: str) -> str:
    """A name in one line, without pictographs; empty where neither a letter nor a digit is left."""
    line = clean_line(_PICTOGRAPH.sub("", text))
    return line if any(character.isalnum() for character in line) else ""


def clean_line(text: str) -> str:
    """``text`` in one line with single spaces."""
    return " ".join(visible(text).split())


def clean_text(text: str) -> str:
    """Free text: line breaks, tabs and emoji stay as typed."""
    return visible(text).strip()


def _unwrapped(text: str) -> str:
    return _CLOSING.sub("", _OPENING.sub("", text))
