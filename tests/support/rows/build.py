"""Rows for tests. Every argument has a default; each call commits."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any, TypeVar

from turnero.agencies.models import (
    Agency,
    CataloguePolicy,
    Closure,
    Desk,
    DeskDay,
    DeskStaffing,
    Line,
    LocalHoliday,
    Procedure,
    Province,
    WeeklyHours,
)
from turnero.core import clock
from turnero.core.extensions import db
from turnero.verify.models import Citizen

# Local minutes of the day: Monday to Friday 08:00-17:00.
WORKWEEK = ((range(5), 480, 1020),)
EVERY_DAY = ((range(7), 480, 1020),)
LONG_AGO = date(2020, 1, 1)
MAINLAND, GALAPAGOS = "America/Guayaquil", "Pacific/Galapagos"

Hours = Iterable[tuple[Iterable[int], int, int]]  # weekdays (0 = Monday), opening and closing minute
Row = TypeVar("Row", bound=object)
_number = count(1)


def today(zone: str = MAINLAND) -> date:
    """The day that the clock of the tests shows in ``zone``."""
    return clock.local(clock.now(), zone).date()


def next_workday(zone: str = MAINLAND) -> date:
    """The next day after today, Monday to Friday. The tests begin in weeks without holidays (see conftest)."""
    day = today(zone) + timedelta(days=1)
    while day.weekday() > 4:
        day += timedelta(days=1)
    return day


def create_province(code: str = "17", name: str = "", capital: str = "", zone: str = "") -> Province:
    """A province, the same one when asked for again: Pichincha unless told otherwise."""
    known = {"17": ("Pichincha", "Quito"), "09": ("Guayas", "Guayaquil"), "20": ("Galápagos", "San Cristóbal")}
    usual_name, usual_capital = known.get(code, (f"Provincia {code}", f"Capital {code}"))
    found = db.session.get(Province, code)
    return found or _saved(
        Province(
            code=code,
            name=name or usual_name,
            capital=capital or usual_capital,
            zone=zone or (GALAPAGOS if code == "20" else MAINLAND),
        )
    )


def create_line(slug: str = "", name: str = "") -> Line:
    number = next(_number)
    return _saved(Line(slug=slug or f"linea-{number}", name=name or f"Línea {number}"))


def create_procedure(line: Line | None = None, *, minutes: int = 20, **values: Any) -> Procedure:
    number = next(_number)
    values = {"slug": f"tramite-{number}", "name": f"Trámite {number}", "channel": "presencial"} | values
    return _saved(Procedure(line_id=(line or create_line()).id, minutes=minutes, **values))


def create_agency(province: Province | None = None, *, hours: Hours = WORKWEEK, **values: Any) -> Agency:
    """An agency with its weekly hours, in the capital of Pichincha unless told otherwise."""
    number = next(_number)
    province = province or create_province()
    values = {
        "slug": f"agencia-{number}",
        "name": f"Agencia {number}",
        "kind": "agency",
        "canton": province.capital,
        "demo": True,
    } | values
    agency = _saved(Agency(province_code=province.code, **values))
    create_hours(agency, hours)
    return agency


def create_hours(agency: Agency, hours: Hours, *, valid_from: date | None = None, valid_to: date | None = None) -> None:
    agency_id = agency.id
    start_writing()
    db.session.add_all(
        WeeklyHours(
            agency_id=agency_id, weekday=weekday, opens=opens, closes=closes, valid_from=valid_from, valid_to=valid_to
        )
        for weekdays, opens, closes in hours
        for weekday in weekdays
    )
    db.session.commit()


def create_desk(
    line: Line | None = None,
    *,
    agency: Agency | None = None,
    windows: int = 3,
    slot_minutes: int = 20,
    hours: Hours = WORKWEEK,
) -> Desk:
    """The windows of ``line`` at ``agency`` (a new one with ``hours`` unless given), staffed since long ago."""
    agency = agency or create_agency(hours=hours)
    desk = _saved(Desk(agency_id=agency.id, line_id=(line or create_line()).id))
    create_staffing(desk, windows=windows, slot_minutes=slot_minutes)
    return desk


def create_staffing(desk: Desk, *, valid_from: date = LONG_AGO, windows: int = 3, slot_minutes: int = 20) -> None:
    _saved(DeskStaffing(desk_id=desk.id, valid_from=valid_from, windows=windows, slot_minutes=slot_minutes))


def create_desk_day(desk: Desk, day: date, *, windows: int) -> None:
    _saved(DeskDay(desk_id=desk.id, day=day, windows=windows))


def create_local_holiday(day: date, *, province: Province | None = None, **values: Any) -> LocalHoliday:
    """A confirmed civic date of a whole province, or of one ``canton``."""
    values = {"name": "Fiesta local", "confirmed": True} | values
    return _saved(LocalHoliday(day=day, province_code=(province or create_province()).code, **values))


def create_closure(starts: datetime, ends: datetime, **values: Any) -> Closure:
    """A national contingency unless told otherwise; ``starts`` and ``ends`` are local wall time."""
    values = {"kind": "contingency", "scope": "national", "name": "Corte de energía"} | values
    return _saved(Closure(starts=starts, ends=ends, **values))


def create_citizen(cedula: str = "1700000001", **values: Any) -> Citizen:
    values = {"names": "Ana María", "surnames": "Prueba Ficticia"} | values
    return _saved(Citizen(cedula=cedula, **values))


def set_policy(**values: Any) -> None:
    """Replace the catalogue's policy; what is not named takes the contract's default."""
    start_writing()
    row = db.session.get(CataloguePolicy, 1) or CataloguePolicy(id=1)
    row.values = values
    db.session.add(row)
    db.session.commit()


def _saved(row: Row) -> Row:
    start_writing()
    db.session.add(row)
    db.session.commit()
    return row


def start_writing() -> None:
    """Begin a transaction that may write though a server writes beside the test: SQLite lets no old reader do it."""
    db.session.rollback()
    db.session.connection(execution_options={"writes": True})
