"""Who did what, and who looked at whom: changes, steps of turns and looks at people's data, as lines to search."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Select, select

from turnero import clock
from turnero.agencies.models import Agency
from turnero.booking.lifecycle import Status
from turnero.booking.models import Booking, Event
from turnero.booking.turn_text import TAGS
from turnero.extensions import db
from turnero.formatting import long_date
from turnero.language import gettext, gettext_noop
from turnero.staff.models import Account, AdminChange, DataView, Device
from turnero.staff.record import COMMAND_LINE
from turnero.transparency.figures import MAINLAND

KINDS = {
    "todo": gettext_noop("Todo"),
    "cambios": gettext_noop("Cambios"),
    "turnos": gettext_noop("Pasos de turnos"),
    "vistas": gettext_noop("Quién vio a quién"),
}
MOST_LINES = 200
# A hold has no page of its own, so the turn's words lack these two.
_STATES = {status: word for status, (word, _) in TAGS.items()} | {
    Status.HELD: gettext_noop("Retenido"),
    Status.LAPSED: gettext_noop("Vencido"),
}
_LOOKED_AT = {
    "agenda": gettext_noop("Vio la agenda"),
    "csv": gettext_noop("Descargó la agenda en CSV"),
    "pdf": gettext_noop("Descargó la agenda en PDF"),
    "paper": gettext_noop("Abrió la lista en papel"),
    "turn": gettext_noop("Abrió el turno"),
}
_ACTORS = {
    COMMAND_LINE: gettext_noop("Línea de comandos"),
    "citizen": gettext_noop("La persona"),
    "sweep": gettext_noop("Trabajo automático"),
    "displacement": gettext_noop("Reubicación"),
}


@dataclass(frozen=True)
class Search:
    """What is looked for. Days are the mainland's, both inside; ``agency_id`` None: of all agencies."""

    kind: str
    first: date
    last: date
    account: str = ""
    reference: str = ""
    agency_id: int | None = None

    @property
    def between(self) -> tuple[datetime, datetime]:
        return clock.instant(self.first, 0, MAINLAND), clock.instant(self.last + timedelta(days=1), 0, MAINLAND)


@dataclass(frozen=True)
class LogLine:
    """``at``: the mainland's wall clock; ``who``: an account, a device or a job; no name and no cédula anywhere."""

    at: datetime
    who: str
    what: str
    agency: str


def lines(search: Search) -> list[LogLine]:
    """The newest first, at most MOST_LINES."""
    actors = _actors()
    account_ids = [number for number, email in actors.accounts.items() if search.account in email]
    found: list[LogLine] = []
    wanted = set(KINDS) - {"todo"} if search.kind == "todo" else {search.kind}
    if "cambios" in wanted and not search.reference:
        found += _changes(search, actors, account_ids)
    if "turnos" in wanted:
        found += _steps(search, actors, account_ids)
    if "vistas" in wanted:
        found += _looks(search, actors, account_ids)
    return sorted(found, key=lambda line: line.at, reverse=True)[:MOST_LINES]


@dataclass(frozen=True)
class _Actors:
    accounts: dict[int, str]
    devices: dict[int, str]

    def name(self, actor: str) -> str:
        kind, _, number = actor.partition(":")
        if kind == "staff" and number.isdecimal():
            return self.accounts.get(int(number), gettext("una cuenta que ya no existe"))
        if kind in ("kiosk", "board") and number.isdecimal():
            return self.devices.get(int(number), gettext("un equipo que ya no existe"))
        return gettext(_ACTORS[actor]) if actor in _ACTORS else actor


def _actors() -> _Actors:
    accounts = dict(db.session.execute(select(Account.id, Account.email)).all())
    devices = dict(db.session.execute(select(Device.id, Device.name)).all())
    return _Actors(accounts, devices)


def _changes(search: Search, actors: _Actors, account_ids: list[int]) -> Iterator[LogLine]:
    found = select(AdminChange, Agency.name).outerjoin(Agency, Agency.id == AdminChange.agency_id)
    found = found.where(AdminChange.at.between(*search.between))
    if search.agency_id is not None:
        found = found.where(AdminChange.agency_id == search.agency_id)
    if search.account:
        found = found.where(AdminChange.actor.in_([f"staff:{number}" for number in account_ids]))
    for change, agency in db.session.execute(found.order_by(AdminChange.id.desc()).limit(MOST_LINES)):
        what = f"{change.summary} {change.effect}".strip()
        yield LogLine(_local(change.at), actors.name(change.actor), what, agency or "")


def _steps(search: Search, actors: _Actors, account_ids: list[int]) -> Iterator[LogLine]:
    found = (
        select(Event, Booking.reference, Agency.name)
        .join(Booking, Booking.id == Event.booking_id)
        .join(Agency, Agency.id == Booking.agency_id)
        .where(Event.at.between(*search.between))
    )
    if search.account:
        found = found.where(Event.actor.in_([f"staff:{number}" for number in account_ids]))
    for event, reference, agency in db.session.execute(_of(found, search).order_by(Event.id.desc()).limit(MOST_LINES)):
        what = gettext("Turno %(reference)s: %(step)s.", reference=reference, step=_step(event))
        yield LogLine(_local(event.at), actors.name(event.actor), what, agency)


def _step(event: Event) -> str:
    if event.before == event.after:
        return gettext("cambió sin cambiar de estado")
    return gettext(_STATES[Status(event.after)]).lower()


def _looks(search: Search, actors: _Actors, account_ids: list[int]) -> Iterator[LogLine]:
    found = (
        select(DataView, Booking.reference, Agency.name)
        .outerjoin(Booking, Booking.id == DataView.booking_id)
        .join(Agency, Agency.id == DataView.agency_id)
        .where(DataView.at.between(*search.between))
    )
    if search.account:
        found = found.where(DataView.account_id.in_(account_ids))
    if search.agency_id is not None:
        found = found.where(DataView.agency_id == search.agency_id)
    if search.reference:
        found = found.where(Booking.reference == search.reference)
    for view, reference, agency in db.session.execute(found.order_by(DataView.id.desc()).limit(MOST_LINES)):
        yield LogLine(_local(view.at), actors.name(f"staff:{view.account_id}"), _look(view, reference), agency)


def _look(view: DataView, reference: str | None) -> str:
    did = gettext(_LOOKED_AT[view.kind])
    if reference:
        return f"{did} {reference}."
    return gettext("%(did)s del %(day)s.", did=did, day=long_date(view.day)) if view.day else f"{did}."


def _of(found: Select[Event, str, str], search: Search) -> Select[Event, str, str]:
    if search.agency_id is not None:
        found = found.where(Booking.agency_id == search.agency_id)
    if search.reference:
        found = found.where(Booking.reference == search.reference)
    return found


def _local(at: datetime) -> datetime:
    return clock.local(at, MAINLAND)
