"""Checks the invariants visible in the database (DESIGN §6), row by row."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import click
from flask.cli import with_appcontext
from sqlalchemy import String, cast, func, literal, select, text

from turnero.agencies import queries as agencies
from turnero.agencies.calendar.schedule import DeskCalendar, grid
from turnero.agencies.models import Desk
from turnero.booking.seats.claims import counting
from turnero.booking.seats.slots import cells_of
from turnero.booking.turn import reference
from turnero.booking.turn.lifecycle import LIVE, SEATED, Status, replay
from turnero.booking.turn.models import Booking, Claim, Event, SpentReference
from turnero.booking.turn.request_models import Draw, SeatOffer, SeatRequest
from turnero.booking.turn.states import OfferStatus, Purpose, RequestStatus
from turnero.booking.waiting import draw
from turnero.core import clock
from turnero.core.db import on_postgresql
from turnero.core.extensions import db
from turnero.notices.models import Notice
from turnero.transparency.models import Complaint
from turnero.transparency.months import closing
from turnero.verify.models import Challenge

_KEPT_CLAIMS = SEATED | {Status.ATTENDED, Status.NO_SHOW}
# Their people are or were present: later changes of hours do not move them.
_THERE = _KEPT_CLAIMS - {Status.CONFIRMED}


@dataclass(frozen=True)
class Violation:
    """A violated invariant ("I3") with a Spanish description without personal data."""

    invariant: str
    text: str

    def __str__(self) -> str:
        return f"{self.invariant} {self.text}"


def audit() -> Iterator[Violation]:
    """All violations, by invariant."""
    checks = (_seats, _one_live, _confirmations, _subjects, _hours, _references, _effects, _events, _cells)
    for check in (*checks, _offers, _draws, _figures):
        yield from check()


def _seats() -> Iterator[Violation]:
    """I1: counting claims are on open windows and do not overlap on a seat, even after the grid step changed.

    People who have arrived may be at a window closed since, or across cells of a new grid.
    """
    now = clock.now()
    rows = db.session.execute(
        select(Claim.desk_id, Claim.day, Claim.minute, Claim.seat, Booking.slot_minutes, Booking.status)
        .outerjoin(Booking, Booking.id == Claim.booking_id)
        .where(counting(now))
        .order_by(Claim.desk_id, Claim.day, Claim.seat, Claim.minute)
    ).all()
    calendars = _calendars({row.desk_id for row in rows}, {row.day for row in rows})
    before = None
    for row in rows:
        if row.status in _THERE:
            continue
        windows = grid(calendars[row.desk_id], row.day).windows
        if row.day >= now.date() and row.seat >= windows:
            yield Violation(
                "I1", f"asiento {row.seat} de {windows}: puesto {row.desk_id}, {row.day}, minuto {row.minute}"
            )
        if before and before[:3] == (row.desk_id, row.day, row.seat) and before[3] > row.minute:
            yield Violation("I1", f"asientos encimados: puesto {row.desk_id}, {row.day}, minuto {row.minute}")
        before = (row.desk_id, row.day, row.seat, row.minute + (row.slot_minutes or 0))


def _one_live() -> Iterator[Violation]:
    """I3: at most one live turn per cédula and trámite."""
    twice = db.session.execute(
        select(Booking.procedure_id, func.count())
        .where(Booking.status.in_(LIVE), Booking.forgotten_at.is_(None))
        .group_by(Booking.cedula, Booking.procedure_id)
        .having(func.count() > 1)
    )
    for procedure_id, count in twice:
        yield Violation("I3", f"una cédula tiene {count} turnos vigentes del trámite {procedure_id}")


def _confirmations() -> Iterator[Violation]:
    """I4: every confirmed web turn has its confirmation notice, except those of erased holders."""
    subject = literal("booking:") + cast(Booking.id, String)
    told = select(Notice.id).where(Notice.kind == "confirmation", Notice.subject == subject)
    untold = select(Booking.reference).where(
        Booking.confirmed_at.is_not(None), Booking.channel == "web", Booking.email.is_not(None), ~told.exists()
    )
    for missing in db.session.scalars(untold):
        yield Violation("I4", f"el turno {missing} no tiene aviso de confirmación")


def _subjects() -> Iterator[Violation]:
    """I5: no notice without its subject."""
    for prefix, table in (
        ("booking:", Booking),
        ("challenge:", Challenge),
        ("request:", SeatRequest),
        ("complaint:", Complaint),
    ):
        subject = literal(prefix) + cast(table.id, String)
        orphans = select(Notice.id, Notice.kind).where(
            Notice.subject.startswith(prefix), ~select(table.id).where(subject == Notice.subject).exists()
        )
        for notice_id, kind in db.session.execute(orphans):
            yield Violation("I5", f"el aviso {notice_id} ({kind}) no tiene de qué avisar")


def _hours() -> Iterator[Violation]:
    """I7: every future turn is within opening hours, at a desk that offers its trámite.

    Excludes people who have arrived before their hour.
    """
    rows = db.session.execute(
        select(Booking, Desk)
        .join(Desk, Desk.id == Booking.desk_id)
        .where(Booking.status == Status.CONFIRMED, Booking.starts_at > clock.now())
    ).all()
    calendars = _calendars({desk.id for _, desk in rows}, {booking.day for booking, _ in rows})
    for booking, desk in rows:
        cells = set(cells_of(booking.minute, booking.cells, booking.slot_minutes))
        if not cells <= set(grid(calendars[desk.id], booking.day).cells):
            yield Violation("I7", f"el turno {booking.reference} está fuera del horario")
        if desk.line_id != booking.procedure.line_id or desk.agency_id != booking.agency_id:
            yield Violation("I7", f"el turno {booking.reference} está en una ventanilla que no ofrece su trámite")


def _references() -> Iterator[Violation]:
    """I8: references are well formed and unique, including those of deleted holds."""
    for wrong in db.session.scalars(select(Booking.reference)):
        if reference.parse_reference(wrong) != wrong:
            yield Violation("I8", f"la referencia {wrong} no es válida")
    given_again = select(Booking.reference).join(SpentReference, SpentReference.reference == Booking.reference)
    for twice in db.session.scalars(given_again):
        yield Violation("I8", f"la referencia {twice} ya se usó antes")


def _effects() -> Iterator[Violation]:
    """I9: each notice once per occasion."""
    twice = db.session.execute(
        select(Notice.kind, Notice.subject)
        .group_by(Notice.kind, Notice.subject, Notice.occasion)
        .having(func.count() > 1)
    )
    for kind, subject in twice:
        yield Violation("I9", f"el aviso {kind} de {subject} está repetido")


def _events() -> Iterator[Violation]:
    """I10: replaying a booking's events gives its status."""
    steps: dict[int, list[tuple[str | None, str]]] = defaultdict(list)
    for booking_id, before, after in db.session.execute(
        select(Event.booking_id, Event.before, Event.after).order_by(Event.booking_id, Event.id)
    ):
        steps[booking_id].append((before, after))
    for booking_id, code, status in db.session.execute(select(Booking.id, Booking.reference, Booking.status)):
        try:
            told = replay(steps[booking_id])
        except ValueError:
            told = None
        if told != status:
            yield Violation("I10", f"los eventos del turno {code} no llevan a su estado {status}")


