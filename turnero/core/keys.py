"""The code key: what codes, links, second factors and pseudonyms are made with, and how it changes."""

from flask import current_app

from config import Settings


def code_key() -> str:
    """The key that new things are made with."""
    return code_keys()[0]


def code_keys() -> tuple[str, ...]:
    """That key, then those before it, whose codes and links still count."""
    settings: Settings = current_app.config["SETTINGS"]
    return (settings.code_key, *settings.code_key_fallbacks)
