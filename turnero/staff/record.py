"""Who governed what: one row for each change, written in the change's own transaction."""

from turnero.core import clock
from turnero.core.extensions import db
from turnero.staff.models import AdminChange

COMMAND_LINE = "command line"


def record_change(
    actor: str, kind: str, summary: str, *, agency_id: int | None = None, effect: str = ""
) -> AdminChange:
    """Write it down; the caller commits. ``actor``: "staff:3" or COMMAND_LINE; the texts are those that person read."""
    change = AdminChange(at=clock.now(), actor=actor, kind=kind, agency_id=agency_id, summary=summary, effect=effect)
    db.session.add(change)
    db.session.flush()
    return change