def _cells() -> Iterator[Violation]:
    """I11: undated claims are exactly the cells of turns with a place; walk-ins have none."""
    claims: dict[int, set[tuple[int, date, int, int]]] = defaultdict(set)
    for row in db.session.execute(
        select(Claim.booking_id, Claim.desk_id, Claim.day, Claim.minute, Claim.seat).where(Claim.lapses_at.is_(None))
    ):
        claims[row.booking_id].add((row.desk_id, row.day, row.minute, row.seat))
    placed = select(Booking).where(Booking.status.in_(_KEPT_CLAIMS), Booking.walk_in.is_(False))
    for booking in db.session.scalars(placed):
        cells = claims.pop(booking.id, set())
        seats = {seat for *_, seat in cells}
        wanted = cells_of(booking.minute, booking.cells, booking.slot_minutes)
        if {cell[:3] for cell in cells} != {(booking.desk_id, booking.day, minute) for minute in wanted} or len(
            seats
        ) != 1:
            yield Violation("I11", f"el turno {booking.reference} no tiene sus asientos")
    for booking_id in claims:
        yield Violation("I11", f"hay asientos tomados por el turno {booking_id}, que no está vigente")


def _offers() -> Iterator[Violation]:
    """I11 for offers: requests with status offered have an open offer, and seats are kept only for open offers."""
    now = clock.now()
    of_offers = select(Claim.booking_id).where(Claim.purpose == Purpose.OFFER, Claim.lapses_at > now).distinct()
    is_open = (
        select(SeatOffer.id)
        .where(SeatOffer.booking_id == Claim.booking_id, SeatOffer.status == OfferStatus.OPEN)
        .exists()
    )
    for booking_id in db.session.scalars(of_offers.where(~is_open)):
        yield Violation("I11", f"el turno {booking_id} guarda un lugar que nadie ofrece")
    has_offer = (
        select(SeatOffer.id)
        .where(SeatOffer.request_id == SeatRequest.id, SeatOffer.status == OfferStatus.OPEN)
        .exists()
    )
    wrong = select(SeatRequest.number).where((SeatRequest.status == RequestStatus.OFFERED) != has_offer)
    for number in db.session.scalars(wrong):
        yield Violation("I11", f"la solicitud {number} no concuerda con lo que se le ofrece")


