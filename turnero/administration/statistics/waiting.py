"""Counts of people waiting: waiting lists by agency and trámite, and draws with their requests."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select

from turnero.agencies.models import Agency, Desk, Procedure
from turnero.booking.turn.request_models import Draw, SeatRequest
from turnero.booking.turn.states import RequestStatus
from turnero.core import clock
from turnero.core.extensions import db
from turnero.core.language import gettext

_BEHIND = timedelta(days=30)


@dataclass(frozen=True)
class ListLine:
    """Counts for an agency and trámite: people waiting, and people with an open offer."""

    agency: str
    procedure: str
    waiting: int
    offered: int


@dataclass(frozen=True)
class DrawLine:
    """A draw with its local request period; ``state``: por abrir, abierto, por sortear or sorteado."""

    number: int
    agency: str
    line: str
    first_day: date
    last_day: date
    opens: datetime
    closes: datetime
    state: str
    requests: int


def lists(agency_id: int | None) -> list[ListLine]:
    """Waiting lists of one agency or all; a person who accepts several agencies is counted at each."""
    rows = (
        select(Agency.name, Procedure.name, SeatRequest.status, func.count())
        .join(SeatRequest.agencies)
        .join(Procedure, Procedure.id == SeatRequest.procedure_id)
        .where(SeatRequest.ended_at.is_(None), SeatRequest.draw_id.is_(None))
        .group_by(Agency.name, Procedure.name, SeatRequest.status)
    )
    if agency_id is not None:
        rows = rows.where(Agency.id == agency_id)
    found: dict[tuple[str, str], dict[RequestStatus, int]] = {}
    for agency, procedure, status, count in db.session.execute(rows):
        found.setdefault((agency, procedure), {})[status] = count
    return [
        ListLine(agency, procedure, counts.get(RequestStatus.WAITING, 0), counts.get(RequestStatus.OFFERED, 0))
        for (agency, procedure), counts in sorted(found.items())
    ]


def draws_to_come(agency_id: int | None, today: date) -> list[DrawLine]:
    """Draws of the last month and future ones, soonest to close first."""
    now = clock.now()
    rows = (
        select(Draw, func.count(SeatRequest.id))
        .join(Desk, Desk.id == Draw.desk_id)
        .outerjoin(SeatRequest, SeatRequest.draw_id == Draw.id)
        .where(Draw.last_day >= today - _BEHIND)
        .group_by(Draw.id)
        .order_by(Draw.closes_at, Draw.id)
    )
    if agency_id is not None:
        rows = rows.where(Desk.agency_id == agency_id)
    return [_line(draw, count, now) for draw, count in db.session.execute(rows)]


def _line(draw: Draw, requests: int, now: datetime) -> DrawLine:
    zone = draw.desk.agency.zone
    return DrawLine(
        draw.id,
        draw.desk.agency.name,
        draw.desk.line.name,
        draw.first_day,
        draw.last_day,
        clock.local(draw.opens_at, zone),
        clock.local(draw.closes_at, zone),
        _state(draw, now),
        requests,
    )


def _state(draw: Draw, now: datetime) -> str:
    if draw.drawn_at is not None:
        return gettext("sorteado")
    if draw.closes_at <= now:
        return gettext("por sortear")
    return gettext("abierto") if draw.opens_at <= now else gettext("por abrir")
