"""The record of administrative changes: one row each, written in the change's own transaction."""

from turnero.core import clock
from turnero.core.extensions import db
from turnero.staff.actor import Actor
from turnero.staff.models import AdminChange


def record_change(
    actor: Actor, kind: str, summary: str, *, agency_id: int | None = None, effect: str = ""
) -> AdminChange:
    """Write a row with the texts shown to the person. The caller commits."""
    change = AdminChange(at=clock.now(), actor=actor, kind=kind, agency_id=agency_id, summary=summary, effect=effect)
    db.session.add(change)
    db.session.flush()
    return change
