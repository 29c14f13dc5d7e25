"""Announces, opens and performs the draws of scarce agencies, one week of days at a time.

The secret is derived by HMAC from the row's nonce; only its hash is stored until the draw.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from turnero.agencies import queries as agencies
from turnero.agencies.calendar.schedule import grid
from turnero.agencies.models import Desk, DeskStaffing
from turnero.booking.seats import claims
from turnero.booking.turn import token
from turnero.booking.turn.models import Claim
from turnero.booking.turn.place import Place
from turnero.booking.turn.policy import DrawPolicy
from turnero.booking.turn.queries import policies_of
from turnero.booking.turn.request_models import Draw, SeatRequest
from turnero.booking.turn.states import Purpose, RequestStatus
from turnero.booking.waiting import draw, handing_on
from turnero.booking.waiting.draw import Cell, Ticket
from turnero.booking.waiting.notices import tell_request
from turnero.core import clock
from turnero.core import db as database
from turnero.core.db import on_postgresql
from turnero.core.extensions import db
from turnero.core.keys import code_key, code_keys

# A draw announced late (no job ran) opens this much later, so that its hash is published first.
_NOTICE = timedelta(minutes=10)
# Time between announcement and opening.
_ANNOUNCED = timedelta(days=7)
_OPENS = 8 * 60  # 08:00 at the agency
_WEEK = timedelta(days=6)


def run_due(goes_on: Callable[[], bool] = lambda: True) -> int:
    """Announce coming draws and perform closed ones. Returns how many were drawn."""
    announce()
    drawn = 0
    for number in _closed():
        if not goes_on():
            break
        drawn += draw_now(number)
    return drawn


@database.transaction
def announce() -> None:
    """Publish the hash of every coming draw, once each."""
    now = clock.now()
    desks = db.session.scalars(select(Desk).where(Desk.id.in_(select(DeskStaffing.desk_id)))).all()
    policies = policies_of(desk.agency for desk in desks)
    for desk in desks:
        lots = policies[desk.agency_id].draw
        if lots is not None:
            for monday in _mondays(lots, clock.local(now, desk.agency.zone).date()):
                _announce(desk, lots, monday, now)


def _mondays(lots: DrawPolicy, today: date) -> list[date]:
    """Mondays of the weeks not begun whose request window is near or open."""
    first = max(lots.first, today - timedelta(days=today.weekday()) + timedelta(days=7))
    last = today + timedelta(days=lots.opens_days) + _ANNOUNCED
    return [first + timedelta(days=ahead) for ahead in range(0, (last - first).days + 1, 7)]


def _announce(desk: Desk, lots: DrawPolicy, monday: date, now: datetime) -> None:
    zone = desk.agency.zone
    opens_at = max(clock.instant(monday - timedelta(days=lots.opens_days), _OPENS, zone), now + _NOTICE)
    closes_at = clock.instant(monday - timedelta(days=lots.closes_days), _OPENS, zone)
    if opens_at >= closes_at:
        return  # too late for requests: that week's places are given at the agency
    nonce = token.new_nonce()
    insert = postgresql.insert if on_postgresql() else sqlite.insert
    row = insert(Draw).values(
        desk_id=desk.id,
        first_day=monday,
        last_day=monday + _WEEK,
        created_at=now,
        opens_at=opens_at,
        closes_at=closes_at,
        nonce=nonce,
        secret_hash=draw.secret_hash(token.draw_secret_of(code_key(), nonce)),
    )
    db.session.execute(row.on_conflict_do_nothing(index_elements=["desk_id", "first_day"]))


def _closed() -> list[int]:
    due = select(Draw.id).where(Draw.drawn_at.is_(None), Draw.closes_at <= clock.now()).order_by(Draw.closes_at)
    numbers = db.session.scalars(due).all()
    db.session.rollback()
    return list(numbers)


@database.transaction
def draw_now(draw_id: int) -> bool:
    """Perform a closed draw and notify everybody. False if already done."""
    seen = db.session.get_one(Draw, draw_id)
    database.lock(f"desk:{seen.desk_id}")  # locks its places during the draw
    row = db.session.scalars(
        select(Draw).where(Draw.id == draw_id).with_for_update(of=Draw).execution_options(populate_existing=True)
    ).one()
    now = clock.now()
    if row.drawn_at is not None or row.closes_at > now:
        return False
    asked = db.session.scalars(
        select(SeatRequest)
        .where(SeatRequest.draw_id == draw_id, SeatRequest.status == RequestStatus.WAITING)
        .order_by(SeatRequest.id)
        .with_for_update(of=SeatRequest)
        .execution_options(populate_existing=True)
    ).all()
    tickets = [Ticket(request.number, request.procedure.minutes, request.part) for request in asked]
    step, free = _free_cells(row, now)
    row.secret, row.drawn_at = _secret(row), now
    row.document = draw.draw_document(draw.Urn(row.secret, tickets, free, step), _about(row))
    given = {number: _won(row, won, step) for number, won in row.document["asignados"].items()}
    ranks = {number: rank for rank, number in enumerate(row.document["orden"], start=1)}
    for request in sorted(asked, key=lambda request: ranks[request.number]):
        request.rank = ranks[request.number]
        won = given.get(request.number)
        if won is None or not _award(row, request, won, now):
            tell_request(request, "not_drawn", now)
    return True


def _secret(row: Draw) -> str:
    made = [token.draw_secret_of(key, row.nonce) for key in code_keys()]
    return next((secret for secret in made if draw.secret_hash(secret) == row.secret_hash), made[0])


def _about(row: Draw) -> dict[str, str | int]:
    agency = row.desk.agency
    return {
        "sorteo": row.id,
        "agencia": agency.slug,
        "linea": row.desk.line.slug,
        "primer_dia": row.first_day.isoformat(),
        "ultimo_dia": row.last_day.isoformat(),
        "abre_utc": row.opens_at.isoformat(),
        "cierra_utc": row.closes_at.isoformat(),
    }


@dataclass(frozen=True)
class _Won:
    """A drawn place with its seat."""

    place: Place
    seat: int


def _won(row: Draw, won: dict[str, str | int], step: int) -> _Won:
    grid_cells = (date.fromisoformat(str(won["dia"])), int(won["minuto"]), int(won["celdas"]), step)
    return _Won(Place(row.desk_id, *grid_cells, row.desk.agency.zone), int(won["asiento"]))


def _free_cells(row: Draw, now: datetime) -> tuple[int, list[Cell]]:
    """The grid's step and every free seat of the drawn days."""
    calendar = agencies.desk_calendars([row.desk], row.first_day, row.last_day)[row.desk_id]
    days = [row.first_day + timedelta(days=ahead) for ahead in range((row.last_day - row.first_day).days + 1)]
    grids = [grid(calendar, day) for day in days]
    step = grids[0].slot_minutes or 1
    taken = {
        (day, minute, seat)
        for day, minute, seat in db.session.execute(
            select(Claim.day, Claim.minute, Claim.seat).where(
                Claim.desk_id == row.desk_id, Claim.day.between(row.first_day, row.last_day), claims.counting(now)
            )
        )
    }
    return step, [
        (each.day.isoformat(), minute, seat)
        for each in grids
        if each.slot_minutes == step  # the step changes within the week: those days go to the waiting list
        for minute in each.cells
        for seat in range(each.windows)
        if (each.day, minute, seat) not in taken
    ]


def _award(row: Draw, request: SeatRequest, won: _Won, now: datetime) -> bool:
    """Keep the drawn place for the person for a day and write the mail."""
    until = handing_on.answer_deadline(request, won.place.starts_at, row.desk.agency, now)
    if until is None:
        return False
    booking = handing_on.offered_booking(request, won.place, until, now)
    terms = claims.Terms(booking.id, Purpose.OFFER, booking.lapses_at)
    if claims.take_one_of(won.place, [won.seat], terms, now) is None:
        raise RuntimeError("a seat of a drawn day was taken under the desk's lock")
    handing_on.record_offer(request, booking, until, now)
    return True
