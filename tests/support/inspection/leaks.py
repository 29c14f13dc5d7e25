"""Searches for leaks: a person's data in all spellings, codes and access tokens."""

import base64
import binascii
import html
import re
import sqlite3
import subprocess
import zlib
from collections.abc import Iterable
from contextlib import closing, suppress
from email.message import EmailMessage
from urllib.parse import unquote_plus

from flask import Flask

from tests.support.inspection.papers import words_of
from tests.support.inspection.tape import Exchange
from tests.support.scenes.agency_life import Person, Words
from tests.support.servers import postgres

# An instant ends in six digits of its own.
_FRACTION = re.compile(r"(?<=\d\d:\d\d:\d\d)\.\d+")


def database_text(app: Flask) -> str:
    """Every row of every table, as an operator's dump shows it."""
    url = app.config["SETTINGS"].database_url
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            return "\n".join(connection.iterdump())
    programs = postgres.programs()
    assert programs is not None
    plain = url.replace("+psycopg", "")
    done = subprocess.run([programs / "pg_dump", "--data-only", plain], capture_output=True, text=True, check=True)
    return done.stdout


def files_text(app: Flask) -> str:
    """Every byte of the data folder, as text: deleted rows and journals too."""
    folder = app.config["SETTINGS"].data
    return "\n".join(path.read_bytes().decode("latin-1") for path in folder.rglob("*") if path.is_file())


def spellings(person: Person) -> set[str]:
    """All spellings of a person's cédula, addresses and mobile."""
    local = person.mobile.removeprefix("0")
    addresses = {person.email, person.on_file} - {""}
    return {
        person.cedula,
        f"{person.cedula[:2]}-{person.cedula[2:9]}-{person.cedula[9]}",
        f"{person.cedula[:9]}-{person.cedula[9]}",
        *addresses,
        *(address.partition("@")[0] for address in addresses),
        local,
        f"{local[:2]} {local[2:5]} {local[5:]}",
        *([person.mobile_on_file.removeprefix("+593")] if person.mobile_on_file else []),
    }


def names(words: Words) -> set[str]:
    """The names of people, each of them."""
    return {words.names, words.surnames, words.third}


def in_text(needles: Iterable[str], text: str) -> list[str]:
    """The ``needles`` that ``text`` holds in plain, percent-encoded or base64, whatever their case."""
    layers = [layer.casefold() for layer in (text, unquote_plus(text), *_decoded(text))]
    return sorted(needle for needle in needles if any(needle.casefold() in layer for layer in layers))


def codes_in(codes: Iterable[str], text: str) -> list[str]:
    """The ``codes`` that stand in ``text`` as a number of their own."""
    numbers = set(re.findall(r"(?<![0-9A-Za-z])\d{6}(?![0-9A-Za-z])", _FRACTION.sub("", text)))
    return sorted(numbers & set(codes))


def headers_of(mail: EmailMessage) -> str:
    """Every header of a mail and of its parts, the address it goes to aside."""
    return "\n".join(
        f"{name}: {value}" for part in mail.walk() for name, value in part.items() if name.casefold() != "to"
    )


def readable(exchange: Exchange) -> str:
    """The readable text of any answer."""
    return _readable(exchange.content_type, exchange.body)


def readable_mail(mail: EmailMessage) -> str:
    """The same of a mail with its attachments, after all its headers."""
    parts = [part for part in mail.walk() if not part.is_multipart()]
    bodies = [_readable(part.get_content_type(), bytes(part.get_payload(decode=True) or b"")) for part in parts]
    return "\n".join([f"To: {mail['To']}", headers_of(mail), *bodies])


def _readable(content_type: str, body: bytes) -> str:
    if content_type.startswith("application/pdf"):
        return words_of(body)
    text = body.decode("utf-8", "replace")
    if content_type.startswith("text/calendar"):
        return text.replace("\r\n ", "")
    return html.unescape(text) if "html" in content_type else text


def _decoded(text: str) -> Iterable[str]:
    """Decoded base64 in the text, decompressed too."""
    for found in re.findall(r"[\w+/=-]{12,}", text, re.ASCII):
        with suppress(binascii.Error, ValueError):
            raw = base64.b64decode(found.translate(str.maketrans("-_", "+/")) + "===")
            yield raw.decode("latin-1")
            with suppress(zlib.error):
                yield zlib.decompress(raw).decode("latin-1")
