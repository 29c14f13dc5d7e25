"""Change signature of a day's agenda, without personal data, and its event stream."""

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

# Each stream occupies a thread for minutes (but no place of the admission gate). Other pages poll.
MAX_STREAMS = 4
_EVERY_SECONDS = 1.0
_HEARTBEAT_SECONDS = 2  # the server notices a closed page only by writing, and every action closes one
_MAX_SECONDS = 300
_streams = threading.BoundedSemaphore(MAX_STREAMS)


def signature(agency_id: int, day: date) -> str:
    """A hash that changes with every event of the day's turns, every call and every request for help."""
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
    """Reserve a thread for one more stream, if available; release it with ``give_stream_back``."""
    return _streams.acquire(blocking=False)


def give_stream_back() -> None:
    """Release the thread of a closed stream."""
    _streams.release()


def stream(context: Callable[[], AppContext], agency_id: int, day: date) -> Iterator[str]:
    """Server-sent events: the signature now and on every change; comments keep the connection open.

    Ends by itself, after which the browser reconnects. Holds no database session between checks.
    """
    yield "retry: 2000\n\n"
    told, began, spoke = "", time.monotonic(), time.monotonic()
    while time.monotonic() - began < _MAX_SECONDS:
        with context():  # returns the session
            present = signature(agency_id, day)
        if present != told:
            told, spoke = present, time.monotonic()
            yield f"id: {present}\ndata: {present}\n\n"
        elif time.monotonic() - spoke > _HEARTBEAT_SECONDS:
            spoke = time.monotonic()
            yield ": sigue\n\n"
        time.sleep(_EVERY_SECONDS)
