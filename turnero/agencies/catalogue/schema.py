"""The keys of each thing in the catalogue (CONTRACT §9) and the rules within one agency."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import combinations
from zoneinfo import available_timezones

from yaml import Node

from turnero.agencies.catalogue.entries import (
    DEFAULT_HOURS,
    AgencyEntry,
    DayEntry,
    DecreeEntry,
    DeskEntry,
    HolidayEntry,
    HoursEntry,
    LineEntry,
    ProcedureEntry,
    ProvinceEntry,
)
from turnero.agencies.catalogue.policy import POLICY
from turnero.agencies.catalogue.shapes import (
    Field,
    Report,
    Shape,
    Told,
    Wrong,
    choice,
    clock_minute,
    day,
    flag,
    listed,
    nearest,
    record,
    slug,
    text,
    whole,
)
from turnero.agencies.catalogue.sheet import sheet
from turnero.agencies.catalogue.source import Position

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ALWAYS = date.min  # a desk staffed without a first day
_PROVINCE_CODES = [f"{number:02}" for number in range(1, 25)]
_WINDOWS = whole(0, 200)
_MAX_TURN = 8 * 60


@dataclass(frozen=True, slots=True)
class Known:
    """What may be referred to: codes and slugs of the files being read and of what was loaded before."""

    provinces: frozenset[str] = frozenset()
    lines: frozenset[str] = frozenset()
    procedures: frozenset[str] = frozenset()
    agencies: frozenset[str] = frozenset()


NOTHING = Known()


def province_code(node: Node, report: Report) -> str:
    """The two digits of INEC, between quotes: YAML takes 01 for a number."""
    code = text()(node, report)
    if code not in _PROVINCE_CODES:
        raise Wrong(f'«{code}» no es un código de provincia; va de "01" a "24"')
    return code


def zone(node: Node, report: Report) -> str:
    name = text()(node, report)
    if name not in _zones():
        raise Wrong(f"no existe la zona horaria «{name}»{nearest(name, _zones())}")
    return name


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def reference(word: str, known: Collection[str], shape: Shape[str] = slug) -> Shape[str]:
    """The code or slug of something that exists; ``word`` names its kind ("la línea")."""

    def existing(node: Node, report: Report) -> str:
        name = shape(node, report)
        if name not in known:
            raise Wrong(f"no existe {word} «{name}»{nearest(name, known)}")
        return name

    return existing


def weekday(node: Node, report: Report) -> int:
    return WEEKDAYS.index(choice(*WEEKDAYS)(node, report))


PROVINCE = record(
    ProvinceEntry, Field("code", province_code), Field("name", text()), Field("capital", text()), Field("zone", zone)
)
LINE = record(LineEntry, Field("slug", slug), Field("name", text()))
_HOURS = record(
    HoursEntry,
    Field("days", listed(weekday, least=1), name="weekdays"),
    Field("open", clock_minute, name="opens"),
    Field("close", clock_minute, name="closes"),
    Field("from", day, None, "valid_from"),
    Field("to", day, None, "valid_to"),
    placed=True,
)


def procedure(known: Known) -> Shape[ProcedureEntry]:
    return record(
        ProcedureEntry,
        Field("slug", slug),
        Field("name", text()),
        Field("line", reference("la línea", known.lines)),
        Field("channel", choice("presencial", "virtual", "ambos")),
        Field("minutes", whole(1, _MAX_TURN)),
        Field("term_days", whole(1, 365), None),
        Field("sheet", sheet(reference("el trámite", known.procedures)), {}),
    )


def agency(known: Known) -> Shape[AgencyEntry]:
    line = reference("la línea", known.lines)
    shape = record(
        AgencyEntry,
        Field("slug", slug),
        Field("name", text()),
        Field("kind", choice("agency", "mall_point"), "agency"),
        Field("province", reference("la provincia", known.provinces, province_code)),
        Field("canton", text()),
        Field("address", text(200, empty=True), ""),
        Field("demo", flag, default=False),
        Field("policy", POLICY, {}),
        Field("hours", listed(_HOURS), DEFAULT_HOURS),
        Field("desks", listed(_desk(line)), ()),
        Field("days", listed(_day(line)), ()),
    )

    def consistent(node: Node, report: Report) -> AgencyEntry:
        entry = shape(node, report)
        flaws = list(_flaws(entry))
        for place, flaw in flaws:
            report.add(place, flaw)
        if flaws:
            raise Told
        return entry

    return consistent


def _desk(line: Shape[str]) -> Shape[DeskEntry]:
    return record(
        DeskEntry,
        Field("line", line),
        Field("windows", _WINDOWS),
        Field("slot_minutes", whole(5, 240)),
        Field("from", day, ALWAYS, "valid_from"),
        placed=True,
    )


def _day(line: Shape[str]) -> Shape[DayEntry]:
    return record(
        DayEntry, Field("date", day, name="day"), Field("line", line), Field("windows", _WINDOWS), placed=True
    )


def _flaws(entry: AgencyEntry) -> Iterator[tuple[Position, str]]:
    """What is wrong between the parts of one agency."""
    for first, second in combinations(entry.hours, 2):
        if first.crosses(second):
            yield second.at, f"este horario se cruza con el de la línea {first.at.line}"
    for one, other in combinations(entry.desks, 2):
        if (one.line, one.valid_from) == (other.line, other.valid_from):
            yield other.at, f"la línea «{other.line}» ya tiene sus ventanillas desde esa fecha (línea {one.at.line})"
    for early, late in combinations(entry.days, 2):
        if (early.line, early.day) == (late.line, late.day):
            yield late.at, f"el {late.day} de «{late.line}» ya está en la línea {early.at.line}"
    lines = {desk.line for desk in entry.desks}
    for special in entry.days:
        if special.line not in lines:
            yield special.at, f"esta agencia no tiene ventanillas de «{special.line}» en «desks»"


def holiday(known: Known) -> Shape[HolidayEntry]:
    return record(
        HolidayEntry,
        Field("date", day, name="day"),
        Field("name", text()),
        Field("province", reference("la provincia", known.provinces, province_code)),
        Field("canton", text(), ""),
        Field("confirmed", flag, default=False),
        placed=True,
    )


def decree(known: Known) -> Shape[DecreeEntry]:
    return record(
        DecreeEntry,
        Field("date", day, name="day"),
        Field("name", text()),
        Field("scope", choice("national", "province", "canton", "agency")),
        Field("province", reference("la provincia", known.provinces, province_code), ""),
        Field("canton", text(), ""),
        Field("agency", reference("la agencia", known.agencies), ""),
        Field("recoverable", flag, default=False),
        Field("basis", text(200, empty=True), ""),
        placed=True,
    )
