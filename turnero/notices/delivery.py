"""Delivers pending notices at least once: take a lease, send outside any transaction, mark.

When a deliverer dies its lease expires and the notice is sent again with the same Message-ID. The attempt number is the
fencing token: a deliverer that slept through its lease can neither send nor undo its successor's work.
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

LEASE = timedelta(seconds=60)  # longer than the four server answers of one mail
WAITS = tuple(timedelta(seconds=seconds) for seconds in (30, 120, 600, 3600, 6 * 3600))
MAX_ATTEMPTS = 14  # with these delays more than two days
PATIENCE = timedelta(days=2)  # minimum age at which temporary failures make a mail dead
_MIN_WAIT = timedelta(seconds=5)
# Wait while the server accepts nothing; the mail that failed, possibly the cause, waits a bit longer.
PAUSE = timedelta(seconds=30)
_MAX_PAUSE = timedelta(minutes=4)

log = structlog.get_logger()


@dataclass(frozen=True)
class Delivered:
    """Number of notices sent, failed (to retry, or dead) and dropped."""

    sent: int = 0
    failed: int = 0
    dropped: int = 0

    def __add__(self, other: "Delivered") -> "Delivered":
        return Delivered(self.sent + other.sent, self.failed + other.failed, self.dropped + other.dropped)


@dataclass(frozen=True)
class _Owed:
    """A leased notice, detached from its row: no transaction is open while talking to the mail server."""

    id: int
    kind: str
    attempt: int
    address: str
    message_id: str
    created_at: datetime


def deliver_all(goes_on: Callable[[], bool] = lambda: True) -> Delivered:
    """Deliver until nothing is due, or until the check before each batch says to stop."""
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
                # The other mails would time out the same way.
                total += _fail(notice, error)
                _pause(owed[position + 1 :])
                break
    return total


def wait_after(attempt: int, left: timedelta | None) -> timedelta:
    """The delay after the ``attempt``-th failure (1…) of a mail that expires in ``left``.

    Expiring mails are retried more often, after a quarter of the remaining time: a late code is useless.
    """
    wait = WAITS[min(attempt, len(WAITS)) - 1]
    return wait if left is None else max(min(wait, left / 4), _MIN_WAIT)


def _send(connection: VerifiedConnection, owed: _Owed) -> Delivered:
    try:
        rendered = _rendered(owed.id)
    except OUTAGES:
        raise  # not the notice's fault: its lease expires and it is sent again
    except Exception as error:  # an error in one renderer must not stop other mails
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
        db.session.rollback()  # nothing was written; do not keep a transaction open during network calls


def _free(now: datetime) -> ColumnElement[bool]:
    """Notices without a valid lease."""
    return or_(
        Notice.status == NoticeStatus.WAITING, and_(Notice.status == NoticeStatus.SENDING, Notice.leased_until <= now)
    )


def _due(now: datetime) -> ColumnElement[bool]:
    """Due notices, except while a more urgent one about the same subject is unsent: no reminder precedes its
    confirmation."""
    before = aliased(Notice)
    unsent = select(before.id).where(
        before.subject == Notice.subject,
        before.priority < Notice.priority,
        before.status.in_(OWED),
    )
    return and_(Notice.next_try_at <= now, ~unsent.exists())


def _anything_due() -> bool:
    """Whether anything is due, checked every second before opening a write transaction."""
    now = clock.now()
    wanted = and_(_free(now), or_(_due(now), Notice.expires_at <= now))
    found = db.session.scalar(select(Notice.id).where(wanted).limit(1)) is not None
    db.session.rollback()
    return found


@transaction
def _take(limit: int) -> tuple[list[_Owed], int]:
    """Lease due notices and drop expired ones. Concurrent deliverers take different ones."""
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
    """Renew the lease right before sending; False if lost or the notice is obsolete."""
    now = clock.now()
    alive = or_(Notice.expires_at.is_(None), Notice.expires_at > now)
    return _count(_still_ours(owed).where(Notice.leased_until > now, alive).values(leased_until=now + LEASE)) == 1


@transaction
def _mark_sent(owed: _Owed) -> None:
    """Mark as sent regardless of the lease's holder: nobody needs to send it again."""
    now = clock.now()
    sent = {"status": NoticeStatus.SENT, "sent_at": now, "leased_until": None, "last_error": None}
    db.session.execute(update(Notice).where(Notice.id == owed.id).values(sent))
    handed_over(db.session.get_one(Notice, owed.id), now)


@transaction
def _drop(owed: _Owed, *conditions: ColumnElement[bool]) -> Delivered:
    """Drop a notice that is obsolete or expired."""
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
    """Release leased notices that were not tried, and let all due ones wait for the server.

    The attempt number is reset too and remains a fencing token: the next taker gets the same number only after this
    lease is released, so two holders never share one.
    """
    now = clock.now()
    for owed in untried:
        given_back = {"status": NoticeStatus.WAITING, "attempts": owed.attempt - 1, "leased_until": None}
        db.session.execute(_still_ours(owed).values(given_back))
    due = update(Notice).where(Notice.status == NoticeStatus.WAITING, Notice.next_try_at <= now)
    db.session.execute(due.values(next_try_at=now + PAUSE))


def _count(statement: Update) -> int:
    return cast("CursorResult[Any]", db.session.execute(statement)).rowcount
