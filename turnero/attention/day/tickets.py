"""Allocates ticket numbers per agency, day and series in the database, in the caller's transaction."""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite

from turnero.agencies.models import Desk
from turnero.attention.day.models import TicketCounter
from turnero.core.db import on_postgresql
from turnero.core.extensions import db

# Later letters are the series of offline kiosks.
_SERIES = "ABCDEFGHJKLMN"


def next_ticket(agency_id: int, day: date, series: str) -> str:
    """The next ticket of a series ("A-005"). ``day`` is the agency's local day."""
    insert = postgresql.insert if on_postgresql() else sqlite.insert
    first = insert(TicketCounter).values(agency_id=agency_id, day=day, series=series, last=1)
    counted = first.on_conflict_do_update(
        index_elements=["agency_id", "day", "series"], set_={"last": TicketCounter.last + 1}
    ).returning(TicketCounter.last)
    return f"{series}-{db.session.scalars(counted).one():03}"


def series_of(desk_id: int, agency_id: int) -> str:
    """The letter of a desk's tickets: A for the agency's first desk, B for its second."""
    before = select(func.count()).where(Desk.agency_id == agency_id, Desk.id < desk_id)
    return _SERIES[(db.session.scalar(before) or 0) % len(_SERIES)]
