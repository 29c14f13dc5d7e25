"""Somebody at a kiosk calls for a person; the agenda shows it until somebody goes."""

from sqlalchemy import update

from turnero.core import clock
from turnero.core import db as database
from turnero.core.errors import NotFound
from turnero.core.extensions import db
from turnero.staff.models import Device


@database.transaction
def help_asked(device_id: int) -> None:
    """Called for; again while nobody has come changes nothing."""
    waiting = update(Device).where(Device.id == device_id, Device.help_at.is_(None))
    db.session.execute(waiting.values(help_at=clock.now()))


@database.transaction
def help_given(device_id: int, agency_id: int) -> None:
    """Somebody went. Raises NotFound for another agency's device."""
    here = update(Device).where(Device.id == device_id, Device.agency_id == agency_id)
    if not db.session.execute(here.values(help_at=None).returning(Device.id)).all():
        raise NotFound
