"""A person's rights over their data (LOPDP): export everything stored about a cédula, or erase it.

The export uses the column names of the SQL views, which are Spanish and stable.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import String, bindparam, or_, select, text, update

from turnero.booking.closures.sweep import forget_journeys
from turnero.booking.journey import cancel
from turnero.booking.person.pseudonym import pseudonym_of
from turnero.booking.person.retention import delete_holds, delete_requests, forget_turns
from turnero.booking.turn import history
from turnero.booking.turn.errors import LiveTurns
from turnero.booking.turn.events import What
from turnero.booking.turn.lifecycle import HOLDS, LIVE, PRESENT, Status
from turnero.booking.turn.models import Booking, Journey
from turnero.booking.turn.request_models import SeatOffer, SeatRequest
from turnero.booking.turn.states import RequestStatus
from turnero.booking.waiting import offers
from turnero.core import clock
from turnero.core import db as database
from turnero.core.extensions import db
from turnero.core.keys import code_keys
from turnero.staff.actor import COMMAND_LINE
from turnero.verify.models import Challenge, Citizen

# A person who arrived this long ago without being called is no longer there.
_STAYS = timedelta(days=1)

Record = dict[str, Any]


def everything_about(cedula: str) -> Record:
    """Everything stored about a cédula, in Spanish and ready for JSON, including turns already erased."""
    pseudonyms = [pseudonym_of(key, cedula) for key in code_keys()]
    citizen = db.session.get(Citizen, cedula)
    return {
        "cedula": cedula,
        "generado_utc": _plain(clock.now()),
        "registro": citizen and _registry_row(citizen),
        "turnos": _turns([cedula, *pseudonyms]),
        "turnos_de_otra_persona": _as_third_party(cedula),
        "solicitudes": _requests(cedula),
        "recorridos": [_journey(journey) for journey in db.session.scalars(select(Journey).filter_by(cedula=cedula))],
    }


def _registry_row(citizen: Citizen) -> Record:
    return {
        "nombres": citizen.names,
        "apellidos": citizen.surnames,
        "nacimiento": _plain(citizen.born),
        "correo": citizen.email,
        "celular": citizen.mobile,
    }


def _turns(cedulas: Collection[str]) -> list[Record]:
    turns = db.session.scalars(select(Booking).where(Booking.cedula.in_(cedulas)).order_by(Booking.id)).all()
    references = [turn.reference for turn in turns]
    rows = _of_view("v_turnos", "inicio_utc", references)
    events = _of_view("v_eventos", "momento_utc", references)
    mails = _of_view("v_correos", "creado_utc", references)
    return [
        rows[turn.reference][0] | _contact(turn) | {"eventos": events[turn.reference], "correos": mails[turn.reference]}
        for turn in turns
    ]


def _of_view(view: str, order: str, references: Collection[str]) -> dict[str, list[Record]]:
    """Rows of one of the contract's views about these turns, by reference."""
    query = text(f"SELECT * FROM {view} WHERE referencia IN :wanted ORDER BY {order}")  # noqa: S608 (names of our own)
    rows: dict[str, list[Record]] = defaultdict(list)
    query = query.bindparams(bindparam("wanted", expanding=True, type_=String))
    for row in db.session.execute(query, {"wanted": list(references)}).mappings():
        rows[row["referencia"]].append({name: _instant(name, value) for name, value in row.items()})
    return rows


def _instant(name: str, value: Any) -> Any:
    """A view's column value for JSON: SQLite returns instants as text without a zone."""
    if value is None or not name.endswith("_utc"):
        return value
    return _plain(value if isinstance(value, datetime) else datetime.fromisoformat(value).replace(tzinfo=UTC))


def _plain(value: Any) -> str | None:
    """An instant (in UTC) or a date as text."""
    if isinstance(value, datetime):
        value = value.astimezone(UTC)
    return None if value is None else value.isoformat()


def _contact(turn: Booking) -> Record:
    return {
        "correo": turn.email,
        "celular": turn.mobile,
        "navegador": turn.browser,
        "acude_cedula": turn.third_party_cedula,
        "acude_nombre": turn.third_party_name,
        "atencion_prioritaria": turn.priority,
        "olvidado_utc": _plain(turn.forgotten_at),
    }


def _as_third_party(cedula: str) -> list[Record]:
    return [
        {"referencia": turn.reference, "nombre": turn.third_party_name}
        for turn in db.session.scalars(select(Booking).where(Booking.third_party_cedula == cedula))
    ]


