"""Loads a catalogue into the tables, all or nothing.

Entries are identified by code, slug, or date and place. Named entries are created or changed; others stay as they are.
An agency's hours, windows and special days are replaced completely.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import delete, insert, select

from turnero.agencies.catalogue import reading
from turnero.agencies.catalogue.entries import AgencyEntry, Catalogue, DecreeEntry, ProcedureEntry
from turnero.agencies.catalogue.schema import Known
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
from turnero.core.db import lock, transaction
from turnero.core.extensions import Base, db

SOURCE = "catalogue"

Row = TypeVar("Row", bound=Base)


def loaded() -> Known:
    """Codes and slugs in the database."""
    columns = (Province.code, Line.slug, Procedure.slug, Agency.slug)
    return Known(*(frozenset(db.session.scalars(select(column))) for column in columns))


def load_catalogue_path(path: Path) -> Catalogue:
    """Load a YAML file or a folder of them. Returns the catalogue. Raises ``FileInvalid`` or ``NoCatalogue``."""
    said = reading.read_catalogue(path, loaded())
    load_catalogue(said)
    return said


@transaction
def load_catalogue(said: Catalogue) -> None:
    """Write the catalogue. The sweep later displaces turns that lost their hours."""
    write_catalogue(said)


def write_catalogue(said: Catalogue) -> None:
    """Write the catalogue in the caller's transaction."""
    lock(SOURCE)
    if said.policy is not None:
        _put(CataloguePolicy, {"id": 1}, values=said.policy)
    for province in said.provinces:
        _put(Province, {"code": province.code}, name=province.name, capital=province.capital, zone=province.zone)
    for line in said.lines:
        _put(Line, {"slug": line.slug}, name=line.name)
    lines = dict(db.session.execute(select(Line.slug, Line.id)).all())
    _put_procedures(said.procedures, lines)
    _put_agencies(said.agencies, lines)
    for holiday in said.holidays:
        where = {"province_code": holiday.province, "canton": holiday.canton}
        _put(LocalHoliday, {"day": holiday.day, "name": holiday.name, **where}, confirmed=holiday.confirmed)
    for decree in said.decrees:
        _put_decree(decree)


def reordered(present: Sequence[str], told: Sequence[str]) -> list[str]:
    """The order of a list after a partial reordering: the named part permutes its own places; new items come last."""
    places = [*present, *(slug for slug in told if slug not in present)]
    order = iter(told)
    return [next(order) if slug in told else slug for slug in places]


def _put_procedures(entries: Sequence[ProcedureEntry], lines: dict[str, int]) -> None:
    present = db.session.scalars(select(Procedure.slug).order_by(Procedure.position, Procedure.id)).all()
    positions = {slug: position for position, slug in enumerate(reordered(present, [entry.slug for entry in entries]))}
    for entry in entries:
        _put(
            Procedure,
            {"slug": entry.slug},
            name=entry.name,
            line_id=lines[entry.line],
            channel=entry.channel,
            minutes=entry.minutes,
            term_days=entry.term_days,
            sheet=entry.sheet,
        )
    for procedure in db.session.scalars(select(Procedure)):
        procedure.position = positions[procedure.slug]


def _put_agencies(entries: Sequence[AgencyEntry], lines: dict[str, int]) -> None:
    slugs = [entry.slug for entry in entries]
    desks = db.session.scalars(select(Desk.id).join(Agency).where(Agency.slug.in_(slugs)))
    lock(*(f"desk:{desk_id}" for desk_id in desks))  # prevents taking places while hours change
    for entry in entries:
        agency = _put(
            Agency,
            {"slug": entry.slug},
            name=entry.name,
            kind=entry.kind,
            province_code=entry.province,
            canton=entry.canton,
            address=entry.address,
            demo=entry.demo,
            policy=entry.policy,
        )
        hours = [
            {
                "weekday": weekday,
                "opens": interval.opens,
                "closes": interval.closes,
                "valid_from": interval.valid_from,
                "valid_to": interval.valid_to,
            }
            for interval in entry.hours
            for weekday in interval.weekdays
        ]
        _replace(WeeklyHours, {"agency_id": agency.id}, hours)
        _put_desks(agency.id, entry, lines)


def _put_desks(agency_id: int, entry: AgencyEntry, lines: dict[str, int]) -> None:
    """Write the desks; unnamed ones stay without windows, because turns refer to them."""
    for line in sorted({desk.line for desk in entry.desks}):
        _put(Desk, {"agency_id": agency_id, "line_id": lines[line]})
    for desk in db.session.scalars(select(Desk).where(Desk.agency_id == agency_id)):
        staffing = [
            {"valid_from": told.valid_from, "windows": told.windows, "slot_minutes": told.slot_minutes}
            for told in entry.desks
            if told.line == desk.line.slug
        ]
        days = [{"day": told.day, "windows": told.windows} for told in entry.days if told.line == desk.line.slug]
        _replace(DeskStaffing, {"desk_id": desk.id}, staffing)
        _replace(DeskDay, {"desk_id": desk.id}, days)


def _put_decree(decree: DecreeEntry) -> None:
    midnight = datetime.combine(decree.day, time())
    agency_id = db.session.scalar(select(Agency.id).where(Agency.slug == decree.agency))
    key = {
        "source": SOURCE,
        "kind": "decree",
        "scope": decree.scope,
        "province_code": decree.province or None,
        "canton": decree.canton or None,
        "agency_id": agency_id,
        "starts": midnight,
        "ends": midnight + timedelta(days=1),
    }
    _put(Closure, key, name=decree.name, recoverable=decree.recoverable, basis=decree.basis)


def _put(table: type[Row], key: dict[str, Any], **values: Any) -> Row:
    """Insert or update the row of a key; flushed, so that it has an id."""
    row = db.session.scalar(select(table).filter_by(**key))
    if row is None:
        row = table(**key)
        db.session.add(row)
    for name, value in values.items():
        setattr(row, name, value)
    db.session.flush()
    return row


def _replace(table: type[Base], owner: dict[str, int], rows: list[dict[str, Any]]) -> None:
    """Make these exactly the rows of ``owner``; writes nothing if they are unchanged."""
    columns = [column for column in table.__table__.columns if column.name not in (*owner, "id")]
    present = Counter(map(tuple, db.session.execute(select(*columns).filter_by(**owner))))
    if present == Counter(tuple(row[column.name] for column in columns) for row in rows):
        return
    db.session.execute(delete(table).filter_by(**owner))
    if rows:
        db.session.execute(insert(table), [row | owner for row in rows])
