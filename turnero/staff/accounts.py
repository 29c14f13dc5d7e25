"""Staff accounts: created with an activation link; only their owner knows the password."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update

from turnero.core import clock
from turnero.core import db as database
from turnero.core.errors import InvalidInput, NotFound, Refused
from turnero.core.extensions import db
from turnero.core.keys import code_key, code_keys
from turnero.core.language import gettext
from turnero.core.language import gettext_noop as _
from turnero.staff import cookies, passwords, record, sessions, slowdown, totp
from turnero.staff.actor import COMMAND_LINE, Actor
from turnero.staff.models import Account, SignInFailure, StaffSession

ACTIVATION_LIFE = timedelta(days=7)
ROLES = {"window": _("ventanilla"), "supervisor": _("supervisor"), "admin": _("admin")}
WITH_TOTP = ("supervisor", "admin")


class AccountExists(Refused):
    code = "account_exists"


class SignInRefused(InvalidInput):
    """Wrong address, password or code, or inactive account; the answer does not say which."""

    code = "sign_in_refused"


class SignInTooSoon(Refused):
    """Too many attempts; ``seconds`` until the next one is accepted."""

    code = "sign_in_too_soon"
    status = 429


class TotpWrong(InvalidInput):
    code = "totp_wrong"


@dataclass(frozen=True)
class Attempt:
    """A sign-in attempt. ``source`` and ``browser`` are hashes."""

    email: str
    password: str
    code: str
    source: str
    browser: str


@dataclass(frozen=True)
class Post:
    """Role and agency of an account; an admin has no agency."""

    role: str
    agency_id: int | None


def add_account(email: str, post: Post, *, by: Actor = COMMAND_LINE) -> str:
    """Create an account; returns the token of its activation link. Raises AccountExists."""
    token = cookies.new_key()
    _add(email, post, token, by)
    return token


@database.transaction
def _add(email: str, post: Post, token: str, by: Actor) -> None:
    database.lock(f"account:{email}")
    check_free(email)
    now = clock.now()
    account = Account(email=email, role=post.role, agency_id=post.agency_id, created_at=now, version=1, totp_step=0)
    _invite(account, token, now)
    db.session.add(account)
    summary = gettext("Agrega la cuenta %(email)s: %(role)s.", email=email, role=gettext(ROLES[post.role]))
    record.record_change(by, "account", summary, agency_id=post.agency_id)


def check_free(email: str) -> None:
    """Raises AccountExists if the address is taken."""
    if db.session.scalar(select(Account.id).where(Account.email == email)) is not None:
        raise AccountExists(email=email)


def reset(email: str, post: Post | None = None, *, by: Actor = COMMAND_LINE) -> str:
    """Issue a new activation link, optionally with another post; revoke the password and every session.

    Also re-enables the account. Raises NotFound.
    """
    token = cookies.new_key()
    _reset(email, post, token, by)
    return token


@database.transaction
def _reset(email: str, post: Post | None, token: str, by: Actor) -> None:
    account, now = _locked(email), clock.now()
    if post is not None:
        account.role, account.agency_id = post.role, post.agency_id
    account.password_hash = account.disabled_at = None
    account.version += 1
    _invite(account, token, now)
    summary = gettext("Restablece la cuenta %(email)s: %(role)s.", email=email, role=gettext(ROLES[account.role]))
    record.record_change(by, "account", summary, agency_id=account.agency_id)


def _invite(account: Account, token: str, now: datetime) -> None:
    account.activation_hash, account.activation_expires_at = cookies.cookie_hash_of(token), now + ACTIVATION_LIFE
    account.totp_nonce = secrets.token_hex(16) if account.role in WITH_TOTP else None


@database.transaction
def disable(email: str, *, by: Actor = COMMAND_LINE) -> int:
    """Disable the account; sessions end at their next request. Returns the change's id. Raises NotFound."""
    account = _locked(email)
    account.disabled_at = account.disabled_at or clock.now()
    account.activation_hash = account.activation_expires_at = None
    account.version += 1
    summary = gettext("Deshabilita la cuenta %(email)s.", email=email)
    return record.record_change(by, "account", summary, agency_id=account.agency_id).id


def _locked(email: str) -> Account:
    account = db.session.scalar(select(Account).where(Account.email == email).with_for_update())
    if account is None:
        raise NotFound
    return account


def account_state(account: Account) -> str:
    """In a word, for lists."""
    if account.disabled_at is not None:
        return gettext("deshabilitada")
    return gettext("activa") if account.password_hash else gettext("por activar")


