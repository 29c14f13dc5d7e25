"""Who did what, and who looked at whom: changes, steps of turns and looks at people's data, as lines to search."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, false, or_, select

from turnero.administration.log import turns, words
from turnero.administration.log.cursor import Mark
from turnero.administration.log.turn_places import Stay, move_of
from turnero.agencies.models import Agency
from turnero.booking.turn.models import Booking, Event
from turnero.core import clock
from turnero.core.extensions import db
from turnero.core.language import gettext, gettext_noop
from turnero.staff import sessions
from turnero.staff.actor import Actor, ActorKind
from turnero.staff.models import Account, AdminChange, DataView, Device
from turnero.transparency.figures import MAINLAND

KINDS = {
    "todo": gettext_noop("Todo"),
    "cambios": gettext_noop("Cambios"),
    "turnos": gettext_noop("Pasos de turnos"),
    "vistas": gettext_noop("Quién vio a quién"),
}
MAX_LINES = 200
_RANKS: dict[type[AdminChange | Event | DataView], int] = {AdminChange: 0, Event: 1, DataView: 2}
_ACTORS = {
    ActorKind.COMMAND_LINE: gettext_noop("Línea de comandos"),
    ActorKind.CITIZEN: gettext_noop("La persona"),
    ActorKind.OWNER: gettext_noop("El titular, desde su correo"),
    ActorKind.SWEEP: gettext_noop("Trabajo automático"),
    ActorKind.CLOSE_DAY: gettext_noop("Cierre del día"),
    ActorKind.DISPLACEMENT: gettext_noop("Reubicación"),
    ActorKind.WAITING_LIST: gettext_noop("Lista de espera"),
    ActorKind.DRAW: gettext_noop("Sorteo"),
    ActorKind.RESTORE: gettext_noop("Restauración de una copia"),
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
    older_than: Mark | None = None

    @property
    def between(self) -> tuple[datetime, datetime]:
        return clock.instant(self.first, 0, MAINLAND), clock.instant(self.last + timedelta(days=1), 0, MAINLAND)


@dataclass(frozen=True)
class LogLine:
    """``at``: the mainland's wall clock; ``who``: an account, a device or a job; no name and no cédula anywhere."""

    mark: Mark
    who: str
    what: str
    agency: str

    @property
    def at(self) -> datetime:
        return clock.local(self.mark.at, MAINLAND)


def log_lines(search: Search) -> tuple[list[LogLine], Mark | None]:
    """Lines newest first, at most MAX_LINES, and the cursor to older ones, if any."""
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
    found.sort(key=lambda line: line.mark, reverse=True)
    shown = found[:MAX_LINES]
    return shown, shown[-1].mark if len(found) > len(shown) else None


def who(actor: Actor) -> str:
    """The name of an actor."""
    return _actors().name(actor)


@dataclass(frozen=True)
class _Actors:
    accounts: dict[int, str]
    devices: dict[int, str]

    def name(self, actor: Actor) -> str:
        match actor.kind:
            case ActorKind.STAFF:
                return self.accounts.get(actor.id or 0, gettext("una cuenta que ya no existe"))
            case ActorKind.KIOSK:
                return self.devices.get(actor.id or 0, gettext("un equipo que ya no existe"))
            case _:
                return gettext(_ACTORS[actor.kind])


def _actors() -> _Actors:
    accounts = dict(db.session.execute(select(Account.id, Account.email)).all())
    devices = dict(db.session.execute(select(Device.id, Device.name)).all())
    return _Actors(accounts, devices)


def _inside(table: type[AdminChange | Event | DataView], search: Search) -> list[ColumnElement[bool]]:
    """The condition of the searched days and the cursor."""
    days = table.at.between(*search.between)
    return [days] if search.older_than is None else [days, search.older_than.older(table, _RANKS[table])]


