"""The code key, from which codes, links, second factors and pseudonyms are derived, and its rotation."""

from flask import current_app

from config import Settings


def code_key() -> str:
    """The present key."""
    return code_keys()[0]


def code_keys() -> tuple[str, ...]:
    """The present key, then earlier ones whose codes and links are still valid."""
    settings: Settings = current_app.config["SETTINGS"]
    return (settings.code_key, *settings.code_key_fallbacks)
