"""Validated entries of the catalogue (CONTRACT §9)."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from turnero.agencies.catalogue.shapes import Wrong
from turnero.agencies.catalogue.source import Position

_LIMITS = {"national": (), "province": ("province",), "canton": ("province", "canton"), "agency": ("agency",)}


@dataclass(frozen=True, slots=True)
class ProvinceEntry:
    code: str
    name: str
    capital: str
    zone: str


@dataclass(frozen=True, slots=True)
class LineEntry:
    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class ProcedureEntry:
    slug: str
    name: str
    line: str
    channel: str
    minutes: int
    term_days: int | None
    sheet: dict[str, Any]


@dataclass(frozen=True, slots=True)
class HoursEntry:
    """Weekly interval in local minutes; weekday 0 is Monday; dates inclusive, None is unbounded."""

    weekdays: tuple[int, ...]
    opens: int
    closes: int
    valid_from: date | None
    valid_to: date | None
    at: Position

    def __post_init__(self) -> None:
        if self.closes <= self.opens:
            raise Wrong("la hora de cierre debe ser posterior a la de apertura", "close")
        if len(set(self.weekdays)) < len(self.weekdays):
            raise Wrong("hay un día repetido", "days")
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise Wrong("la fecha «to» es anterior a «from»", "to")

    def crosses(self, other: "HoursEntry") -> bool:
        """Whether both are in force at some minute."""
        return (
            bool(set(self.weekdays) & set(other.weekdays))
            and max(self.opens, other.opens) < min(self.closes, other.closes)
            and max(self.valid_from or date.min, other.valid_from or date.min)
            <= min(self.valid_to or date.max, other.valid_to or date.max)
        )


@dataclass(frozen=True, slots=True)
class DeskEntry:
    """Windows and grid step of a line from a date; without ``from``, always."""

    line: str
    windows: int
    slot_minutes: int
    valid_from: date
    at: Position


@dataclass(frozen=True, slots=True)
class DayEntry:
    day: date
    line: str
    windows: int
    at: Position


@dataclass(frozen=True, slots=True)
class AgencyEntry:
    slug: str
    name: str
    kind: str
    province: str
    canton: str
    address: str
    demo: bool
    policy: dict[str, Any]
    hours: tuple[HoursEntry, ...]
    desks: tuple[DeskEntry, ...]
    days: tuple[DayEntry, ...]


@dataclass(frozen=True, slots=True)
class HolidayEntry:
    """``day`` is the civic date, which the law may move. ``canton`` is empty for a whole province."""

    day: date
    name: str
    province: str
    canton: str
    confirmed: bool
    at: Position

    @property
    def key(self) -> tuple[Any, ...]:
        return self.day, self.province, self.canton, self.name


@dataclass(frozen=True, slots=True)
class DecreeEntry:
    """A closed day by decree. ``province``, ``canton`` and ``agency`` are empty outside its scope."""

    day: date
    name: str
    scope: str
    province: str
    canton: str
    agency: str
    recoverable: bool
    basis: str
    at: Position

    def __post_init__(self) -> None:
        for key in ("province", "canton", "agency"):
            if bool(getattr(self, key)) != (key in _LIMITS[self.scope]):
                lack = "necesita" if key in _LIMITS[self.scope] else "no lleva"
                raise Wrong(f"un decreto de alcance «{self.scope}» {lack} la clave «{key}»", key)

    @property
    def key(self) -> tuple[Any, ...]:
        return self.day, self.scope, self.province, self.canton, self.agency


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The validated content of the files. ``policy`` None: not in the files."""

    policy: dict[str, Any] | None
    provinces: tuple[ProvinceEntry, ...]
    lines: tuple[LineEntry, ...]
    procedures: tuple[ProcedureEntry, ...]
    agencies: tuple[AgencyEntry, ...]
    holidays: tuple[HolidayEntry, ...]
    decrees: tuple[DecreeEntry, ...]


DEFAULT_HOURS = (HoursEntry((0, 1, 2, 3, 4), 8 * 60, 17 * 60, None, None, Position("", 0)),)
