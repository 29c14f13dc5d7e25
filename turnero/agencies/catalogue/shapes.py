"""Shapes: what a YAML node must look like and the value it then gives.

A shape is called with a node and the report. It raises ``Wrong`` (nobody was told yet) or ``Told`` (a part of the
node is wrong and the report says so already), so that one reading finds every problem. Scalars are read as they
were written, never as YAML 1.1 takes them: there ``17:00`` is the number 1020 and ``010`` is eight.
"""

import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Any, TypeVar
from unicodedata import category, normalize

from yaml import MappingNode, Node, ScalarNode, SequenceNode

from turnero.agencies.catalogue.source import Position
from turnero.core.problems import Problem

T = TypeVar("T")
Shape = Callable[[Node, "Report"], T]

REQUIRED: Any = object()
_TAG = "tag:yaml.org,2002:"
_SLUG = re.compile(r"(?=.{1,60}$)[a-z0-9]+(-[a-z0-9]+)*")
_CLOCK = re.compile(r"([01][0-9]|2[0-4]):([0-5][0-9])")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WHOLE = re.compile(r"0|[1-9][0-9]{0,8}")
_FIRST_YEAR, _LAST_YEAR = 2000, 2100


class Wrong(Exception):
    """The node is not what it should be; ``text`` says it in Spanish, ``key`` is the part of a record to blame."""

    def __init__(self, text: str, key: str = "") -> None:
        super().__init__(text)
        self.text = text
        self.key = key


class Told(Exception):
    """Something inside is wrong, and the report has it."""


