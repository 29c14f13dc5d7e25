"""The page of a turn at the window: its facts and its history in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from turnero.attention.day.models import Visit
from turnero.attention.day.queries import visit_of
from turnero.attention.day.undo import UNDO_LIFE, last_step
from turnero.booking.documents.event_text import event_words
from turnero.booking.documents.turn_text import tag_of
from turnero.booking.journey import cancel
from turnero.booking.turn.lifecycle import LIVE, SEATED
from turnero.booking.turn.models import Booking, Event
from turnero.core import clock, formatting
from turnero.core.extensions import db
from turnero.core.language import gettext
from turnero.core.language import gettext_noop as _
from turnero.staff.actor import Actor, ActorKind
from turnero.staff.models import Account
from turnero.verify import contact

_THE_SYSTEM = _("el sistema")
_ACTORS = {
    ActorKind.CITIZEN: _("la persona"),
    ActorKind.OWNER: _("el titular, desde su correo"),
    ActorKind.KIOSK: _("el kiosco"),
}
_CHANNELS = {"web": _("en línea"), "window": _("en ventanilla"), "kiosk": _("en el kiosco")}


@dataclass(frozen=True)
class Step:
    """One line of a turn's history."""

    when: str
    what: str
    who: str
    note: str = ""


@dataclass(frozen=True)
class TurnPage:
    """A turn as the clerk sees it."""

    booking: Booking
    visit: Visit | None
    word: str
    mark: str
    channel: str
    mobile: str
    arrived: str
    steps: tuple[Step, ...]
    cancellable: bool
    live: bool
    seated: bool
    undoable: bool

    @classmethod
    def of(cls, booking: Booking) -> "TurnPage":
        now = clock.now()
        word, mark = tag_of(booking.status)
        visit = visit_of(booking.id)
        return cls(
            booking=booking,
            visit=visit,
            word=gettext(word),
            mark=mark,
            channel=gettext("sin turno previo") if booking.walk_in else gettext(_CHANNELS[booking.channel]),
            mobile=contact.display_mobile(booking.mobile) if booking.mobile else "",
            arrived=formatting.time_of(clock.local(visit.arrived_at, booking.agency.zone)) if visit else "",
            steps=story(booking, now),
            cancellable=cancel.may_cancel(booking, now),
            live=booking.status in LIVE,
            seated=booking.status in SEATED,
            undoable=_is_undoable(booking, now),
        )


def _is_undoable(booking: Booking, now: datetime) -> bool:
    step = last_step(booking)
    return step is not None and step.at > now - UNDO_LIFE


def story(booking: Booking, now: datetime) -> tuple[Step, ...]:
    """Every event of a turn in words, the newest first."""
    events = db.session.scalars(select(Event).where(Event.booking_id == booking.id).order_by(Event.id.desc())).all()
    emails = _staff_emails(events)
    today = clock.local(now, booking.agency.zone).date()
    return tuple(_step(event, booking.agency.zone, emails, today) for event in events)


def _step(event: Event, zone: str, emails: dict[int, str], today: date) -> Step:
    local = clock.local(event.at, zone)
    time = formatting.time_of(local)
    when = time if local.date() == today else f"{formatting.day_and_month(local.date())}, {time}"
    return Step(when, event_words(event), _who(event.actor, emails), _note(event))


def _note(event: Event) -> str:
    """Further details of the event in words."""
    notes = []
    if event.details.get("override"):
        notes.append(gettext("cédula física revisada: el dígito verificador no coincide"))
    if event.details.get("why"):
        notes.append(gettext("motivo: %(why)s", why=event.details["why"]))
    if event.details.get("window"):
        notes.append(gettext("ventanilla %(window)s", window=event.details["window"]))
    return "; ".join(notes)


def _who(actor: Actor, emails: dict[int, str]) -> str:
    if actor.kind == ActorKind.STAFF and actor.id in emails:
        return emails[actor.id]
    return gettext(_ACTORS.get(actor.kind, _THE_SYSTEM))


def _staff_emails(events: Sequence[Event]) -> dict[int, str]:
    """E-mail addresses of the acting staff, by account."""
    accounts = {event.actor.id for event in events if event.actor.kind == ActorKind.STAFF}
    return dict(db.session.execute(select(Account.id, Account.email).where(Account.id.in_(accounts))).all())
