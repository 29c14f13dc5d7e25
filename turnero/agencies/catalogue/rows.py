"""Converts table rows back to catalogue entries."""

from itertools import groupby
from typing import Any

from sqlalchemy import select

from turnero.agencies.catalogue.editing import NOWHERE
from turnero.agencies.catalogue.entries import AgencyEntry, DayEntry, DeskEntry, HoursEntry, ProcedureEntry
from turnero.agencies.models import Agency, Desk, DeskDay, DeskStaffing, Line, Procedure, WeeklyHours
from turnero.core.extensions import db


def procedure_entry(row: Procedure) -> ProcedureEntry:
    return ProcedureEntry(row.slug, row.name, row.line.slug, row.channel, row.minutes, row.term_days, row.sheet)


def agency_entry(row: Agency) -> AgencyEntry:
    """An agency's entry, sorted in Python so that equal states give equal entries."""
    return AgencyEntry(
        row.slug,
        row.name,
        row.kind,
        row.province_code,
        row.canton,
        row.address,
        row.demo,
        row.policy,
        _hours(row.id),
        _desks(row.id),
        _days(row.id),
    )


def _hours(agency_id: int) -> tuple[HoursEntry, ...]:
    """Weekly hours, grouping weekdays with the same interval and dates."""

    def interval(row: WeeklyHours) -> tuple[Any, ...]:
        return str(row.valid_from or ""), str(row.valid_to or ""), row.opens, row.closes

    rows = db.session.scalars(select(WeeklyHours).where(WeeklyHours.agency_id == agency_id))
    ordered = sorted(rows, key=lambda row: (interval(row), row.weekday))
    return tuple(_together(list(rows)) for _, rows in groupby(ordered, interval))


def _together(rows: list[WeeklyHours]) -> HoursEntry:
    one = rows[0]
    weekdays = tuple(row.weekday for row in rows)
    return HoursEntry(weekdays, one.opens, one.closes, one.valid_from, one.valid_to, NOWHERE)


def _desks(agency_id: int) -> tuple[DeskEntry, ...]:
    found = select(Line.slug, DeskStaffing).select_from(DeskStaffing).join(Desk, Desk.id == DeskStaffing.desk_id)
    rows = db.session.execute(found.join(Line, Line.id == Desk.line_id).where(Desk.agency_id == agency_id))
    entries = (DeskEntry(line, row.windows, row.slot_minutes, row.valid_from, NOWHERE) for line, row in rows)
    return tuple(sorted(entries, key=lambda entry: (entry.line, entry.valid_from)))


def _days(agency_id: int) -> tuple[DayEntry, ...]:
    found = select(Line.slug, DeskDay).select_from(DeskDay).join(Desk, Desk.id == DeskDay.desk_id)
    rows = db.session.execute(found.join(Line, Line.id == Desk.line_id).where(Desk.agency_id == agency_id))
    entries = (DayEntry(row.day, line, row.windows, NOWHERE) for line, row in rows)
    return tuple(sorted(entries, key=lambda entry: (entry.day, entry.line)))
