"""Delays after failed sign-ins: they slow down guessing without locking staff out. Pure rules over the last hour.

An unknown browser waits by three counts: failures of this account from this source, of this account from anywhere,
and of this source for any account. A browser that has signed in to the account before waits only by its own
failures, so that nobody else can lock it out.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

REMEMBERED = timedelta(hours=1)
_FREE = 5
_FREE_OF_ACCOUNT = 20
_FREE_OF_SOURCE = 60
_FIRST_WAIT = timedelta(seconds=30)
_MAX_WAIT = timedelta(minutes=15)


@dataclass(frozen=True)
class Failure:
    """A failed sign-in: whether it was for this account, from this source and from this browser."""

    at: datetime
    account: bool
    source: bool
    browser: bool


def wait(failures: Iterable[Failure], now: datetime, *, known_browser: bool) -> timedelta:
    """The time from ``now`` until the next attempt is accepted; zero if at once."""
    recent = [failure for failure in failures if failure.at > now - REMEMBERED]
    if known_browser:
        ends = [_end([failure.at for failure in recent if failure.account and failure.browser], _FREE)]
    else:
        ends = [
            _end([failure.at for failure in recent if failure.account and failure.source], _FREE),
            _end([failure.at for failure in recent if failure.account], _FREE_OF_ACCOUNT),
            _end([failure.at for failure in recent if failure.source], _FREE_OF_SOURCE),
        ]
    return max((end - now for end in ends if end is not None and end > now), default=timedelta())


def _end(failures: list[datetime], free: int) -> datetime | None:
    """The end of the wait after the last failure; it doubles with each failure beyond the free ones."""
    beyond = len(failures) - free
    if beyond < 0:
        return None
    longest: timedelta = min(_FIRST_WAIT * float(2 ** min(beyond, 10)), _MAX_WAIT)
    return max(failures) + longest
