"""Proves a mailbox with a mailed code: issue and check.

Nothing here commits: the functions run in the booking package's transactions. The caller has locked the journey's row
and, before ``issue``, mailbox and browser, so that mails are counted under lock.
"""

import math
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from turnero.core.db import on_postgresql
from turnero.core.errors import InvalidInput, Refused, TurneroError
from turnero.core.extensions import db
from turnero.core.keys import code_keys
from turnero.notices import outbox
from turnero.notices.queries import Fate, fate_of
from turnero.verify import code
from turnero.verify.models import Challenge, CodeTries

# Mail may be slow: after asking again people may still type an earlier code.
_VALID_AT_ONCE = 3


@dataclass(frozen=True)
class CodePolicy:
    """The catalogue's rules for codes.

    Attempts are counted per journey. Mails are counted per mailbox over all journeys, and per journey over all
    addresses, against flooding. A day's mails allow at most a hundred guesses for a mailbox (NIST SP 800-63B §5.2.2).
    """

    code_minutes: int = 10
    code_tries: int = 5
    resend_seconds: int = 60
    code_mails_per_hour: int = 5
    code_mails_per_day: int = 20
    code_mails_per_hour_of_a_browser: int = 10


class MailRefused(Refused):
    """No code is sent now; the next can be requested at ``retry_at`` (aware, UTC), in ``seconds`` or ``minutes``."""

    status = 429

    def __init__(self, retry_at: datetime, now: datetime) -> None:
        left = (retry_at - now).total_seconds()
        super().__init__(retry_at=retry_at, seconds=math.ceil(left), minutes=math.ceil(left / 60))


class ResendTooSoon(MailRefused):
    code = "resend_too_soon"


class TooManyCodeMails(MailRefused):
    code = "too_many_code_mails"


class CodeWrong(InvalidInput):
    """Wrong code; ``left`` attempts remain (two or more)."""

    code = "code_wrong"


class CodeWrongOneLeft(CodeWrong):
    code = "code_wrong_one_left"


class CodeExpired(InvalidInput):
    """No valid code of this journey and mailbox: expired, used, or sent to another address."""

    code = "code_expired"


class CodeTriesSpent(Refused):
    """The journey has no attempts left; a new one must begin."""

    code = "code_tries_spent"


@dataclass(frozen=True)
class Recipient:
    """Requester and destination of a code: ``address`` as typed, ``mailbox`` normalised, ``browser`` hashed."""

    journey: str
    browser: str
    address: str
    mailbox: str


@dataclass(frozen=True)
class Checked:
    """The result of a typed code: proven, or the error to raise after committing the counted attempt."""

    error: TurneroError | None = None

    @property
    def ok(self) -> bool:
        return self.error is None


def issue(to: Recipient, policy: CodePolicy, *, now: datetime) -> Challenge:
    """Issue a code with its mail. Raises CodeTriesSpent, TooManyCodeMails or ResendTooSoon."""
    _check_may_send(to, policy, now)
    challenge = Challenge(
        journey=to.journey,
        browser=to.browser,
        address=to.address,
        mailbox=to.mailbox,
        nonce=secrets.token_hex(16),
        issued_at=now,
        expires_at=now + timedelta(minutes=policy.code_minutes),
    )
    db.session.add(challenge)
    db.session.flush()
    outbox.write(
        "code",
        f"challenge:{challenge.id}",
        to.address,
        now=now,
        priority=outbox.CODE,
        expires_at=challenge.expires_at,
    )
    return challenge


def void(journey: str) -> None:
    """Void every code of the journey, as a new address does. Counted attempts remain."""
    db.session.execute(
        update(Challenge).where(Challenge.journey == journey, Challenge.void.is_(False)).values(void=True)
    )


def check_code(journey: str, mailbox: str, typed: str, policy: CodePolicy, *, now: datetime) -> Checked:
    """Check a typed code. Does not raise for a wrong one, which would roll back the counted attempt.

    The attempt is counted before comparing and returned unless the code was wrong.
    """
    try:
        digits = code.clean(typed)
    except code.CodeFormat as error:
        return Checked(error)
    right = _right(journey, lambda: outstanding(journey, mailbox, now), digits, policy)
    if isinstance(right, Checked):
        return right
    if not _use(right, now):
        return Checked(CodeExpired())
    _give_try_back(journey)
    void(journey)
    return Checked()


def check_again(journey: str, mailbox: str, typed: str, policy: CodePolicy, *, now: datetime) -> Checked:
    """Check again the code that proved the mailbox, while still valid. Attempts are counted as usual."""
    try:
        digits = code.clean(typed)
    except code.CodeFormat as error:
        return Checked(error)
    used = select(Challenge).filter_by(journey=journey, mailbox=mailbox).where(Challenge.used_at.is_not(None))
    right = _right(journey, lambda: db.session.scalars(used.where(Challenge.expires_at > now)).all(), digits, policy)
    if isinstance(right, Checked):
        return right
    _give_try_back(journey)
    return Checked()


