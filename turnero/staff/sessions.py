"""Staff sessions in the database, so that ending one takes effect on every replica."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from turnero.core import clock
from turnero.core import db as database
from turnero.core.extensions import db
from turnero.staff import cookies, slowdown
from turnero.staff.models import Account, SignInFailure, StaffSession

COOKIE = "turnero-staff"
# A working day per sign-in (docs/decisions: staff-sign-in).
IDLE = timedelta(hours=2)
MAX_AGE = timedelta(hours=12)
_SEEN_EVERY = timedelta(minutes=1)
# How long a browser counts as known to an account; its cookie lives as long.
_REMEMBERED = timedelta(days=60)


def begin_session(account: Account, browser: str, now: datetime) -> str:
    """Begin a session in the caller's transaction; returns the key for the cookie."""
    key = cookies.new_key()
    db.session.add(
        StaffSession(
            key_hash=cookies.cookie_hash_of(key),
            account_id=account.id,
            version=account.version,
            browser=browser,
            created_at=now,
            seen_at=now,
        )
    )
    return key


def current_session() -> StaffSession | None:
    """The valid session of this request's key, if any."""
    key_hash = cookies.sent(COOKIE)
    if key_hash is None:
        return None
    session = db.session.scalar(
        select(StaffSession).where(StaffSession.key_hash == key_hash).execution_options(populate_existing=True)
    )
    if session is None:
        return None
    now = clock.now()
    if not _counts(session, now):
        return None
    if session.seen_at <= now - _SEEN_EVERY:
        _see(session.id)
        session = db.session.get_one(StaffSession, session.id)
    return session


def account_sent() -> int | None:
    """The account of this request's key, even if the session is no longer valid; only for the log."""
    key_hash = cookies.sent(COOKIE)
    wanted = select(StaffSession.account_id).where(StaffSession.key_hash == key_hash)
    return db.session.scalar(wanted) if key_hash else None


def _counts(session: StaffSession, now: datetime) -> bool:
    account = session.account
    return (
        session.ended_at is None
        and account.disabled_at is None
        and session.version == account.version
        and session.seen_at > now - IDLE
        and session.created_at > now - MAX_AGE
    )


@database.transaction
def _see(session_id: int) -> None:
    db.session.execute(update(StaffSession).where(StaffSession.id == session_id).values(seen_at=clock.now()))


@database.transaction
def end(session_id: int) -> None:
    """Sign out."""
    db.session.execute(update(StaffSession).where(StaffSession.id == session_id).values(ended_at=clock.now()))


@database.transaction
def sit_down(session_id: int, window: int | None, desk_id: int | None) -> None:
    """Seat the session's member at ``window``, for one desk or all; the previous member leaves it."""
    agency_id = db.session.get_one(StaffSession, session_id).account.agency_id
    database.lock(f"windows:{agency_id}")  # otherwise two members sitting down at once would both stay
    session = db.session.get_one(StaffSession, session_id, with_for_update={"of": StaffSession})
    colleagues = select(Account.id).where(Account.agency_id == agency_id)
    if window is not None:
        db.session.execute(
            update(StaffSession)
            .where(StaffSession.account_id.in_(colleagues), StaffSession.window == window)
            .where(StaffSession.id != session_id)
            .values(window=None)
            .execution_options(synchronize_session=False)
        )
    session.window, session.desk_id = window, desk_id


@database.transaction
def forget_sessions() -> None:
    """Delete expired data: old sign-in failures, and sessions of browsers no longer known."""
    now = clock.now()
    db.session.execute(delete(SignInFailure).where(SignInFailure.at <= now - slowdown.REMEMBERED))
    db.session.execute(delete(StaffSession).where(StaffSession.created_at <= now - _REMEMBERED))
