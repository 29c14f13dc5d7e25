"""One edit of the catalogue: looked at before it is made, made once, written down.

Looking is making and rolling back, so what is told is what happens. The ``seal`` says what the edit was reckoned on:
when somebody changed that meanwhile, nothing is done and the new effect is shown.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import or_, select

from turnero import clock
from turnero import db as database
from turnero.administration import effects
from turnero.administration.effects import Effect
from turnero.agencies import queries as agencies
from turnero.agencies.catalogue_entries import Catalogue
from turnero.agencies.catalogue_load import SOURCE, write
from turnero.agencies.catalogue_rows import agency_entry, procedure_entry
from turnero.agencies.models import Agency, Desk, Line, LocalHoliday, Procedure
from turnero.booking import proposals
from turnero.booking.closure_text import HOURS_CHANGED
from turnero.booking.displacement import Cause, clear, lock_desks
from turnero.booking.models import Displacement
from turnero.errors import Refused
from turnero.extensions import db
from turnero.staff import record


class ChangedMeanwhile(Refused):
    """Somebody else changed the same while this was being read."""

    code = "changed_meanwhile"
    status = 409


@dataclass(frozen=True)
class Edit:
    """What is written and where it acts: the desks of ``agencies`` (slugs) and of ``lines`` (slugs).

    ``days``: the dates between which places are counted; None: the edit touches none.
    """

    kind: str
    summary: str
    said: Catalogue
    agencies: frozenset[str] = frozenset()
    lines: frozenset[str] = frozenset()
    days: tuple[date, date] | None = None
    told: tuple[str, ...] = ()  # what else it does, known beforehand

    def look(self) -> tuple[list[str], str]:
        """What it would do, in sentences, and the seal to make it with."""
        try:
            _make_and_roll_back(self)
        except _RolledBack as told:
            return told.sentences, told.seal
        raise AssertionError("a look always rolls back")

    def make(self, seal: str, actor: str) -> int:
        """Do it; the number of its row in the record. Raises ChangedMeanwhile."""
        return _make(self, seal, actor)


@dataclass(frozen=True)
class _Done:
    """An edit written and not yet committed: places before and after, and who lost theirs."""

    seal: str
    before: int
    after: int
    displaced: Sequence[Displacement]

    def told(self, edit: Edit, placed: int | None) -> list[str]:
        if edit.days is None:
            return list(edit.told)
        unreachable = sum(1 for each in self.displaced if not each.booking.email)
        first, last = edit.days
        return effects.told(Effect(first, last, self.before, self.after, len(self.displaced), placed, unreachable))


class _RolledBack(Exception):
    """Carries what was seen out of a transaction that is rolled back."""

    def __init__(self, sentences: list[str], seal: str) -> None:
        super().__init__()
        self.sentences = sentences
        self.seal = seal


@database.transaction
def _make_and_roll_back(edit: Edit) -> None:
    done = _done(edit, "preview", None)
    for displacement in done.displaced:
        proposals.find_place(displacement)
    placed = sum(1 for displacement in done.displaced if displacement.new_desk_id is not None)
    raise _RolledBack(done.told(edit, placed), done.seal)


@database.transaction
def _make(edit: Edit, seal: str, actor: str) -> int:
    done = _done(edit, actor, seal)
    slug = next(iter(edit.agencies)) if len(edit.agencies) == 1 else None
    agency_id = db.session.scalar(select(Agency.id).where(Agency.slug == slug)) if slug else None
    effect = " ".join(done.told(edit, None))
    return record.add(actor, edit.kind, edit.summary, agency_id=agency_id, effect=effect).id


def _done(edit: Edit, actor: str, expected: str | None) -> _Done:
    database.lock(SOURCE)
    desks = _desks(edit)
    lock_desks(desks)
    seal = _seal(edit)
    if expected is not None and expected != seal:
        raise ChangedMeanwhile
    before = _places(desks, edit.days)
    write(edit.said)
    desks, now = _desks(edit), clock.now()
    for desk in desks:
        clear(desk, Cause(HOURS_CHANGED, actor), now)
    db.session.flush()
    lost = (Displacement.created_at == now, Displacement.old_desk_id.in_([desk.id for desk in desks]))
    displaced = db.session.scalars(select(Displacement).where(*lost).order_by(Displacement.id)).all()
    return _Done(seal, before, _places(desks, edit.days), displaced)


def _desks(edit: Edit) -> list[Desk]:
    """In the order in which they are cleared."""
    here = or_(Agency.slug.in_(edit.agencies), Line.slug.in_(edit.lines))
    found = select(Desk).join(Agency, Agency.id == Desk.agency_id).join(Line, Line.id == Desk.line_id)
    return list(db.session.scalars(found.where(here).order_by(Desk.id)))


def _places(desks: Sequence[Desk], days: tuple[date, date] | None) -> int:
    return agencies.places_between(desks, *days) if days else 0


def _seal(edit: Edit) -> str:
    """A hash of what is there of all that the edit names."""
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
