"""State of a citizen's pass through the steps. It lives in the database, so an old cookie restores nothing.

The use cases of the steps are in ``steps`` (2 to 6), ``holds`` (7) and ``confirm`` (8). Each locks the journey's row
first; a step posted out of order raises ``WrongStep``.
"""

from datetime import datetime
from enum import StrEnum
from functools import cache, partial
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import lazyload
from sqlalchemy.orm.attributes import set_committed_value

from turnero.agencies.models import Agency, Procedure
from turnero.booking.turn.errors import NotInRegistry, WrongStep
from turnero.booking.turn.models import Journey
from turnero.core import clock
from turnero.core.errors import NotFound
from turnero.core.extensions import db
from turnero.core.shared_values import shared

# Built once at import: building these statements takes longer than executing them.
_OWNED = (Journey.key == bindparam("key"), Journey.browser == bindparam("browser"))
_LOCKED = select(Journey).where(*_OWNED).with_for_update(of=Journey).execution_options(populate_existing=True)


class Step(StrEnum):
    """The steps; each value is the last part of the page's URL."""

    CONTACT = "contacto"
    VERIFY = "verificar"
    PLACE = "lugar"
    HOUR = "horario"
    CONFIRM = "confirmar"
    DONE = "hecho"


def step_of(journey: Journey, now: datetime) -> Step:
    """The first unanswered step."""
    if journey.done:
        return Step.DONE
    if journey.mailbox is None or (journey.mobile is None and not journey.changes):
        return Step.CONTACT
    if journey.verified_at is None:
        return Step.VERIFY
    if journey.agency_id is None or not journey.registered:
        return Step.PLACE
    if journey.hold_lapses_at is not None and journey.hold_lapses_at > now:
        return Step.CONFIRM
    return Step.HOUR


def owned(key: str, browser: str) -> Journey:
    """The journey for a page, with agency and trámite from a cache of seconds.

    Raises NotFound unless this browser began it, and NotInRegistry if the registry refused it.
    """
    row = db.session.execute(_with_the_time(db.engine.dialect.name), {"key": key, "browser": browser}).one_or_none()
    if row is None:
        raise NotFound
    journey, present = row
    clock.read_beside(present)
    for name, kind, which in (("agency", Agency, journey.agency_id), ("procedure", Procedure, journey.procedure_id)):
        set_committed_value(
            journey, name, shared((name, which), partial(db.session.get, kind, which)) if which else None
        )
    return _usable(journey)


@cache
def _with_the_time(_engine: str) -> Select[Any]:
    """Add the database's time, which each engine expresses differently."""
    alone = (lazyload(Journey.agency), lazyload(Journey.procedure))
    return select(Journey, clock.beside()).where(*_OWNED).options(*alone)


def locked(key: str, browser: str) -> Journey:
    """The journey with its row locked for a use case."""
    return _usable(db.session.scalar(_LOCKED, {"key": key, "browser": browser}))


def _usable(journey: Journey | None) -> Journey:
    if journey is None:
        raise NotFound
    if journey.registered is False:
        raise NotInRegistry
    return journey


def require_step(journey: Journey, now: datetime, *steps: Step) -> Step:
    """The journey's step, or WrongStep when it is none of ``steps``."""
    step = step_of(journey, now)
    if step not in steps:
        raise WrongStep(step=step)
    return step
