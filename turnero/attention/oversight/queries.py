"""The supervisor's view of the last seven days: bookings, cancellations, reassignments and views by account."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select

from turnero.attention.day.queries import today_at
from turnero.attention.oversight.outliers import stands_out
from turnero.booking.turn.events import What
from turnero.booking.turn.lifecycle import PRESENT, Status
from turnero.booking.turn.models import Booking, Event
from turnero.core import clock
from turnero.core.extensions import db
from turnero.core.language import gettext_noop as _
from turnero.staff.models import Account, DataView

SPAN = timedelta(days=7)
KINDS = (
    _("Turnos agregados"),
    _("Cancelados"),
    _("Reasignados"),
    _("Cédulas sin dígito válido"),
    _("Deshechos"),
    _("Vistas"),
    _("Descargas"),
)
_SAME_PERSON = 3


@dataclass(frozen=True)
class Cell:
    """One number; ``stands_out`` marks outliers, ``turns`` lists its turns (id and reference)."""

    count: int
    stands_out: bool
    turns: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class Line:
    """One account: its address, a cell for each of KINDS, and turns it repeatedly made for the same person."""

    email: str
    cells: tuple[Cell, ...]
    again: Cell


@dataclass(frozen=True)
class Oversight:
    """The page's data. ``left_open``: past turns of people present that were never ended (id, reference, day)."""

    lines: tuple[Line, ...]
    left_open: tuple[tuple[int, str, date], ...]


def agency_oversight(agency_id: int) -> Oversight:
    now = clock.now()
    since = now - SPAN
    turns, people = _turns(agency_id, since)
    looks = _looks(agency_id, since)
    accounts = db.session.scalars(select(Account).where(Account.agency_id == agency_id).order_by(Account.email)).all()
    numbers = {
        account.id: [len(turns[account.id, kind]) for kind in KINDS[:5]]
        + [looks[account.id, False], looks[account.id, True]]
        for account in accounts
    }
    marked = [stands_out({account: row[at] for account, row in numbers.items()}) for at in range(len(KINDS))]
    lines = tuple(
        Line(
            account.email,
            tuple(
                Cell(number, account.id in marked[at], tuple(turns.get((account.id, kind), ())))
                for at, (kind, number) in enumerate(zip(KINDS, numbers[account.id], strict=True))
            ),
            _again(people[account.id]),
        )
        for account in accounts
    )
    return Oversight(lines, _left_open(agency_id, now))


Turns = dict[tuple[int, str], list[tuple[int, str]]]
People = dict[str, list[tuple[int, str]]]


def _again(people: People) -> Cell:
    """Number of cédulas or mailboxes with three or more turns from one account, and these turns."""
    often = [turns for turns in people.values() if len(turns) >= _SAME_PERSON]
    return Cell(len(often), bool(often), tuple(dict.fromkeys(turn for turns in often for turn in turns)))


def _turns(agency_id: int, since: datetime) -> tuple[Turns, dict[int, People]]:
    """Turns by account and kind, and turns each account made by cédula and mailbox."""
    turns: Turns = defaultdict(list)
    people: dict[int, People] = defaultdict(lambda: defaultdict(list))
    rows = db.session.execute(
        select(Event, Booking.reference, Booking.cedula, Booking.email)
        .join(Booking, Booking.id == Event.booking_id)
        .where(Booking.agency_id == agency_id, Event.at > since, Event.actor.startswith("staff:"))
        .order_by(Event.id)
    )
    for event, reference, cedula, email in rows:
        account = event.actor.id or 0
        for kind in _kinds(event):
            turns[account, kind].append((event.booking_id, reference))
            if kind == KINDS[0]:
                for whose in {cedula, email.casefold()} if email else {cedula}:
                    people[account][whose].append((event.booking_id, reference))
    return turns, people


def _kinds(event: Event) -> list[str]:
    said = {
        KINDS[0]: event.before is None,
        KINDS[1]: event.after == Status.CANCELLED,
        KINDS[2]: event.what == What.REASSIGNED,
        KINDS[3]: bool(event.details.get("override")),
        KINDS[4]: event.what == What.UNDONE,
    }
    return [kind for kind, holds in said.items() if holds]


def _looks(agency_id: int, since: datetime) -> Counter[tuple[int, bool]]:
    """Number of views of personal data, by account and by whether exported (CSV, PDF, paper)."""
    rows = db.session.execute(
        select(DataView.account_id, DataView.kind).where(DataView.agency_id == agency_id, DataView.at > since)
    )
    return Counter((account, kind in ("csv", "pdf", "paper")) for account, kind in rows)


def _left_open(agency_id: int, now: datetime) -> tuple[tuple[int, str, date], ...]:
    rows = db.session.execute(
        select(Booking.id, Booking.reference, Booking.day)
        .where(Booking.agency_id == agency_id, Booking.day < today_at(agency_id, now))
        .where(Booking.status.in_(PRESENT))
        .order_by(Booking.day, Booking.minute)
    )
    return tuple((booking_id, reference, day) for booking_id, reference, day in rows)
