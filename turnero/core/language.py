"""Languages: Spanish is the source, others are catalogues in ``turnero/locale`` (docs/languages.md).

Without an application, as in tests of pure rules, texts are Spanish.
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
    """``text`` in the reader's language, with ``%(name)s`` replaced by values (and then ``%%`` by %)."""
    return str(_gettext(text, **values))


def ngettext(one: str, many: str, num: int, **values: object) -> str:
    """The sentence for ``num`` items; ``%(num)s`` is the number unless ``values`` override it."""
    return str(_ngettext(one, many, num, **values))


def gettext_noop(text: str) -> str:
    """Mark a sentence of a table for extraction; ``gettext`` translates it where it is shown."""
    return text


def current_language() -> str:
    """The reader's locale: es_EC"""
    return str(get_locale() or SOURCE)


def tag() -> str:
    """The reader's language tag for pages and mails: es-EC"""
    return current_language().replace("_", "-")


def chosen(asked: Sequence[str], spoken: Sequence[str]) -> str:
    """The best of the ``spoken`` locales for the languages ``asked`` (preferred first), else the source.

    Language matters more than country: es-419 or es-ES before English selects Spanish.
    """
    for wanted in (each.replace("-", "_").lower() for each in asked):
        alike = [locale for locale in spoken if _language(locale) == _language(wanted)]
        if alike:
            return next((locale for locale in alike if locale.lower() == wanted), alike[0])
    return SOURCE


def _language(locale: str) -> str:
    return locale.partition("_")[0].lower()


def languages(folder: Path) -> Sequence[str]:
    """Available locales: the source, and each with a compiled catalogue in ``folder``."""
    return SOURCE, *sorted(path.parts[-3] for path in folder.glob(f"*/LC_MESSAGES/{DOMAIN}.mo"))
