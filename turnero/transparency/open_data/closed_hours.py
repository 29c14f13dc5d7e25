"""Public list of closed hours: place, time, reason, and number of displaced people."""

from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from turnero.agencies.models import Closure
from turnero.booking.closures.scope import place_alone
from turnero.booking.documents.closure_text import KINDS
from turnero.booking.turn.models import Displacement
from turnero.core import clock
from turnero.core.extensions import db
from turnero.core.language import gettext_noop as _
from turnero.transparency.figures import MAINLAND
from turnero.transparency.measures import LEAST_SHOWN

_BEHIND = timedelta(days=366)
COLUMNS = {
    "lugar": _("Dónde se cerró: una agencia, un cantón, una provincia o todo el país."),
    "desde": _("Desde cuándo, hora de cada agencia."),
    "hasta": _("Hasta cuándo, hora de cada agencia."),
    "clase": _("Feriado, decreto o contingencia."),
    "motivo": _("Por qué."),
    "deshecho": _("Si después se abrió otra vez."),
    "personas_afectadas": _("Personas que perdieron su hora."),
}


def rows() -> list[dict[str, Any]]:
    """Closures of the last year and future ones, newest first; None replaces suppressed numbers."""
    since = clock.local(clock.now(), MAINLAND) - _BEHIND
    found = select(Closure).where(Closure.ends > since).order_by(Closure.starts.desc(), Closure.id.desc())
    lost = dict(
        db.session.execute(select(Displacement.closure_id, func.count()).group_by(Displacement.closure_id)).all()
    )
    return [
        {
            "lugar": place_alone(closure),
            "desde": closure.starts.isoformat(timespec="minutes"),
            "hasta": closure.ends.isoformat(timespec="minutes"),
            "clase": KINDS[closure.kind],
            "motivo": closure.name,
            "deshecho": closure.withdrawn_at is not None,
            "personas_afectadas": _shown(lost.get(closure.id, 0)),
        }
        for closure in db.session.scalars(found)
    ]


def _shown(count: int) -> int | None:
    return None if 0 < count < LEAST_SHOWN else count