class Report:
    """Collects the problems of one reading."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def add(self, place: Position, text: str) -> None:
        self.problems.append(Problem(place.file, place.line, text))

    def read(self, shape: Shape[T], node: Node, key: str = "") -> T:
        """The value of a node (the one under ``key``). Raises ``Told`` once its problems are in the report."""
        try:
            return shape(node, self)
        except Wrong as wrong:
            self.add(Position.of(node), f"«{key}»: {wrong.text}" if key else wrong.text)
            raise Told from wrong

    def read_all(self, shape: Shape[T], nodes: Iterable[Node]) -> tuple[T, ...]:
        """The values of the nodes that are right; the problems of the others are in the report."""
        values = []
        for node in nodes:
            with suppress(Told):
                values.append(self.read(shape, node))
        return tuple(values)


@dataclass(frozen=True, slots=True)
class Field:
    """One key of a record. Without ``default`` it is required; a null counts as absent."""

    key: str
    shape: Shape[Any]
    default: Any = REQUIRED
    name: str = ""  # of the value, where the key will not do

    @property
    def argument(self) -> str:
        return self.name or self.key


def record(build: Callable[..., T], *fields: Field, placed: bool = False) -> Shape[T]:
    """A mapping with these keys and no others. ``build`` may raise ``Wrong``; ``placed`` gives it its place ``at``."""
    keys = [field.key for field in fields]

    def shape(node: Node, report: Report) -> T:
        values: dict[str, Any] = {"at": Position.of(node)} if placed else {}
        problems = len(report.problems)
        found = entries(node, keys, report)
        for field in fields:
            child = found.get(field.key)
            if child is not None:
                with suppress(Told):
                    values[field.argument] = report.read(field.shape, child, field.key)
            elif field.default is not REQUIRED:
                values[field.argument] = field.default
            else:
                report.add(Position.of(node), f"falta la clave «{field.key}»")
        if len(report.problems) > problems:
            raise Told
        try:
            return build(**values)
        except Wrong as wrong:
            report.add(Position.of(found.get(wrong.key, node)), wrong.text)
            raise Told from wrong

    return shape


def given(**values: Any) -> dict[str, Any]:
    """A record kept as the dictionary that it is in the file, without the keys left out. It can be stored as JSON."""
    said = {key: value for key, value in values.items() if value is not None}
    return {key: list(value) if isinstance(value, tuple) else value for key, value in said.items()}


def optional(**shapes: Shape[Any]) -> tuple[Field, ...]:
    """Fields that ``given`` leaves out when they are absent."""
    return tuple(Field(key, shape, None) for key, shape in shapes.items())


def entries(node: Node, keys: Iterable[str], report: Report) -> dict[str, Node]:
    """The nodes of a mapping by key, nulls left out; unknown and repeated keys go to the report. Raises ``Wrong``."""
    if not isinstance(node, MappingNode):
        raise Wrong(f"aquí van claves con sus valores: {', '.join(keys)}")
    known = list(keys)
    found: dict[str, Node] = {}
    for key_node, value in node.value:
        key, place = str(key_node.value), Position.of(key_node)
        if key not in known:
            report.add(place, f"clave desconocida «{key}»{nearest(key, known)}")
        elif key in found:
            report.add(place, f"la clave «{key}» está repetida")
        else:
            found[key] = value
    return {key: value for key, value in found.items() if not _is(value, "null")}


def listed(item: Shape[T], least: int = 0) -> Shape[tuple[T, ...]]:
    """A list; every wrong item is told, not only the first."""

    def shape(node: Node, report: Report) -> tuple[T, ...]:
        if not isinstance(node, SequenceNode):
            raise Wrong("aquí va una lista: [uno, otro] o una línea con guion para cada uno")
        if len(node.value) < least:
            raise Wrong("la lista está vacía" if least == 1 else f"la lista debe tener al menos {least}")
        items = report.read_all(item, node.value)
        if len(items) < len(node.value):
            raise Told
        return items

    return shape


def text(most: int = 120, *, empty: bool = False) -> Shape[str]:
    """Words in one line, cleaned of stray spaces, at most ``most`` characters."""

    def shape(node: Node, _: Report) -> str:
        if not _is(node, "str"):
            raise Wrong(f"va un texto{_quoted(node)}")
        words = " ".join(normalize("NFC", str(node.value)).split())
        if not (words or empty):
            raise Wrong("el texto está vacío")
        if len(words) > most:
            raise Wrong(f"el texto es muy largo: {len(words)} caracteres de {most}")
        if any(category(character) == "Cc" for character in words):
            raise Wrong("el texto tiene caracteres que no se ven; bórrelos")
        return words

    return shape


def slug(node: Node, _: Report) -> str:
    """Lower-case words with hyphens, at most 60 characters in all."""
    raw = _raw(node)
    if not (_is(node, "str") and _SLUG.fullmatch(raw)):
        raise Wrong(f"«{raw}» no sirve como identificador: use minúsculas sin tilde y guiones, como quito-centro")
    return raw


def clock_time(node: Node, _: Report) -> str:
    """An hour of the day between quotes, "00:00" to "24:00"."""
    raw = _raw(node)
    if not _is(node, "str"):
        raise Wrong(f"la hora va{_quoted(node)}")
    if not _CLOCK.fullmatch(raw) or raw > "24:00":
        raise Wrong(f'«{raw}» no es una hora entre 00:00 y 24:00; escríbala como "08:00"')
    return raw


def clock_minute(node: Node, report: Report) -> int:
    """The same as minutes of the day, 0 to 1440."""
    hours, minutes = clock_time(node, report).split(":")
    return int(hours) * 60 + int(minutes)


def whole(least: int, most: int) -> Shape[int]:
    def shape(node: Node, _: Report) -> int:
        raw = _raw(node)
        if not (_is(node, "int") and _WHOLE.fullmatch(raw) and least <= int(raw) <= most):
            raise Wrong(f"debe ser un número entero entre {least} y {most}, sin comillas")
        return int(raw)

    return shape


def day(node: Node, _: Report) -> date:
    """A date, between quotes or not."""
    raw = _raw(node)
    if not ((_is(node, "timestamp") or _is(node, "str")) and _DATE.fullmatch(raw)):
        raise Wrong(f"«{raw}» no es una fecha; escríbala como 2026-12-24")
    try:
        found = date.fromisoformat(raw)
    except ValueError:
        raise Wrong(f"la fecha {raw} no existe") from None
    if not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        raise Wrong(f"la fecha debe estar entre los años {_FIRST_YEAR} y {_LAST_YEAR}")
    return found


def flag(node: Node, _: Report) -> bool:
    if not (_is(node, "bool") and _raw(node) in ("true", "false")):
        raise Wrong("debe ser true o false")
    return _raw(node) == "true"


def choice(*words: str) -> Shape[str]:
    def shape(node: Node, _: Report) -> str:
        if not (_is(node, "str") and node.value in words):
            raise Wrong(f"«{_raw(node)}» no es una opción; use una de estas: {', '.join(words)}")
        return str(node.value)

    return shape


def nearest(word: str, known: Iterable[str]) -> str:
    """ "; ¿quiso decir «…»?", or nothing when none of ``known`` is near."""
    found = get_close_matches(word, list(known), n=1)
    return f"; ¿quiso decir «{found[0]}»?" if found else ""


def _is(node: Node, kind: str) -> bool:
    return isinstance(node, ScalarNode) and node.tag == _TAG + kind


def _raw(node: Node) -> str:
    return str(node.value) if isinstance(node, ScalarNode) else "…"


def _quoted(node: Node) -> str:
    return f' entre comillas: "{node.value}"' if isinstance(node, ScalarNode) and node.value else " entre comillas"