def _right(
    journey: str, codes: Callable[[], Sequence[Challenge]], digits: str, policy: CodePolicy
) -> Challenge | Checked:
    """The typed one of ``codes``, with the attempt still counted; or the refusal, counted only for a wrong code.

    Codes are read after taking the attempt, so that a request that waited for the row sees used codes.
    """
    tries = _take_try(journey, policy)
    if tries is None:
        return Checked(CodeTriesSpent())
    there = codes()
    if not there:
        _give_try_back(journey)
        return Checked(CodeExpired())
    for sent in there:
        if any(code.matches(key, sent.nonce, digits) for key in code_keys()):
            return sent
    return Checked(_wrong(policy.code_tries - tries))


def outstanding(journey: str, mailbox: str, now: datetime) -> list[Challenge]:
    """Valid codes, newest first: those of the last three not used, void or expired."""
    newest = db.session.scalars(
        select(Challenge)
        .where(Challenge.journey == journey, Challenge.mailbox == mailbox, Challenge.void.is_(False))
        .order_by(Challenge.id.desc())
        .limit(_VALID_AT_ONCE)
    )
    return [challenge for challenge in newest if challenge.used_at is None and challenge.expires_at > now]


def resend_at(journey: str, policy: CodePolicy) -> datetime | None:
    """When another code may be sent to the journey's address; None before the first."""
    newest = db.session.scalar(select(Challenge).filter_by(journey=journey).order_by(Challenge.id.desc()).limit(1))
    if newest is None:
        return None
    rested_at = newest.issued_at + timedelta(seconds=policy.resend_seconds)
    return max(rested_at, _free_at(newest, policy) or rested_at)


def mail_fate(journey: str, now: datetime) -> Fate | None:
    """The state of the journey's newest code mail."""
    newest = db.session.scalar(select(func.max(Challenge.id)).where(Challenge.journey == journey))
    return fate_of(f"challenge:{newest}", "code", now=now)


def _check_may_send(to: Recipient, policy: CodePolicy, now: datetime) -> None:
    if (db.session.scalar(select(CodeTries.tries).filter_by(journey=to.journey)) or 0) >= policy.code_tries:
        raise CodeTriesSpent
    free_at = _free_at(to, policy)
    if free_at is not None and free_at > now:
        raise TooManyCodeMails(free_at, now)
    rested_at = _rested_at(to.journey, to.mailbox, policy)
    if rested_at is not None and rested_at > now:
        raise ResendTooSoon(rested_at, now)


def _free_at(to: Recipient | Challenge, policy: CodePolicy) -> datetime | None:
    """When all limits on mails allow another one; None if none is reached."""
    hour, day = timedelta(hours=1), timedelta(days=1)
    counts = (
        (Challenge.mailbox == to.mailbox, policy.code_mails_per_hour, hour),
        (Challenge.mailbox == to.mailbox, policy.code_mails_per_day, day),
        (Challenge.journey == to.journey, policy.code_mails_per_hour, hour),
        (Challenge.browser == to.browser, policy.code_mails_per_hour_of_a_browser, hour),
    )
    full_until = [_full_until(mails, most, span) for mails, most, span in counts]
    return max((until for until in full_until if until is not None), default=None)


def _full_until(mails: ColumnElement[bool], most: int, span: timedelta) -> datetime | None:
    """When the oldest of the last ``most`` mails leaves the span."""
    oldest_counted = select(Challenge.issued_at).where(mails).order_by(Challenge.issued_at.desc()).offset(most - 1)
    issued_at = db.session.scalar(oldest_counted.limit(1))
    return None if issued_at is None else issued_at + span


def _rested_at(journey: str, mailbox: str, policy: CodePolicy) -> datetime | None:
    """When the journey may mail this mailbox again. A corrected address need not wait."""
    sent = select(Challenge.issued_at).filter_by(journey=journey, mailbox=mailbox)
    issued_at = db.session.scalar(sent.order_by(Challenge.issued_at.desc()).limit(1))
    return None if issued_at is None else issued_at + timedelta(seconds=policy.resend_seconds)


def _take_try(journey: str, policy: CodePolicy) -> int | None:
    """Count one attempt and return the total, or None if all are spent. One row decides races."""
    insert = postgresql.insert if on_postgresql() else sqlite.insert
    db.session.execute(insert(CodeTries).values(journey=journey, tries=0).on_conflict_do_nothing())
    return db.session.scalar(
        update(CodeTries)
        .where(CodeTries.journey == journey, CodeTries.tries < policy.code_tries)
        .values(tries=CodeTries.tries + 1)
        .returning(CodeTries.tries)
    )


def _give_try_back(journey: str) -> None:
    db.session.execute(update(CodeTries).where(CodeTries.journey == journey).values(tries=CodeTries.tries - 1))


def _use(challenge: Challenge, now: datetime) -> bool:
    """Use up the code; only one request succeeds."""
    used = update(Challenge).where(Challenge.id == challenge.id, Challenge.used_at.is_(None), Challenge.void.is_(False))
    return db.session.scalar(used.values(used_at=now).returning(Challenge.id)) is not None


def _wrong(left: int) -> TurneroError:
    if left < 1:
        return CodeTriesSpent()
    return CodeWrongOneLeft() if left == 1 else CodeWrong(left=left)
