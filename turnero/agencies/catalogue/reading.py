"""Reads and validates the catalogue from a YAML file or a folder of them."""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from yaml import MappingNode, Node, ScalarNode, SequenceNode

from turnero.agencies.catalogue import schema, source
from turnero.agencies.catalogue.entries import Catalogue, DecreeEntry, HolidayEntry
from turnero.agencies.catalogue.policy import POLICY
from turnero.agencies.catalogue.schema import NOTHING, Known
from turnero.agencies.catalogue.shapes import Report, Told, Wrong, entries
from turnero.agencies.catalogue.source import Position
from turnero.core.problems import FileInvalid

# Lists of the catalogue, and the key by which other entries refer to their items.
_NAMED_BY = {"provinces": "code", "lines": "slug", "procedures": "slug", "agencies": "slug"}
_KEYS = ("policy", *_NAMED_BY, "holidays", "decrees")


def read_catalogue(path: Path, loaded: Known = NOTHING) -> Catalogue:
    """The catalogue at ``path``. ``loaded``: existing codes and slugs its files may refer to.

    Raises ``FileInvalid`` with every problem found, or ``NoCatalogue``.
    """
    report = Report()
    nodes = _collected(path, report)
    known = Known(**{key: _names(nodes[key], name, report) | getattr(loaded, key) for key, name in _NAMED_BY.items()})
    catalogue = Catalogue(
        policy=_policy(nodes["policy"], report),
        provinces=report.read_all(schema.PROVINCE, nodes["provinces"]),
        lines=report.read_all(schema.LINE, nodes["lines"]),
        procedures=report.read_all(schema.procedure(known), nodes["procedures"]),
        agencies=report.read_all(schema.agency(known), nodes["agencies"]),
        holidays=report.read_all(schema.holiday(known), nodes["holidays"]),
        decrees=report.read_all(schema.decree(known), nodes["decrees"]),
    )
    _once(catalogue.holidays, report)
    _once(catalogue.decrees, report)
    if report.problems:
        raise FileInvalid(report.problems)
    return catalogue


def _collected(path: Path, report: Report) -> dict[str, list[Node]]:
    """Nodes of all files by key: list items, and every given policy."""
    nodes: dict[str, list[Node]] = defaultdict(list)
    for root in source.read_nodes(path, report.problems):
        try:
            found = entries(root, _KEYS, report)
        except Wrong as wrong:
            report.add(Position.of(root), wrong.text)
            continue
        for key, node in found.items():
            if key == "policy":
                nodes[key].append(node)
            elif isinstance(node, SequenceNode):
                nodes[key].extend(node.value)
            else:
                report.add(Position.of(node), f"«{key}» debe ser una lista: una línea con guion para cada uno")
    return nodes


def _names(nodes: Iterable[Node], named_by: str, report: Report) -> frozenset[str]:
    """Codes or slugs of entries, including invalid ones; reports duplicates."""
    found: dict[str, Position] = {}
    for node in nodes:
        for key, value in node.value if isinstance(node, MappingNode) else ():
            if key.value != named_by or not isinstance(value, ScalarNode):
                continue
            if (first := found.setdefault(value.value, place := Position.of(value))) is not place:
                report.add(place, f"«{value.value}» ya está en {first.file}:{first.line}")
    return frozenset(found)


def _policy(nodes: Iterable[Node], report: Report) -> dict[str, Any] | None:
    merged: dict[str, Any] | None = None
    for node in nodes:
        try:
            values = report.read(POLICY, node)
        except Told:
            continue
        for key in values.keys() & (merged or {}).keys():
            report.add(Position.of(node), f"«{key}» ya está en la política de otro archivo")
        merged = (merged or {}) | values
    return merged


def _once(found: Iterable[HolidayEntry | DecreeEntry], report: Report) -> None:
    first: dict[tuple[Any, ...], Position] = {}
    for entry in found:
        if (said := first.setdefault(entry.key, entry.at)) is not entry.at:
            report.add(entry.at, f"«{entry.name}» del {entry.day} ya está en {said.file}:{said.line}")
