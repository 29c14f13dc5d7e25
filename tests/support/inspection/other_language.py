"""A pseudo-language: every message of the catalogue in brackets, so that untranslatable text shows."""

import re
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.frontend import CommandLineInterface
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from tests.support import ROOT
from turnero.core import language

LOCALE = "qu"  # Kichwa's dates and numbers come with Babel, its words are not invented here


def extract(folder: Path) -> Catalog:
    """Extract messages as ``make messages`` does."""
    file = folder / "turnero.pot"
    CommandLineInterface().run(  # type: ignore[no-untyped-call]  # Babel's command line has no types
        [
            "pybabel",
            "-q",
            "extract",
            "-F",
            str(ROOT / "pyproject.toml"),
            "-k",
            "gettext_noop",
            "-o",
            str(file),
            str(ROOT),
        ]
    )
    with file.open("rb") as source:
        return read_po(source)


def compile_into(folder: Path) -> Catalog:
    """A catalogue under ``folder`` as translators would leave it; the messages."""
    found = extract(folder)
    spoken = Catalog(locale=LOCALE, domain=language.DOMAIN)
    for message in found:
        texts = [message.id] if isinstance(message.id, str) else list(message.id)
        said = [bracketed(text) for text in texts][: spoken.num_plurals]
        if texts != [""]:  # the head of the catalogue
            spoken.add(message.id, said[0] if isinstance(message.id, str) else tuple(said))
    target = folder / LOCALE / "LC_MESSAGES"
    target.mkdir(parents=True)
    with (target / f"{language.DOMAIN}.mo").open("wb") as compiled:
        write_mo(compiled, spoken)
    return found


def bracketed(text: str) -> str:
    return f"⟦{text}⟧"


def outside(text: str) -> list[str]:
    """The words of a text that stand in no brackets."""
    inner = re.compile(r"⟦[^⟦⟧]*⟧")
    while inner.search(text):
        text = inner.sub(" ", text)
    return re.findall(r"[^\W\d_]{3,}", text)
