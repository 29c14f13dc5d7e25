"""From the tables to YAML that loads to the same state. Sorted here, not by the engine: equal states, equal texts."""

from itertools import groupby
from pathlib import Path
from typing import Any

from sqlalchemy import select

from turnero.agencies import queries
from turnero.agencies.catalogue_load import SOURCE
from turnero.agencies.catalogue_schema import ALWAYS, WEEKDAYS
from turnero.agencies.catalogue_text import OneLine, as_yaml
from turnero.agencies.models import (
    Agency,
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
from turnero.extensions import db
from turnero.formatting import clock_time

Entry = dict[str, Any]


def write(path: Path) -> list[Path]:
    """Write one file, or where ``path`` is a folder one for each key. Gives the files written."""
    parts = exported()
    files = {path / f"{key}.yaml": {key: part} for key, part in parts.items()} if path.is_dir() else {path: parts}
    for file, content in files.items():
        file.write_text(as_yaml(content), encoding="utf-8")
    return list(files)


def exported() -> Entry:
    """The catalogue that is in the database, by the keys of the contract."""
    provinces = sorted(db.session.scalars(select(Province)), key=lambda row: row.code)
    lines = sorted(db.session.scalars(select(Line)), key=lambda row: row.slug)
    agencies = sorted(db.session.scalars(select(Agency)), key=lambda row: (row.province_code, row.slug))
    return {
        "policy": _policy(queries.catalogue_policy()),
        "provinces": [_one_line(code=row.code, name=row.name, capital=row.capital, zone=row.zone) for row in provinces],
        "lines": [_one_line(slug=row.slug, name=row.name) for row in lines],
        "procedures": [_procedure(row) for row in queries.procedures()],
        "agencies": [_agency(row) for row in agencies],
        "holidays": _holidays(),
        "decrees": _decrees(),
    }


def _said(**values: Any) -> Entry:
    """What is not the default of the file, for which None stands here."""
    return {key: value for key, value in values.items() if value is not None}


def _one_line(**values: Any) -> OneLine:
    return OneLine(_said(**values))


def _policy(values: Entry) -> Entry:
    return {key: OneLine(value) if isinstance(value, dict) else value for key, value in sorted(values.items())}


def _procedure(row: Procedure) -> Entry:
    return _said(
        slug=row.slug,
        name=row.name,
        line=row.line.slug,
        channel=row.channel,
        minutes=row.minutes,
        term_days=row.term_days,
        sheet=row.sheet or None,
    )


def _agency(row: Agency) -> Entry:
    return _said(
        slug=row.slug,
        name=row.name,
        kind=row.kind,
        province=row.province_code,
        canton=row.canton,
        address=row.address,
        demo=row.demo or None,
        policy=_policy(row.policy) or None,
        hours=_hours(row),
        desks=_desks(row),
        days=_days(row) or None,
    )


def _hours(agency: Agency) -> list[OneLine]:
    """The weekdays that share an interval and its dates are told together."""

    def interval(row: WeeklyHours) -> tuple[Any, ...]:
        return str(row.valid_from or ""), str(row.valid_to or ""), row.opens, row.closes

    rows = db.session.scalars(select(WeeklyHours).where(WeeklyHours.agency_id == agency.id))
    ordered = sorted(rows, key=lambda row: (interval(row), row.weekday))
    return [_interval(list(together)) for _, together in groupby(ordered, interval)]


def _interval(rows: list[WeeklyHours]) -> OneLine:
    one = rows[0]
    dates = {"from": one.valid_from, "to": one.valid_to}
    days = [WEEKDAYS[row.weekday] for row in rows]
    return _one_line(days=days, open=clock_time(one.opens), close=clock_time(one.closes), **dates)


def _desks(agency: Agency) -> list[OneLine]:
    found = select(DeskStaffing, Line.slug).join(Desk, Desk.id == DeskStaffing.desk_id).join(Line)
    rows = db.session.execute(found.where(Desk.agency_id == agency.id))
    return [
        _one_line(
            line=line,
            windows=row.windows,
            slot_minutes=row.slot_minutes,
            **{"from": None if row.valid_from == ALWAYS else row.valid_from},
        )
        for row, line in sorted(rows, key=lambda found: (found[1], found[0].valid_from))
    ]


def _days(agency: Agency) -> list[OneLine]:
    found = select(DeskDay, Line.slug).join(Desk, Desk.id == DeskDay.desk_id).join(Line)
    rows = db.session.execute(found.where(Desk.agency_id == agency.id))
    return [
        _one_line(date=row.day, line=line, windows=row.windows)
        for row, line in sorted(rows, key=lambda found: (found[0].day, found[1]))
    ]


def _holidays() -> list[OneLine]:
    rows = db.session.scalars(select(LocalHoliday))
    return [
        _one_line(
            date=row.day,
            name=row.name,
            province=row.province_code,
            canton=row.canton or None,
            confirmed=row.confirmed,
        )
        for row in sorted(rows, key=lambda row: (row.province_code, row.day, row.canton, row.name))
    ]


def _decrees() -> list[OneLine]:
    """Those that the catalogue brought: what was closed by hand is not of the catalogue."""
    of_catalogue = select(Closure, Agency.slug).outerjoin(Agency, Agency.id == Closure.agency_id)
    rows = db.session.execute(of_catalogue.where(Closure.source == SOURCE, Closure.kind == "decree"))
    decrees = [
        _one_line(
            date=row.starts.date(),
            name=row.name,
            scope=row.scope,
            province=row.province_code,
            canton=row.canton,
            agency=slug,
            recoverable=row.recoverable,
            basis=row.basis or None,
        )
        for row, slug in rows
    ]
    return sorted(decrees, key=lambda decree: (decree["date"], list(map(str, decree.values()))))