def _requests(cedula: str) -> list[Record]:
    """Requests on the waiting list and in draws, with their offers."""
    return [
        {
            "numero": request.number,
            "tramite": request.procedure.slug,
            "agencias": sorted(agency.slug for agency in request.agencies),
            "desde": _plain(request.first_day),
            "hasta": _plain(request.last_day),
            "parte": request.part,
            "estado": request.status,
            "pedido_utc": _plain(request.created_at),
            "sorteo": request.draw_id,
            "puesto": request.rank,
            "correo": request.email,
            "celular": request.mobile,
            "navegador": request.browser,
            "acude_cedula": request.third_party_cedula,
            "acude_nombre": request.third_party_name,
            "atencion_prioritaria": request.priority,
            "ofertas": [
                {"estado": offer.status, "hecha_utc": _plain(offer.made_at), "hasta_utc": _plain(offer.answer_by)}
                for offer in db.session.scalars(select(SeatOffer).filter_by(request_id=request.id))
            ],
        }
        for request in db.session.scalars(select(SeatRequest).where(SeatRequest.cedula == cedula))
    ]


def _journey(journey: Journey) -> Record:
    codes = db.session.scalars(select(Challenge).filter_by(journey=journey.key).order_by(Challenge.id))
    return {
        "inicio_utc": _plain(journey.created_at),
        "correo": journey.email,
        "correo_comprobado_utc": _plain(journey.verified_at),
        "correo_del_registro": journey.registry_email,
        "celular": journey.mobile,
        "navegador": journey.browser,
        "provincia": journey.province_code,
        "tramite": journey.procedure and journey.procedure.slug,
        "agencia": journey.agency and journey.agency.slug,
        "acude_cedula": journey.third_party_cedula,
        "acude_nombre": journey.third_party_name,
        "codigos": [{"correo": code.address, "enviado_utc": _plain(code.issued_at)} for code in codes],
    }


@dataclass(frozen=True)
class Erased:
    """Result of an erasure: live turns cancelled, turns erased, holds, journeys and requests deleted."""

    cancelled: int = 0
    turns: int = 0
    holds: int = 0
    journeys: int = 0
    requests: int = 0


@database.transaction
def erase(cedula: str, basis: str, *, cancel_turns: bool = False) -> Erased:
    """Erase a person at once; ``basis`` is kept in the events of their turns. The citizen registry is not changed.

    Sends no mail, as the addresses are erased. Raises LiveTurns if turns are pending and may not be cancelled, and
    NotCancellable for a person who is at the agency now.
    """
    theirs = select(Journey.key).where(Journey.cedula == cedula).order_by(Journey.key)
    journeys = db.session.scalars(theirs.with_for_update(of=Journey)).all()
    database.lock(f"cedula:{cedula}")
    now = clock.now()
    requests = _withdraw_requests(cedula, now)
    found = _locked_bookings(cedula)
    pending = [turn for turn in found if _is_pending(turn, now)]
    if pending and not cancel_turns:
        raise LiveTurns(count=len(pending))
    for turn in pending:
        cancel.give_up(turn, actor=COMMAND_LINE, now=now, what=What.ERASED)
        cancel.give_place_back(turn, now)
    forget_journeys(journeys)
    delete_requests(requests)
    holds = {turn.id: turn.reference for turn in found if turn.status in HOLDS}
    turns = [turn for turn in found if turn.id not in holds]
    for turn in turns:
        history.note(turn, What.ERASED, actor=COMMAND_LINE, now=now, details={"basis": basis})
    forget_turns(turns, now)
    delete_holds(holds)
    _forget_third_party(cedula, now)
    return Erased(len(pending), len(turns), len(holds), len(journeys), len(requests))


def _withdraw_requests(cedula: str, now: datetime) -> list[int]:
    """Withdraw the person's requests; their offers go to the next in line."""
    theirs = select(SeatRequest).where(SeatRequest.cedula == cedula).order_by(SeatRequest.id)
    found = db.session.scalars(theirs.with_for_update(of=SeatRequest)).all()
    for request in found:
        if request.ended_at is None:
            offers.withdraw(request, RequestStatus.LEFT, now)
    db.session.flush()
    return [request.id for request in found]


def _locked_bookings(cedula: str) -> Sequence[Booking]:
    return db.session.scalars(
        select(Booking)
        .where(Booking.cedula == cedula)
        .order_by(Booking.id)
        .with_for_update(of=Booking)
        .execution_options(populate_existing=True)
    ).all()


def _is_pending(turn: Booking, now: datetime) -> bool:
    """Whether the turn is still to take place."""
    if turn.status in PRESENT:
        return turn.starts_at > now - _STAYS
    return turn.status == Status.DISPLACED or (turn.status == Status.CONFIRMED and turn.starts_at > now)


def _forget_third_party(cedula: str, now: datetime) -> None:
    """Erase the person as third party of past turns; future turns still need the name."""
    db.session.execute(
        update(Booking)
        .where(Booking.third_party_cedula == cedula)
        .where(or_(Booking.status.not_in(LIVE), Booking.starts_at <= now))
        .values(third_party_cedula=None, third_party_name=None)
        .execution_options(synchronize_session=False)
    )
