"""The Spanish text of every error code (register: usted). A test proves that none is missing.

Texts are format strings over the error's data; what happened first, then what to do.
"""

from turnero.errors import TurneroError

TEXTS: dict[str, str] = {
    "not_found": "No encontramos lo que busca.",
    # verify
    # agencies
    # booking
}


def text_of(error: TurneroError) -> str:
    """The sentence for a person. Raises KeyError for a code without text."""
    return TEXTS[error.code].format(**error.data)