def _changes(search: Search, actors: _Actors, account_ids: list[int]) -> Iterator[LogLine]:
    found = select(AdminChange, Agency.name).outerjoin(Agency, Agency.id == AdminChange.agency_id)
    if search.agency_id is not None:
        found = found.where(AdminChange.agency_id == search.agency_id)
    if search.account:
        found = found.where(AdminChange.actor.in_([Actor.staff(number) for number in account_ids]))
    found = found.where(*_inside(AdminChange, search)).order_by(AdminChange.at.desc(), AdminChange.id.desc())
    for change, agency in db.session.execute(found.limit(MAX_LINES + 1)):
        what = f"{change.summary} {change.effect}".strip()
        yield LogLine(_mark(change), actors.name(change.actor), what, agency or "")


def _steps(search: Search, actors: _Actors, account_ids: list[int]) -> Iterator[LogLine]:
    found = select(Event, Booking.reference).join(Booking, Booking.id == Event.booking_id)
    if search.account:
        found = found.where(Event.actor.in_([Actor.staff(number) for number in account_ids]))
    if search.agency_id is not None:
        found = found.where(Booking.agency_id == search.agency_id)
    if search.reference:
        found = found.where(Booking.reference == search.reference)
    found = found.where(*_inside(Event, search)).order_by(Event.at.desc(), Event.id.desc())
    rows = db.session.execute(found.limit(MAX_LINES + 1)).all()
    places, names = turns.turn_places_of({event.booking_id for event, _ in rows}), _agencies()
    for event, reference in rows:
        place = places.at(event.booking_id, event.at)
        what = words.step(event, reference, place, move_of(event.at, event.details))
        yield LogLine(_mark(event), actors.name(event.actor), what, names.get(place.agency, ""))


def _looks(search: Search, actors: _Actors, account_ids: list[int]) -> Iterator[LogLine]:
    found = (
        select(DataView, Booking.reference, Agency)
        .outerjoin(Booking, Booking.id == DataView.booking_id)
        .join(Agency, Agency.id == DataView.agency_id)
    )
    if search.account:
        found = found.where(DataView.account_id.in_(account_ids))
    if search.agency_id is not None:
        found = found.where(DataView.agency_id == search.agency_id)
    stood: list[Stay] = []
    if search.reference:
        turn = db.session.scalar(select(Booking).where(Booking.reference == search.reference))
        stood = turns.agendas_of(turn) if turn else []
        found = found.where(_showed(turn, stood) if turn else false())
    found = found.where(*_inside(DataView, search)).order_by(DataView.at.desc(), DataView.id.desc())
    rows = db.session.execute(found.limit(MAX_LINES + 1)).all()
    places = turns.turn_places_of({view.booking_id for view, _, _ in rows if view.booking_id is not None})
    for view, reference, agency in rows:
        if view.booking_id is not None:
            what = words.opened(reference or "", places.at(view.booking_id, view.at).when)
        elif search.reference:
            there = any(stay.holds(agency.slug, view.day, view.at) for stay in stood)
            what = words.agenda_with_it(view, already=there)
        else:
            what = words.agenda(view)
        yield LogLine(_mark(view), actors.name(Actor.staff(view.account_id)), what, agency.name)


def _showed(turn: Booking, stood: Sequence[Stay]) -> ColumnElement[bool]:
    """Whether a view showed this turn: its own page, or an agenda that contained it."""
    return or_(DataView.booking_id == turn.id, *(_in_agenda(stay) for stay in stood))


def _in_agenda(stay: Stay) -> ColumnElement[bool]:
    """An open page keeps showing new turns of the agenda while its session lasts."""
    open_page = and_(DataView.kind == "agenda", DataView.at >= stay.since - sessions.MAX_AGE)
    ended = () if stay.until is None else (DataView.at < stay.until,)
    that_day = (DataView.booking_id.is_(None), Agency.slug == stay.agency, DataView.day == stay.day)
    return and_(*that_day, *ended, or_(DataView.at >= stay.since, open_page))


def _agencies() -> dict[str, str]:
    """Agency names by slug."""
    return dict(db.session.execute(select(Agency.slug, Agency.name)).all())


def _mark(row: AdminChange | Event | DataView) -> Mark:
    return Mark(row.at, _RANKS[type(row)], row.id)
