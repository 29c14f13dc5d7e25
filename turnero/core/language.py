"""In which language we speak: Spanish is the source, others are catalogues in ``turnero/locale`` (docs/languages.md).

Without an application, as in the rules' own tests, everything is said in Spanish.
"""

from collections.abc import Sequence
from pathlib import Path

from flask_babel import Babel, get_locale
from flask_babel import gettext as _gettext
from flask_babel import ngettext as _ngettext

SOURCE = "es_EC"
DOMAIN = "turnero"
babel = Babel()


def gettext(text: str, **values: object) -> str:
    """``text`` in the language of whoever reads; ``%(name)s`` in it stands for a value, and ``%%`` then for a %."""
    return str(_gettext(text, **values))


def ngettext(one: str, many: str, num: int, **values: object) -> str:
    """The sentence for ``num`` things; ``%(num)s`` is the number unless ``values`` write it otherwise."""
    return str(_ngettext(one, many, num, **values))


def gettext_noop(text: str) -> str:
    """Marks a sentence of a table for the catalogues; ``gettext`` says it where it is shown."""
    return text


def current_language() -> str:
    """The locale of whoever reads: es_EC"""
    return str(get_locale() or SOURCE)


def tag() -> str:
    """The same as pages and mails carry it: es-EC"""
    return current_language().replace("_", "-")


def chosen(asked: Sequence[str], spoken: Sequence[str]) -> str:
    """Of the ``spoken`` locales the one for who reads the languages ``asked``, the dearest first; else the source.

    The country matters less than the language: who asks for es-419 or es-ES before English reads Spanish.
    """
    for wanted in (each.replace("-", "_").lower() for each in asked):
        alike = [locale for locale in spoken if _language(locale) == _language(wanted)]
        if alike:
            return next((locale for locale in alike if locale.lower() == wanted), alike[0])
    return SOURCE


def _language(locale: str) -> str:
    return locale.partition("_")[0].lower()


def languages(folder: Path) -> Sequence[str]:
    """The locales that can be spoken: the source, and each that has a compiled catalogue in ``folder``."""
    return SOURCE, *sorted(path.parts[-3] for path in folder.glob(f"*/LC_MESSAGES/{DOMAIN}.mo"))
