"""Codes as the tests of their rules send them: at any second after a noon long past, from any journey and browser."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from turnero.core import db as database
from turnero.core.keys import code_key
from turnero.verify import challenge
from turnero.verify.challenge import CodePolicy, Recipient
from turnero.verify.code import code_of

T = TypeVar("T")
NOON = datetime(2026, 1, 5, 17, 0, tzinfo=UTC)
POLICY = CodePolicy()
MAILBOX = "ana@example.ec"
JOURNEY = "journey-a"


def committed(use_case: Callable[[], T]) -> T:
    """What ``use_case`` gives in a transaction of its own, as booking's use cases run these parts."""
    return database.transaction(use_case)()


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def send(seconds: float = 0, journey: str = JOURNEY, mailbox: str = MAILBOX, browser: str = "") -> str:
    """Issue a code and return it."""
    sent = committed(
        lambda: challenge.issue(Recipient(journey, browser or journey, mailbox, mailbox), POLICY, now=at(seconds)).nonce
    )
    return code_of(code_key(), sent)
