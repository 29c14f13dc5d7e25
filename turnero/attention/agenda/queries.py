"""The agenda: a day's turns for staff, one row each with its possible actions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import assert_never

from sqlalchemy import select

from turnero.agencies.models import Agency
from turnero.attention.agenda.actions import Action, actions_for
from turnero.attention.day import order, queries
from turnero.attention.day.models import Visit
from turnero.attention.day.undo import may_take_back
from turnero.booking.documents.turn_text import tag_of
from turnero.booking.turn.lifecycle import ENDED, HOLDS, Status
from turnero.booking.turn.models import Booking, Event
from turnero.core import clock, formatting
from turnero.core.extensions import db
from turnero.core.language import gettext, ngettext
from turnero.core.language import gettext_noop as _
from turnero.notices.models import Notice, NoticeStatus
from turnero.staff.access import Member
from turnero.staff.models import Device
from turnero.verify.models import Citizen

# Word and CSS class of each status.
_OVER = ENDED | {Status.DISPLACED}
_MAILS = {
    NoticeStatus.WAITING: _("correo por enviar"),
    NoticeStatus.SENDING: _("correo por enviar"),
    NoticeStatus.DEAD: _("correo fallido"),
}


@dataclass(frozen=True)
class Row:
    """One turn of the day. Hours are the agency's wall clock."""

    id: int
    time: str
    person: str
    cedula: str
    reference: str
    procedure: str
    notes: tuple[str, ...]
    status: str
    word: str
    mark: str
    detail: str
    ticket: str
    mail: str
    mail_failed: bool
    mine: bool
    actions: tuple[Action, ...]
    over: bool


@dataclass(frozen=True)
class _Mail:
    """The state of a turn's mail if the clerk must know it; empty once it was sent."""

    word: str = ""
    failed: bool = False


@dataclass(frozen=True)
class Next:
    """The person who would be called next, and how many wait."""

    ticket: str
    person: str
    priority: bool
    waiting: int


@dataclass(frozen=True)
class Agenda:
    """A day of an agency. ``next`` and ``mine`` only today; ``mine``: the person at the member's window."""

    agency: Agency
    day: date
    today: bool
    rows: tuple[Row, ...]
    figures: tuple[tuple[str, int], ...]
    next: Next | None
    mine: Row | None
    help_at: tuple[tuple[int, str, str], ...]
    now: str


def agenda_of(agency_id: int, day: date, member: Member) -> Agenda:
    """The agenda of a local ``day`` at the agency of ``member``."""
    now = clock.now()
    agency = db.session.get_one(Agency, agency_id)
    people = _people(agency_id, day)
    sheet = _Sheet(
        agency, day, member, now, _names(people), queries.visits(agency_id, day), _last_steps(agency_id, day)
    )
    mails = _mails(people)
    rows = tuple(sheet.row(booking, mails.get(booking.id, _Mail())) for booking in people)
    today = queries.today_at(agency_id, now) == day
    return Agenda(
        agency=agency,
        day=day,
        today=today,
        rows=rows,
        figures=_figures(rows),
        next=_next(sheet) if today else None,
        mine=next((row for row in rows if row.mine), None) if today else None,
        help_at=_help(agency) if today else (),
        now=formatting.time_of(clock.local(now, agency.zone)),
    )


def _people(agency_id: int, day: date) -> list[Booking]:
    """The day's turns by hour; walk-ins are placed at their arrival."""
    shown = (
        select(Booking)
        .where(Booking.agency_id == agency_id, Booking.day == day, Booking.forgotten_at.is_(None))
        .where(Booking.status.not_in(HOLDS))
        .order_by(Booking.minute, Booking.confirmed_at, Booking.id)
    )
    return list(db.session.scalars(shown))


def _names(people: Sequence[Booking]) -> dict[str, str]:
    """Names from the local registry, by cédula."""
    cedulas = {booking.cedula for booking in people}
    rows = db.session.scalars(select(Citizen).where(Citizen.cedula.in_(cedulas)))
    return {citizen.cedula: f"{citizen.names} {citizen.surnames}" for citizen in rows}


def _last_steps(agency_id: int, day: date) -> dict[int, Event]:
    """The last status event of each turn."""
    rows = db.session.scalars(
        select(Event)
        .join(Booking, Booking.id == Event.booking_id)
        .where(Booking.agency_id == agency_id, Booking.day == day, Event.before.is_distinct_from(Event.after))
        .order_by(Event.id)
    )
    return {event.booking_id: event for event in rows}


def _mails(people: Sequence[Booking]) -> dict[int, _Mail]:
    subjects = {f"booking:{booking.id}": booking.id for booking in people}
    rows = db.session.execute(
        select(Notice.subject, Notice.status)
        .where(Notice.subject.in_(subjects), Notice.kind.in_(("confirmation", "change", "link")))
        .order_by(Notice.id)
    )
    found = {
        subjects[subject]: _Mail(gettext(_MAILS[status]), failed=status == NoticeStatus.DEAD)
        if status in _MAILS
        else _Mail()
        for subject, status in rows
    }
    return found | {booking.id: _Mail(gettext("sin correo")) for booking in people if booking.email is None}


