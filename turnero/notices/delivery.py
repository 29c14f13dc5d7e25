"""Delivering what the outbox owes: take, send outside any transaction, mark. At least once, never lost.

A notice is leased while it is being sent. When a deliverer dies its lease runs out and the notice goes
again, with the same Message-ID. The number of the attempt is the fence: a deliverer that slept through
its lease can neither send nor undo what its successor does.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

import structlog
from sqlalchemy import ColumnElement, CursorResult, Update, and_, or_, select, update
from sqlalchemy.orm import aliased

from turnero.core import clock
from turnero.core.db import OUTAGES, transaction
from turnero.core.extensions import db
from turnero.notices.channels.mail import Postponed, Rejected, Unreachable, VerifiedConnection, compose, mail
from turnero.notices.models import OWED, Notice, NoticeStatus
from turnero.notices.rendering import Rendered, handed_over, render

LEASE = timedelta(seconds=60)  # longer than the four answers that one mail may have to wait for
WAITS = tuple(timedelta(seconds=seconds) for seconds in (30, 120, 600, 3600, 6 * 3600))
MAX_ATTEMPTS = 14  # with these waits more than two days
PATIENCE = timedelta(days=2)  # no mail dies younger of a temporary fault, however often it was tried
_MIN_WAIT = timedelta(seconds=5)
# The server takes nothing: all wait this long, and the mail it was found out with, which may be the cause, a bit more.
PAUSE = timedelta(seconds=30)
_MAX_PAUSE = timedelta(minutes=4)

log = structlog.get_logger()


@dataclass(frozen=True)
class Delivered:
    """How many notices were sent, failed (they come again or are dead) and were dropped."""

    sent: int = 0
    failed: int = 0
    dropped: int = 0

    def __add__(self, other: "Delivered") -> "Delivered":
        return Delivered(self.sent + other.sent, self.failed + other.failed, self.dropped + other.dropped)


@dataclass(frozen=True)
class _Owed:
    """One leased notice, apart from its row: no transaction is open while the mail server is spoken to."""

    id: int
    kind: str
    attempt: int
    address: str
    message_id: str
    created_at: datetime


def deliver_all(goes_on: Callable[[], bool] = lambda: True) -> Delivered:
    """Deliver until nothing is due, or, asked before each batch, it shall not go on."""
    total = Delivered()
    while goes_on() and (batch := deliver()) != Delivered():
        total += batch
    return total


def deliver(limit: int = 20) -> Delivered:
    """Send up to ``limit`` due notices, most urgent first, over one connection. Any number may run at once."""
    if not _anything_due():
        return Delivered()
    owed, dropped = _take(limit)
    total = Delivered(dropped=dropped)
    with mail.connect() as connection:
        for position, notice in enumerate(owed):
            try:
                total += _send(connection, notice)
            except Unreachable as error:
                # The others would only wait for the same silence.
                total += _fail(notice, error)
                _pause(owed[position + 1 :])
                break
    return total


def wait_after(attempt: int, left: timedelta | None) -> timedelta:
    """How long to wait after the ``attempt``-th failure (1…) of a mail that is worth something for ``left`` more.

    A mail that expires is tried more densely, a quarter of what is left at a time: a code that comes late is lost.
    """
    wait = WAITS[min(attempt, len(WAITS)) - 1]
    return wait if left is None else max(min(wait, left / 4), _MIN_WAIT)


def _send(connection: VerifiedConnection, owed: _Owed) -> Delivered:
    try:
        rendered = _rendered(owed.id)
    except OUTAGES:
        raise  # no fault of this notice: its lease runs out, and somebody sends it then
    except Exception as error:  # a fault in one notice's renderer must not stop everybody else's mail
        log.exception("notice_not_rendered", notice=owed.id, kind=owed.kind)
        return _fail(owed, RuntimeError(f"not rendered: {type(error).__name__}"))
    if rendered is None:
        return _drop(owed)
    try:
        message = compose(rendered, owed.address, owed.message_id, owed.created_at)
        connection.open()
        if not _renew(owed):
            return _drop(owed, Notice.expires_at <= clock.now())
        connection.send(message)
    except (Postponed, Rejected) as error:
        return _fail(owed, error)
    _mark_sent(owed)
    return Delivered(sent=1)


def _rendered(notice_id: int) -> Rendered | None:
    try:
        return render(db.session.get_one(Notice, notice_id))
    finally:
        db.session.rollback()  # nothing was written; do not keep a snapshot open over the network


def _free(now: datetime) -> ColumnElement[bool]:
    """Notices that nobody is sending."""
    return or_(
        Notice.status == NoticeStatus.WAITING, and_(Notice.status == NoticeStatus.SENDING, Notice.leased_until <= now)
    )


def _due(now: datetime) -> ColumnElement[bool]:
    """Notices whose time has come, and before which nothing more urgent about the same subject is still unsent:
    nobody is reminded of a turn that was not yet confirmed to them."""
    before = aliased(Notice)
    unsent = select(before.id).where(
        before.subject == Notice.subject,
        before.priority < Notice.priority,
        before.status.in_(OWED),
    )
    return and_(Notice.next_try_at <= now, ~unsent.exists())


def _anything_due() -> bool:
    """Whether taking is worth a write transaction; asked every second."""
    now = clock.now()
    wanted = and_(_free(now), or_(_due(now), Notice.expires_at <= now))
    found = db.session.scalar(select(Notice.id).where(wanted).limit(1)) is not None
    db.session.rollback()
    return found


@transaction
def _take(limit: int) -> tuple[list[_Owed], int]:
    """Lease due notices; drop the expired. Whoever comes at the same time takes others."""
    now = clock.now()
    expired = select(Notice.id).where(_free(now), Notice.expires_at <= now).with_for_update(skip_locked=True)
    dropped = _count(
        update(Notice).where(Notice.id.in_(expired)).values(status=NoticeStatus.DROPPED, leased_until=None)
    )
    due = db.session.scalars(
        select(Notice)
        .where(_free(now), _due(now))
        .order_by(Notice.priority, Notice.next_try_at, Notice.id)
        .limit(limit)
        .with_for_update(of=Notice, skip_locked=True)
    )
    return [_leased(notice, now) for notice in due], dropped


def _leased(notice: Notice, now: datetime) -> _Owed:
    notice.status = NoticeStatus.SENDING
    notice.attempts += 1
    notice.leased_until = now + LEASE
    return _Owed(notice.id, notice.kind, notice.attempts, notice.address, notice.message_id, notice.created_at)


def _still_ours(owed: _Owed) -> Update:
    return update(Notice).where(
        Notice.id == owed.id, Notice.status == NoticeStatus.SENDING, Notice.attempts == owed.attempt
    )


@transaction
def _renew(owed: _Owed) -> bool:
    """Right before sending: is it still ours, and still worth sending?"""
    now = clock.now()
    alive = or_(Notice.expires_at.is_(None), Notice.expires_at > now)
    return _count(_still_ours(owed).where(Notice.leased_until > now, alive).values(leased_until=now + LEASE)) == 1


@transaction
def _mark_sent(owed: _Owed) -> None:
    """Whoever holds the lease by now: it is sent, and nobody needs to send it again."""
    now = clock.now()
    sent = {"status": NoticeStatus.SENT, "sent_at": now, "leased_until": None, "last_error": None}
    db.session.execute(update(Notice).where(Notice.id == owed.id).values(sent))
    handed_over(db.session.get_one(Notice, owed.id), now)


@transaction
def _drop(owed: _Owed, *conditions: ColumnElement[bool]) -> Delivered:
    """Nothing to tell any more, or too late to tell it."""
    return Delivered(
        dropped=_count(_still_ours(owed).where(*conditions).values(status=NoticeStatus.DROPPED, leased_until=None))
    )


@transaction
def _fail(owed: _Owed, error: Exception) -> Delivered:
    now = clock.now()
    expires_at = db.session.scalar(select(Notice.expires_at).where(Notice.id == owed.id))
    wait = wait_after(owed.attempt, expires_at - now if expires_at else None)
    if isinstance(error, Unreachable):
        wait = min(wait, _MAX_PAUSE)
    worn_out = owed.attempt >= MAX_ATTEMPTS and owed.created_at <= now - PATIENCE
    dead = isinstance(error, Rejected) or worn_out
    failed = _still_ours(owed).values(
        status=NoticeStatus.DEAD if dead else NoticeStatus.WAITING,
        next_try_at=now + wait,
        leased_until=None,
        last_error=str(error),
    )
    log.warning(
        "notice_not_sent", notice=owed.id, kind=owed.kind, attempt=owed.attempt, dead=dead, error=type(error).__name__
    )
    return Delivered(failed=_count(failed))


@transaction
def _pause(untried: list[_Owed]) -> None:
    """Give back what was leased and never tried, and let all that is due wait for the server.

    The number of the attempt goes back too and stays a fence: whoever takes the notice next gets the same number, but
    only once this lease is given back, so one number is never in two hands.
    """
    now = clock.now()
    for owed in untried:
        given_back = {"status": NoticeStatus.WAITING, "attempts": owed.attempt - 1, "leased_until": None}
        db.session.execute(_still_ours(owed).values(given_back))
    due = update(Notice).where(Notice.status == NoticeStatus.WAITING, Notice.next_try_at <= now)
    db.session.execute(due.values(next_try_at=now + PAUSE))


def _count(statement: Update) -> int:
    return cast("CursorResult[Any]", db.session.execute(statement)).rowcount
