"""Allocates references that were never used, even after a restore from backup."""

from sqlalchemy import bindparam, select, union_all, update

from turnero.booking.turn import reference
from turnero.booking.turn.models import Booking, ReferenceEra, SpentReference
from turnero.booking.turn.reference import Era
from turnero.core.extensions import db

# After this many collisions in a row the era is nearly used up, and the next one begins.
_CROWDED = 8
# The lost database may itself have begun another era after its backup.
_AFTER_A_RESTORE = 2
_GIVEN = union_all(
    select(Booking.reference).where(Booking.reference == bindparam("candidate")),
    select(SpentReference.reference).where(SpentReference.reference == bindparam("candidate")),
)
_ERA = select(ReferenceEra.number, ReferenceEra.salt)


def unused() -> str:
    """An unused reference, guarded by the unique constraint. The caller commits."""
    era = present_era()
    while True:
        for _ in range(_CROWDED):
            candidate = reference.new_reference(era)
            if db.session.scalar(_GIVEN, {"candidate": candidate}) is None:
                return candidate
        db.session.execute(update(ReferenceEra).where(ReferenceEra.number == era.number).values(number=era.number + 1))
        era = present_era()


def begin_another_era() -> None:
    """Start a new era after a restore, to exclude references given out after the backup. The caller commits.

    Eras repeat after eight restores; the constraint still refuses every known reference.
    """
    db.session.execute(update(ReferenceEra).values(number=ReferenceEra.number + _AFTER_A_RESTORE))


def present_era() -> Era:
    """The current era."""
    number, salt = db.session.execute(_ERA).one()
    return Era(number, salt)
