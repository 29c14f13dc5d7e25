"""How long a sign-in must wait after wrong ones: slow for who guesses, never a closed door at 08:00.

Pure rules over the last hour. A browser that never signed in to the account waits by three counts: of this account
from this source, of this account from everywhere, and of this source for any account. One that did waits by its own
wrong tries alone: whoever shares the agency's address, or tries from everywhere, keeps nobody out of their own machine.
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
    """A wrong sign-in: whether it tried this account, and whether it came from this source and this browser."""

    at: datetime
    account: bool
    source: bool
    browser: bool


def wait(failures: Iterable[Failure], now: datetime, *, known_browser: bool) -> timedelta:
    """How long from ``now`` until another try is looked at; zero when it may be now."""
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
    """When the wait that follows the last of these failures ends: it doubles with each beyond the free ones."""
    beyond = len(failures) - free
    if beyond < 0:
        return None
    longest: timedelta = min(_FIRST_WAIT * float(2 ** min(beyond, 10)), _MAX_WAIT)
    return max(failures) + longest
