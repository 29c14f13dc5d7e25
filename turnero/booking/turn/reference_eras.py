"""References that nobody had before, also where the database was brought back from a backup."""

from sqlalchemy import bindparam, select, union_all, update

from turnero.booking.turn import reference
from turnero.booking.turn.models import Booking, ReferenceEra, SpentReference
from turnero.booking.turn.reference import Era
from turnero.core.extensions import db

# So many in a row that were given already: the era is nearly used up, and the next one begins.
_CROWDED = 8
# The database that was lost may have gone on by one era itself after its backup.
_AFTER_A_RESTORE = 2
_GIVEN = union_all(
    select(Booking.reference).where(Booking.reference == bindparam("candidate")),
    select(SpentReference.reference).where(SpentReference.reference == bindparam("candidate")),
)
_ERA = select(ReferenceEra.number, ReferenceEra.salt)


def unused() -> str:
    """A reference nobody had before; the unique constraint stands behind it. The caller commits."""
    era = present_era()
    while True:
        for _ in range(_CROWDED):
            candidate = reference.new_reference(era)
            if db.session.scalar(_GIVEN, {"candidate": candidate}) is None:
                return candidate
        db.session.execute(update(ReferenceEra).where(ReferenceEra.number == era.number).values(number=era.number + 1))
        era = present_era()


def begin_another_era() -> None:
    """After a restore: whatever the lost database gave out is not given again. The caller commits.

    After eight restores the eras come round; the constraint then still refuses every reference that is known.
    """
    db.session.execute(update(ReferenceEra).values(number=ReferenceEra.number + _AFTER_A_RESTORE))


def present_era() -> Era:
    """The era references are given out in now."""
    number, salt = db.session.execute(_ERA).one()
    return Era(number, salt)
