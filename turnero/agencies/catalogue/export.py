"""Exports the catalogue as YAML that loads to the same state. Sorted in Python: equal states give equal texts."""

from pathlib import Path
from typing import Any

from sqlalchemy import select

from turnero.agencies import queries
from turnero.agencies.catalogue.entries import AgencyEntry, DeskEntry, HoursEntry, ProcedureEntry
from turnero.agencies.catalogue.load import SOURCE
from turnero.agencies.catalogue.rows import agency_entry, procedure_entry
from turnero.agencies.catalogue.schema import ALWAYS, WEEKDAYS
from turnero.agencies.catalogue.text import OneLine, as_yaml
from turnero.agencies.models import Agency, Closure, Line, LocalHoliday, Province
from turnero.core.extensions import db
from turnero.core.formatting import clock_time

Entry = dict[str, Any]


def write_files(path: Path) -> list[Path]:
    """Write one file, or one per key if ``path`` is a folder. Returns the files written."""
    parts = exported()
    files = {path / f"{key}.yaml": {key: part} for key, part in parts.items()} if path.is_dir() else {path: parts}
    for file, content in files.items():
        file.write_text(as_yaml(content), encoding="utf-8")
    return list(files)


def exported() -> Entry:
    """The database's catalogue, by the keys of the contract."""
    provinces = sorted(db.session.scalars(select(Province)), key=lambda row: row.code)
    lines = sorted(db.session.scalars(select(Line)), key=lambda row: row.slug)
    agencies = sorted(db.session.scalars(select(Agency)), key=lambda row: (row.province_code, row.slug))
    return {
        "policy": _policy(queries.catalogue_policy()),
        "provinces": [_one_line(code=row.code, name=row.name, capital=row.capital, zone=row.zone) for row in provinces],
        "lines": [_one_line(slug=row.slug, name=row.name) for row in lines],
        "procedures": [_procedure(procedure_entry(row)) for row in queries.procedures()],
        "agencies": [_agency(agency_entry(row)) for row in agencies],
        "holidays": _holidays(),
        "decrees": _decrees(),
    }


def _said(**values: Any) -> Entry:
    """The value, or None if it is the file's default."""
    return {key: value for key, value in values.items() if value is not None}


def _one_line(**values: Any) -> OneLine:
    return OneLine(_said(**values))


def _policy(values: Entry) -> Entry:
    return {key: OneLine(value) if isinstance(value, dict) else value for key, value in sorted(values.items())}


def _procedure(entry: ProcedureEntry) -> Entry:
    return _said(
        slug=entry.slug,
        name=entry.name,
        line=entry.line,
        channel=entry.channel,
        minutes=entry.minutes,
        term_days=entry.term_days,
        sheet=entry.sheet or None,
    )


def _agency(entry: AgencyEntry) -> Entry:
    return _said(
        slug=entry.slug,
        name=entry.name,
        kind=entry.kind,
        province=entry.province,
        canton=entry.canton,
        address=entry.address,
        demo=entry.demo or None,
        policy=_policy(entry.policy) or None,
        hours=[_interval(hours) for hours in entry.hours],
        desks=[_desk(desk) for desk in entry.desks],
        days=[_one_line(date=day.day, line=day.line, windows=day.windows) for day in entry.days] or None,
    )


def _interval(entry: HoursEntry) -> OneLine:
    days = [WEEKDAYS[weekday] for weekday in entry.weekdays]
    dates = {"from": entry.valid_from, "to": entry.valid_to}
    return _one_line(days=days, open=clock_time(entry.opens), close=clock_time(entry.closes), **dates)


def _desk(entry: DeskEntry) -> OneLine:
    since = {"from": None if entry.valid_from == ALWAYS else entry.valid_from}
    return _one_line(line=entry.line, windows=entry.windows, slot_minutes=entry.slot_minutes, **since)


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
    """Decrees loaded from the catalogue; closures made by hand are excluded."""
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
