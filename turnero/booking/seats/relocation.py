"""Writing another place into a turn: its facts, not its seats or its status, which their own modules change."""

from typing import Any

from turnero.agencies import queries as agencies
from turnero.agencies.calendar.schedule import grid
from turnero.agencies.models import Desk
from turnero.booking.seats.claims import Held
from turnero.booking.turn.models import Booking
from turnero.core import clock
from turnero.core.extensions import db


def place_of(booking: Booking) -> dict[str, Any]:
    """A turn's place as its events keep it."""
    return {
        "agency": booking.agency.slug,
        "desk": booking.desk_id,
        "day": booking.day.isoformat(),
        "minute": booking.minute,
        "cells": booking.cells,
    }


def move_to(booking: Booking, place: Held) -> None:
    """Give the turn the agency, day, hour and grid step of ``place`` and count the move."""
    desk = db.session.get_one(Desk, place.desk_id)
    calendar = agencies.desk_calendars([desk], place.day, place.day)[desk.id]
    booking.agency, booking.desk_id = desk.agency, desk.id
    booking.day, booking.minute, booking.cells = place.day, place.minute, place.cells
    booking.slot_minutes = grid(calendar, place.day).slot_minutes
    booking.starts_at = clock.instant(place.day, place.minute, desk.agency.zone)
    booking.moves += 1