def to_activate(token: str, *, lock: bool = False) -> Account:
    """The account of an activation link. Raises NotFound once used or expired."""
    wanted = select(Account).where(
        Account.activation_hash == cookies.cookie_hash_of(token),
        Account.activation_expires_at > clock.now(),
        Account.disabled_at.is_(None),
    )
    account = db.session.scalar(wanted.with_for_update() if lock else wanted)
    if account is None:
        raise NotFound
    return account


def totp_secret(account: Account) -> str | None:
    """The second factor's secret in base32; None if the role needs none."""
    if account.totp_nonce is None:
        return None
    return totp.secret(code_key(), account.totp_nonce)


def _totp_step(account: Account, code: str, now: datetime) -> int | None:
    """The time step of the typed code, also under earlier keys; None for a wrong code."""
    assert account.totp_nonce is not None
    steps = (totp.time_step_of(totp.secret(key, account.totp_nonce), code, now) for key in code_keys())
    return next((step for step in steps if step is not None), None)


@database.transaction
def activate(token: str, password: str, code: str) -> None:
    """Set the checked password and verify the second factor once. Raises NotFound, TotpWrong."""
    account = to_activate(token, lock=True)
    if account.totp_nonce is not None:
        step = _totp_step(account, code, clock.now())
        if step is None or step <= account.totp_step:
            raise TotpWrong
        account.totp_step = step
    account.password_hash = passwords.hashed(password)
    account.activation_hash = account.activation_expires_at = None
    account.version += 1


def sign_in(attempt: Attempt) -> str:
    """Sign in and return the new session's key. Raises SignInRefused, and SignInTooSoon after too many failures."""
    failure = _count_as_wrong(attempt)
    seen = db.session.scalar(select(Account).where(Account.email == attempt.email))
    # Outside a transaction, so that no lock is held while the password is hashed.
    right = passwords.is_right(attempt.password, seen.password_hash if seen else None)
    key = _sign_in(attempt, seen.password_hash, failure) if right and seen else None
    if key is None:
        raise SignInRefused
    return key


@database.transaction
def _count_as_wrong(attempt: Attempt) -> int:
    """Record a failure before checking, so that parallel attempts cannot exceed the limit; success deletes it."""
    account = account_hash(attempt.email)
    database.lock(f"sign-in:{account}", f"sign-in:{attempt.source}")
    check_pace(attempt)
    failure = SignInFailure(account=account, source=attempt.source, browser=attempt.browser, at=clock.now())
    db.session.add(failure)
    db.session.flush()
    return failure.id


@database.transaction
def _sign_in(attempt: Attempt, password_hash: str | None, failure: int) -> str | None:
    """Begin the session if the account is unchanged since the password check and the code is unused."""
    account = db.session.scalar(
        select(Account)
        .where(Account.email == attempt.email, Account.disabled_at.is_(None), Account.password_hash == password_hash)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if account is None:
        return None
    now = clock.now()
    if account.totp_nonce is not None:
        step = _totp_step(account, attempt.code, now)
        if step is None or not _use_step(account.id, step):
            return None
    db.session.execute(delete(SignInFailure).where(SignInFailure.id == failure))
    return sessions.begin_session(account, attempt.browser, now)


def _use_step(account_id: int, step: int) -> bool:
    """Use up a time step; False if it or a later one was used before. The row decides races."""
    used = update(Account).where(Account.id == account_id, Account.totp_step < step).values(totp_step=step)
    return bool(db.session.execute(used.returning(Account.id)).all())


def check_pace(attempt: Attempt) -> None:
    """Raises SignInTooSoon after too many wrong tries (``slowdown``)."""
    now = clock.now()
    account = account_hash(attempt.email)
    rows = db.session.scalars(
        select(SignInFailure)
        .where(or_(SignInFailure.account == account, SignInFailure.source == attempt.source))
        .where(SignInFailure.at > now - slowdown.REMEMBERED)
    )
    failures = [
        slowdown.Failure(
            row.at,
            account=row.account == account,
            source=row.source == attempt.source,
            browser=row.browser == attempt.browser,
        )
        for row in rows
    ]
    left = slowdown.wait(failures, now, known_browser=_is_known(attempt))
    if left > timedelta():
        raise SignInTooSoon(seconds=-int(-left.total_seconds() // 1))


def _is_known(attempt: Attempt) -> bool:
    """Whether this browser has signed in to this account before."""
    before = (
        select(StaffSession.id)
        .join(Account, Account.id == StaffSession.account_id)
        .where(Account.email == attempt.email, StaffSession.browser == attempt.browser)
    )
    return db.session.scalar(before.limit(1)) is not None


def account_hash(email: str) -> str:
    """The keyed hash of a typed address for failures and logs; without the key addresses cannot be tried."""
    return hmac.new(code_key().encode(), f"account:{email}".encode(), hashlib.sha256).hexdigest()