def _draws() -> Iterator[Violation]:
    """I9 for draws: repeating each gives the same result, and its secret matches the announced hash."""
    for row in db.session.scalars(select(Draw).where(Draw.drawn_at.is_not(None))):
        published = row.document or {}
        try:
            faults = draw.verify(published)
        except ValueError:
            faults = ["no tiene su archivo"]
        if published.get("hash_secreto") != row.secret_hash:
            faults.append("el secreto no es el anunciado")
        for fault in faults:
            yield Violation("I9", f"el sorteo {row.id} no se puede comprobar: {fault}")


def _figures() -> Iterator[Violation]:
    """I12 for figures: a counted month equals the sum of its parts, by agency and by province."""
    for row in closing.published():
        if row.source != "own":
            continue
        agencies_of, provinces_of = closing.details_of(row), closing.provinces_of(row)
        if sum(part.attended for part in agencies_of) != row.attentions:
            yield Violation("I12", f"las atenciones de {row.month:%Y-%m} no son la suma de sus partes")
        for name in ("attended", "no_show", "cancelled", "displaced", "ratings"):
            told = [sum(getattr(part, name) for part in parts) for parts in (agencies_of, provinces_of)]
            if provinces_of and told[0] != told[1]:
                yield Violation("I12", f"{row.month:%Y-%m}: las provincias no suman lo que sus agencias ({name})")


def _calendars(desk_ids: set[int], days: set[date]) -> dict[int, DeskCalendar]:
    if not days:
        return {}
    desks = db.session.scalars(select(Desk).where(Desk.id.in_(desk_ids))).all()
    return agencies.desk_calendars(desks, min(days), max(days) + timedelta(days=1))


@click.command("audit")
@with_appcontext
def audit_command() -> None:
    """Revisa las invariantes que se pueden ver en la base de datos. Termina con 1 si alguna no se cumple."""
    if on_postgresql():  # reading a million rows takes longer than the time-out of pages
        for name in ("statement_timeout", "idle_in_transaction_session_timeout"):
            db.session.execute(text(f"SET LOCAL {name} = 0"))
    violations = 0
    for violation in audit():
        click.echo(str(violation))
        violations += 1
    if violations:
        raise SystemExit(1)
    click.echo("Sin novedades: todas las invariantes se cumplen.", err=True)
