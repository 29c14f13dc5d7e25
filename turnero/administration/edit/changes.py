"""An edit of the catalogue: previewed, saved once, and recorded.

A preview saves and rolls back, so it shows exactly what happens. The ``seal`` identifies the data the preview was
based on and the number of displaced people; if either has changed, nothing is saved and the new effect is shown.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select

from turnero.administration.edit import displaced, effects, procedure_effects
from turnero.administration.edit.effects import Effect
from turnero.administration.edit.procedure_effects import ProcedureEffect, Supply
from turnero.administration.edit.procedure_supply import supply_of
from turnero.agencies import queries as agencies
from turnero.agencies.catalogue.entries import Catalogue
from turnero.agencies.catalogue.load import SOURCE, write_catalogue
from turnero.agencies.catalogue.rows import agency_entry, procedure_entry
from turnero.agencies.models import Agency, Desk, Line, LocalHoliday, Procedure
from turnero.booking.closures import proposals
from turnero.booking.closures import seal as seals
from turnero.booking.closures.displacement import Cause, clear, lock_desks
from turnero.booking.documents.closure_text import HOURS_CHANGED
from turnero.booking.turn.errors import ChangedMeanwhile
from turnero.booking.turn.models import Displacement
from turnero.core import clock
from turnero.core import db as database
from turnero.core.extensions import db
from turnero.staff import record
from turnero.staff.actor import COMMAND_LINE, Actor


@dataclass(frozen=True)
class Edit:
    """Entries to write and the desks affected: those of ``agencies`` and ``lines`` (slugs).

    ``days``: the dates between which places or turns are counted; None if the edit affects none.
    """

    kind: str
    summary: str
    said: Catalogue
    agencies: frozenset[str] = frozenset()
    lines: frozenset[str] = frozenset()
    days: tuple[date, date] | None = None
    told: tuple[str, ...] = ()  # further effects known beforehand
    procedure: str = ""  # slug of the edited trámite: counts its turns instead of places

    def look(self) -> tuple[list[str], str]:
        """What it would do, in sentences, and the seal to make it with."""
        return _look(self)

    def make(self, seal: str, actor: Actor) -> int:
        """Do it; the number of its row in the record. Raises ChangedMeanwhile."""
        return _make(self, seal, actor)


@dataclass(frozen=True)
class _Measured:
    """The supply: places at the edit's desks, or turns of its trámite."""

    places: int = 0
    supply: Supply | None = None


@dataclass(frozen=True)
class _Done:
    """An uncommitted edit: places before and after, displaced people, and how many could return."""

    seal: str
    before: _Measured
    after: _Measured
    displaced: Sequence[Displacement]
    given_back: int

    def told(self, edit: Edit, placed: int | None) -> list[str]:
        if edit.days is None:
            return list(edit.told)
        unreachable = sum(1 for each in self.displaced if not each.booking.email)
        first, last = edit.days
        lost, back = len(self.displaced), self.given_back
        before, after = self.before, self.after
        if after.supply:
            effect = ProcedureEffect(first, last, before.supply, after.supply, lost, placed, unreachable)
            return [*edit.told, *procedure_effects.procedure_sentences(effect)]
        places, *people = effects.effect_sentences(
            Effect(first, last, before.places, after.places, lost, placed, unreachable, back)
        )
        return [places, *edit.told, *people]


@database.preview
def _look(edit: Edit) -> tuple[list[str], str]:
    done = _done(edit, COMMAND_LINE, None)
    for displacement in done.displaced:
        proposals.find_place(displacement)
    placed = sum(1 for displacement in done.displaced if displacement.new_desk_id is not None)
    return done.told(edit, placed), done.seal


@database.transaction
def _make(edit: Edit, seal: str, actor: Actor) -> int:
    done = _done(edit, actor, seal)
    slug = next(iter(edit.agencies)) if len(edit.agencies) == 1 else None
    agency_id = db.session.scalar(select(Agency.id).where(Agency.slug == slug)) if slug else None
    effect = " ".join(done.told(edit, None))
    return record.record_change(actor, edit.kind, edit.summary, agency_id=agency_id, effect=effect).id


def _done(edit: Edit, actor: Actor, expected: str | None) -> _Done:
    database.lock(SOURCE)
    desks = _desks(edit)
    lock_desks(desks)
    found, now = _found(edit), clock.now()
    before, without = _measured(edit, desks), displaced.still_without(desks, now)
    seats = displaced.seats_there(without)
    write_catalogue(edit.said)
    desks = _desks(edit)
    for desk in desks:
        clear(desk, Cause(HOURS_CHANGED, actor), now)
    db.session.flush()
    lost = _lost(desks, now)
    if expected is not None and not _is_still(expected, found, len(lost)):
        raise ChangedMeanwhile
    more = [was < there for was, there in zip(seats, displaced.seats_there(without), strict=True)]
    return _Done(f"{found}.{seals.seal_of(len(lost))}", before, _measured(edit, desks), lost, sum(more))


def _is_still(seal: str, found: str, lost: int) -> bool:
    """Whether the preview is still valid: nobody who booked since may lose an hour unannounced."""
    reckoned_on, _, people = seal.partition(".")
    return reckoned_on == found and seals.holds(people, lost)


def _lost(desks: Sequence[Desk], now: datetime) -> Sequence[Displacement]:
    """Displacements at these desks made ``now``."""
    here = Displacement.old_desk_id.in_([desk.id for desk in desks])
    rows = select(Displacement).where(Displacement.created_at == now, here)
    return db.session.scalars(rows.order_by(Displacement.id)).all()


def _desks(edit: Edit) -> list[Desk]:
    """The desks, in clearing order."""
    here = or_(Agency.slug.in_(edit.agencies), Line.slug.in_(edit.lines))
    found = select(Desk).join(Agency, Agency.id == Desk.agency_id).join(Line, Line.id == Desk.line_id)
    return list(db.session.scalars(found.where(here).order_by(Desk.id)))


def _measured(edit: Edit, desks: Sequence[Desk]) -> _Measured:
    if edit.days is None:
        return _Measured()
    if edit.procedure:
        return _Measured(supply=supply_of(edit.procedure, *edit.days))
    return _Measured(agencies.places_between(desks, *edit.days))


def _found(edit: Edit) -> str:
    """A hash of the present state of everything the edit names."""
    said = edit.said
    found = [
        *(agency_entry(row) for row in _rows(Agency, {each.slug for each in said.agencies})),
        *(procedure_entry(row) for row in _rows(Procedure, {each.slug for each in said.procedures})),
        *(sorted(agencies.catalogue_policy().items()) if said.policy is not None else ()),
    ]
    for holiday in said.holidays:
        where = (LocalHoliday.day == holiday.day, LocalHoliday.province_code == holiday.province)
        found += db.session.execute(
            select(LocalHoliday.name, LocalHoliday.canton, LocalHoliday.confirmed)
            .where(*where)
            .order_by(LocalHoliday.id)
        ).all()
    return hashlib.sha256(repr(found).encode()).hexdigest()


def _rows(table: type[Agency] | type[Procedure], slugs: set[str]) -> Sequence[Any]:
    return db.session.scalars(select(table).where(table.slug.in_(slugs)).order_by(table.slug)).all()
