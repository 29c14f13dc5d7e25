"""Reads the places of several turns of the log from their events."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from turnero.administration.log.turn_places import Move, Stay, TurnPlace, move_of, place_at, stays
from turnero.agencies.models import Agency
from turnero.booking.turn.lifecycle import HOLDS
from turnero.booking.turn.models import Booking, Event
from turnero.core.extensions import db


@dataclass(frozen=True)
class TurnPlaces:
    """Moves by turn, and each turn's present place."""

    present: dict[int, TurnPlace]
    moves: dict[int, list[Move]]

    def at(self, booking_id: int, at: datetime) -> TurnPlace:
        return place_at(self.moves.get(booking_id, ()), at, self.present[booking_id])


def turn_places_of(booking_ids: Collection[int]) -> TurnPlaces:
    rows = db.session.execute(
        select(Booking.id, Agency.slug, Booking.day, Booking.minute, Booking.moves)
        .join(Agency, Agency.id == Booking.agency_id)
        .where(Booking.id.in_(booking_ids))
    ).all()
    present = {row.id: TurnPlace(row.slug, row.day, row.minute) for row in rows}
    return TurnPlaces(present, _moves([row.id for row in rows if row.moves]))


def _moves(booking_ids: Collection[int]) -> dict[int, list[Move]]:
    found: dict[int, list[Move]] = defaultdict(list)
    events = db.session.scalars(select(Event).where(Event.booking_id.in_(booking_ids)).order_by(Event.id))
    for event in events if booking_ids else ():
        move = move_of(event.at, event.details)
        if move is not None:
            found[event.booking_id].append(move)
    return found


def agendas_of(booking: Booking) -> list[Stay]:
    """The agendas a turn was in, with times, from the first event after its hold until erased."""
    places = turn_places_of([booking.id])
    shown = select(Event.at).where(Event.booking_id == booking.id, Event.after.not_in(HOLDS))
    since = db.session.scalar(shown.order_by(Event.id).limit(1))
    if since is None:
        return []
    return stays(places.moves.get(booking.id, ()), places.present[booking.id], since, booking.forgotten_at)