def _figures(rows: Sequence[Row]) -> tuple[tuple[str, int], ...]:
    counted = (
        (gettext("Presentes"), "arrived"),
        (gettext("Por llegar"), "confirmed"),
        (gettext("Atendidos"), "attended"),
        (gettext("Ausentes"), "no_show"),
    )
    return tuple((name, sum(row.status == status for row in rows)) for name, status in counted)


def _help(agency: Agency) -> tuple[tuple[int, str, str], ...]:
    """Kiosks where somebody asked for help: id, name and time."""
    rows = db.session.scalars(select(Device).where(Device.agency_id == agency.id, Device.help_at.is_not(None)))
    return tuple(
        (device.id, device.name, formatting.time_of(clock.local(device.help_at, agency.zone)))
        for device in rows
        if device.help_at is not None
    )


@dataclass(frozen=True)
class _Sheet:
    """The data read for one day's rows."""

    agency: Agency
    day: date
    member: Member
    now: datetime
    names: dict[str, str]
    visits: dict[int, Visit]
    last_steps: dict[int, Event]

    def person(self, booking: Booking) -> str:
        return self.names.get(booking.cedula, gettext("Sin nombre en el registro"))

    def row(self, booking: Booking, mail: _Mail) -> Row:
        status = booking.status
        mail = mail if status in (Status.CONFIRMED, Status.DISPLACED) else _Mail()
        visit = self.visits.get(booking.id)
        word, mark = tag_of(status)
        mine = status is Status.CALLED and visit is not None and visit.window == self.member.window
        return Row(
            id=booking.id,
            time=formatting.clock_time(booking.minute),
            person=self.person(booking),
            cedula=booking.cedula,
            reference=booking.reference,
            procedure=booking.procedure.name,
            notes=_notes(booking),
            status=status,
            word=gettext(word),
            mark="" if status is Status.CONFIRMED else mark,  # the usual case has no mark
            detail=self._detail(booking, visit),
            ticket=visit.ticket if visit else "",
            mail=mail.word,
            mail_failed=mail.failed,
            mine=mine,
            actions=self._actions(booking, mine=mine),
            over=status in _OVER,
        )

    def _time(self, instant: datetime) -> str:
        return formatting.time_of(clock.local(instant, self.agency.zone))

    def _detail(self, booking: Booking, visit: Visit | None) -> str:
        if visit is None:
            late = self.now - booking.starts_at
            waits = booking.status == Status.CONFIRMED and late >= timedelta(minutes=1)
            minutes = round(late.total_seconds() / 60)
            return gettext("demora %(minutes)s min", minutes=minutes) if waits and late < timedelta(hours=12) else ""
        match booking.status:
            case Status.ARRIVED:
                parts = [gettext("llegó %(time)s", time=self._time(visit.arrived_at))]
                parts += [gettext("tarde")] if visit.late else []
                parts += [gettext("para ventanilla %(window)s", window=visit.for_window)] if visit.for_window else []
                parts += [gettext("no respondió")] if visit.parked_at else []
                return ", ".join(parts)
            case Status.CALLED:
                parts = [gettext("Ventanilla %(window)s", window=visit.window)]
                parts += [ngettext("%(num)s vez", "%(num)s veces", visit.calls)] if visit.calls > 1 else []
                return ", ".join(parts)
            case Status.ATTENDED:
                if not (visit.called_at and visit.ended_at):
                    return ""
                minutes = max(1, round((visit.ended_at - visit.called_at).total_seconds() / 60))
                return gettext("%(minutes)s min", minutes=minutes)
            case Status.HELD | Status.LAPSED | Status.CONFIRMED | Status.NO_SHOW | Status.CANCELLED | Status.DISPLACED:
                return ""
            case never:
                assert_never(never)

    def _actions(self, booking: Booking, *, mine: bool) -> tuple[Action, ...]:
        last = self.last_steps.get(booking.id)
        return actions_for(
            booking.status,
            today=clock.local(self.now, self.agency.zone).date() == self.day,
            begun=booking.starts_at <= self.now,
            has_window=bool(self.member.window),
            mine=mine,
            undoable=last is not None and may_take_back(last, booking, self.now),
        )


def _notes(booking: Booking) -> tuple[str, ...]:
    notes = []
    if booking.priority:
        notes.append(gettext("atención prioritaria"))
    if booking.third_party_name:
        name, cedula = booking.third_party_name, booking.third_party_cedula
        notes.append(gettext("viene %(name)s, %(cedula)s", name=name, cedula=cedula))
    if booking.walk_in:
        notes.append(gettext("sin turno"))
    elif booking.channel == "window":
        notes.append(gettext("turno asistido"))
    return tuple(notes)


def _next(sheet: _Sheet) -> Next | None:
    waiting = queries.waiting_visits(sheet.agency.id, sheet.day, sheet.member.desk_id)
    in_order = order.queue(waiting, sheet.member.window)
    if not in_order:
        return None
    visit = sheet.visits.get(in_order[0].booking_id)
    if visit is None:  # arrived since the rows were read
        return None
    return Next(visit.ticket, sheet.person(visit.booking), visit.booking.priority, len(in_order))
