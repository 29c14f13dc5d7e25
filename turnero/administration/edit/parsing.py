"""Field parsers of the administration's forms; each raises an InvalidInput."""

import re
import unicodedata
from collections.abc import Callable, Collection
from datetime import date, datetime

from turnero.administration.edit.errors import (
    DayInvalid,
    HourInvalid,
    MomentInvalid,
    NotOffered,
    NumberInvalid,
    SlugInvalid,
    TextLong,
    TextMissing,
)
from turnero.agencies.terms import parse_date
from turnero.booking.journey.forms import YEARS
from turnero.core.cleaning import clean_line

_CLOCK = re.compile(r"([01]?[0-9]|2[0-4]):([0-5][0-9])")
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_MAX_SLUG = 60
_MIDNIGHT = 24 * 60


def text_line(most: int = 120, *, least: int = 1) -> Callable[[str], str]:
    """One line without invisible characters and repeated spaces."""

    def parse(text: str) -> str:
        line = clean_line(text)
        if len(line) < least:
            raise TextMissing
        if len(line) > most:
            raise TextLong(most=most)
        return line

    return parse


def whole_number(least: int, most: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not (text.isascii() and text.isdecimal() and len(text) <= 6 and least <= int(text) <= most):
            raise NumberInvalid(least=least, most=most)
        return int(text)

    return parse


def one_of(choices: Collection[str]) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in choices:
            raise NotOffered
        return text

    return parse


def parse_form_day(text: str) -> date:
    """A date from the browser's field, or dd/mm/aaaa."""
    found = parse_date(text)
    if found is None or found.year not in YEARS:
        raise DayInvalid
    return found


def day_or_none(text: str) -> date | None:
    return parse_form_day(text) if text else None


def minute(text: str) -> int:
    """A time of day, 00:00 to 24:00, as local minutes."""
    match = _CLOCK.fullmatch(text)
    if match is None or int(match[1]) * 60 + int(match[2]) > _MIDNIGHT:
        raise HourInvalid
    return int(match[1]) * 60 + int(match[2])


def parse_moment(text: str) -> datetime:
    """A local wall time from the browser's field (AAAA-MM-DDTHH:MM), or dd/mm/aaaa HH:MM."""
    for form in ("%Y-%m-%dT%H:%M", "%d/%m/%Y %H:%M"):
        try:
            found = datetime.strptime(text, form)
        except ValueError:
            continue
        if found.year in YEARS:
            return found
    raise MomentInvalid


def parse_slug(text: str) -> str:
    """Lower-case words with hyphens."""
    if len(text) > _MAX_SLUG or not _SLUG.fullmatch(text):
        raise SlugInvalid
    return text


def slug_from(name: str) -> str:
    """The default slug of a name: "Agencia Ñuñoa" gives agencia-nunoa."""
    plain = unicodedata.normalize("NFKD", name.lower()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_MAX_SLUG].strip("-")
