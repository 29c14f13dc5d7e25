"""That something changed on a day's agenda: a short word that differs, without any personal datum, and its stream."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import date

from flask.ctx import AppContext
from sqlalchemy import func, select

from turnero.attention.day.models import Call
from turnero.booking.turn.models import Booking, Event
from turnero.core.extensions import db
from turnero.staff.models import Device

# Each stream holds a thread of its process for minutes (and no place of the gate's). Who gets none polls.
MAX_STREAMS = 4
_EVERY_SECONDS = 1.0
_HEARTBEAT_SECONDS = 2  # only by writing does the server learn that a page was left, and every action leaves one
_MAX_SECONDS = 300
_streams = threading.BoundedSemaphore(MAX_STREAMS)


def signature(agency_id: int, day: date) -> str:
    """Another word for every event of the day's turns, every call and every request for help."""
    events = (
        select(func.count(Event.id), func.max(Event.id))
        .join(Booking, Booking.id == Event.booking_id)
        .where(Booking.agency_id == agency_id, Booking.day == day)
    )
    count, last = db.session.execute(events).one()
    call = db.session.scalar(select(func.max(Call.id)).where(Call.agency_id == agency_id, Call.day == day))
    asked = select(func.count(Device.id)).where(Device.agency_id == agency_id, Device.help_at.is_not(None))
    return f"{count}-{last or 0}-{call or 0}-{db.session.scalar(asked)}"


def take_stream() -> bool:
    """Whether this process has a thread to spare for one more stream; ``give_back`` when it is closed."""
    return _streams.acquire(blocking=False)


def give_stream_back() -> None:
    """A stream was closed, begun or not."""
    _streams.release()


def stream(context: Callable[[], AppContext], agency_id: int, day: date) -> Iterator[str]:
    """Server-sent events: the signature now, then whenever it differs; a comment now and then keeps the line open.

    It ends by itself; the browser asks again. No database session is held between two looks.
    """
    yield "retry: 2000\n\n"
    told, began, spoke = "", time.monotonic(), time.monotonic()
    while time.monotonic() - began < _MAX_SECONDS:
        with context():  # at its end the session goes back
            present = signature(agency_id, day)
        if present != told:
            told, spoke = present, time.monotonic()
            yield f"id: {present}\ndata: {present}\n\n"
        elif time.monotonic() - spoke > _HEARTBEAT_SECONDS:
            spoke = time.monotonic()
            yield ": sigue\n\n"
        time.sleep(_EVERY_SECONDS)
