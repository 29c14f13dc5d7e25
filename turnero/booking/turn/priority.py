"""Who has priority by law, without being asked."""

from datetime import datetime

from sqlalchemy import select

from turnero.core import clock
from turnero.core.extensions import db
from turnero.verify.models import Citizen

PRIORITY_AGE = 65


def has_priority_by_age(cedula: str, now: datetime) -> bool:
    """Whether the local registry's birth date says 65 or more (Constitución, Art. 36). Never shown to anybody here:
    whoever books has proven a mailbox only."""
    born = db.session.scalar(select(Citizen.born).where(Citizen.cedula == cedula))
    if born is None:
        return False
    today = clock.local(now, "America/Guayaquil").date()
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day)) >= PRIORITY_AGE
