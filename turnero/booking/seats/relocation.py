"""Writes another place into a turn's columns. Seats and status are changed by their own modules."""

from typing import Any

from turnero.agencies import queries as agencies
from turnero.agencies.calendar.schedule import grid
from turnero.agencies.models import Desk
from turnero.booking.seats.claims import Held
from turnero.booking.turn.models import Booking
from turnero.booking.turn.place import Place
from turnero.core.extensions import db


def recorded_place(booking: Booking) -> dict[str, Any]:
    """A turn's place as stored in event details."""
    return {
        "agency": booking.agency.slug,
        "desk": booking.desk_id,
        "day": booking.day.isoformat(),
        "minute": booking.minute,
        "cells": booking.cells,
    }


def move_to(booking: Booking, place: Place) -> None:
    """Give the turn the agency, day, hour and grid step of ``place`` and count the move."""
    booking.agency, booking.desk_id = db.session.get_one(Desk, place.desk_id).agency, place.desk_id
    booking.day, booking.minute, booking.cells = place.day, place.minute, place.cells
    booking.slot_minutes, booking.starts_at = place.step, place.starts_at
    booking.moves += 1


def held_place(held: Held) -> Place:
    """The place that dated claims keep; the step is that of the desk's grid on that day."""
    desk = db.session.get_one(Desk, held.desk_id)
    calendar = agencies.desk_calendars([desk], held.day, held.day)[desk.id]
    step = grid(calendar, held.day).slot_minutes
    return Place(desk.id, held.day, held.minute, held.cells, step, desk.agency.zone)
