"""Legal priority that needs no request."""

from datetime import datetime

from sqlalchemy import select

from turnero.core import clock
from turnero.core.extensions import db
from turnero.verify.models import Citizen

PRIORITY_AGE = 65


def has_priority_by_age(cedula: str, now: datetime) -> bool:
    """Whether the local registry's birth date says 65 or more (Constitución, Art. 36). Not shown to
    the person who books, who has only proven a mailbox."""
    born = db.session.scalar(select(Citizen.born).where(Citizen.cedula == cedula))
    if born is None:
        return False
    today = clock.local(now, "America/Guayaquil").date()
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day)) >= PRIORITY_AGE
