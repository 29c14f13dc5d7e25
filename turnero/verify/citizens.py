"""Loads the local citizen registry from a CSV file, all or nothing; citizens not in the file stay."""

import csv
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

from sqlalchemy import select

from turnero.core import clock
from turnero.core.cleaning import clean_name
from turnero.core.db import lock, transaction
from turnero.core.errors import InvalidInput
from turnero.core.extensions import db
from turnero.core.messages import text_of
from turnero.core.problems import FileInvalid, Problem
from turnero.verify import cedula
from turnero.verify.contact import parse_email, parse_mobile
from turnero.verify.models import Citizen
from turnero.verify.registry import Person

HEADER = ("cedula", "nombres", "apellidos", "nacimiento", "correo", "celular")
_OPTIONAL = ("nacimiento", "correo", "celular")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_OLDEST = date(1900, 1, 1)
_BATCH = 1000


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the file, its columns in the order of ``HEADER``."""

    file: str
    number: int
    columns: tuple[str, ...]

    def problem(self, text: str) -> Problem:
        return Problem(self.file, self.number, text)


class NameInvalid(InvalidInput):
    """Empty or too long."""

    code = "name_invalid"


class BirthInvalid(InvalidInput):
    """Not a date, before 1900 or still to come."""

    code = "birth_invalid"


def load_citizens_path(path: Path) -> int:
    """Load a CSV file. Returns its number of citizens. Raises ``FileInvalid``."""
    found = parse_people(read_lines(path), clock.now().date())
    load_citizens(found)
    return len(found)


def read_lines(path: Path) -> list[Line]:
    """The lines of a CSV file (UTF-8, with or without byte order mark) under its header. Raises ``FileInvalid``."""
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        number = content.count(b"\n", 0, error.start) + 1
        raise FileInvalid([Problem(str(path), number, "el archivo no está en UTF-8")]) from error
    header, *rest = _split(str(path), text) or [Line(str(path), 1, ())]
    titles = [title.strip().lower() for title in header.columns]
    if sorted(titles) != sorted(HEADER):
        raise FileInvalid([header.problem(f"la primera línea debe ser «{','.join(HEADER)}», separada por comas")])
    if uneven := [line for line in rest if len(line.columns) != len(HEADER)]:
        raise FileInvalid(
            line.problem(f"hay {len(line.columns)} columnas y deben ser {len(HEADER)}") for line in uneven
        )
    order = [titles.index(title) for title in HEADER]
    return [replace(line, columns=tuple(line.columns[at] for at in order)) for line in rest]


def parse_people(lines: Iterable[Line], today: date) -> list[Person]:
    """The people of the lines. Raises ``FileInvalid`` with every problem found."""
    problems: list[Problem] = []
    found: dict[str, Person] = {}
    first: dict[str, Line] = {}
    for line in lines:
        values, flaws = _read(line, today)
        number = values[0]
        if number and first.setdefault(number, line) is not line:
            flaws.append(f"la cédula ya está en la línea {first[number].number}")
        if flaws:
            problems += map(line.problem, flaws)
        else:
            found[number] = Person(*values)
    if problems:
        raise FileInvalid(problems)
    return list(found.values())


@transaction
def load_citizens(people: Sequence[Person]) -> None:
    """Insert or update the people."""
    lock("citizens")
    for start in range(0, len(people), _BATCH):
        batch = people[start : start + _BATCH]
        known = select(Citizen).where(Citizen.cedula.in_([person.cedula for person in batch]))
        citizens = {citizen.cedula: citizen for citizen in db.session.scalars(known)}
        for person in batch:
            citizen = citizens.get(person.cedula) or Citizen(cedula=person.cedula)
            citizen.names, citizen.surnames, citizen.born = person.names, person.surnames, person.born
            citizen.email, citizen.mobile = person.email, person.mobile
            db.session.add(citizen)
        db.session.flush()
        db.session.expunge_all()  # a registry may have millions


def _split(file: str, text: str) -> list[Line]:
    """Non-blank lines. Quoted text may span lines; the line number is the first one."""
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    found = []
    number = 1
    try:
        for columns in reader:
            found.append(Line(file, number, tuple(columns)))
            number = reader.line_num + 1
    except csv.Error as error:
        raise FileInvalid([Problem(file, number, "las comillas no están bien puestas")]) from error
    return [line for line in found if line.columns]


def _read(line: Line, today: date) -> tuple[list[Any], list[str]]:
    """Values in column order (None if empty or wrong), and the problems."""
    parsers: tuple[Callable[[str], Any], ...] = (
        cedula.parse,
        _name,
        _name,
        lambda text: _born(text, today),
        parse_email,
        parse_mobile,
    )
    values: list[Any] = [None] * len(HEADER)
    flaws = []
    for at, (title, text, parse) in enumerate(zip(HEADER, line.columns, parsers, strict=True)):
        if title in _OPTIONAL and not text.strip():
            continue
        try:
            values[at] = parse(text)
        except InvalidInput as error:
            flaws.append(f"{title}: {text_of(error)}")
    return values, flaws


def _name(text: str) -> str:
    words = clean_name(text)
    if not 0 < len(words) <= 120:
        raise NameInvalid
    return words


def _born(text: str, today: date) -> date:
    typed = text.strip()
    try:
        day = date.fromisoformat(typed if _DATE.fullmatch(typed) else "")
    except ValueError:
        raise BirthInvalid from None
    if not _OLDEST <= day <= today:
        raise BirthInvalid
    return day
