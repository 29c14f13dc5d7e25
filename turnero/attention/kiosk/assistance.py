"""Requests for help at a kiosk, shown in the agenda until answered."""

from sqlalchemy import update

from turnero.core import clock
from turnero.core import db as database
from turnero.core.errors import NotFound
from turnero.core.extensions import db
from turnero.staff.models import Device


@database.transaction
def help_asked(device_id: int) -> None:
    """Record a request for help. Idempotent until answered."""
    waiting = update(Device).where(Device.id == device_id, Device.help_at.is_(None))
    db.session.execute(waiting.values(help_at=clock.now()))


@database.transaction
def help_given(device_id: int, agency_id: int) -> None:
    """Record that somebody helped. Raises NotFound for another agency's device."""
    here = update(Device).where(Device.id == device_id, Device.agency_id == agency_id)
    if not db.session.execute(here.values(help_at=None).returning(Device.id)).all():
        raise NotFound
