"""Storage of the flood limits: Redis for all replicas, or this process alone.

Redis is optional: a process that gets no answer counts by itself and retries after some seconds.
"""

import time
from collections.abc import Callable
from functools import partial
from threading import Lock
from typing import Any, TypeVar

from limits.storage import RedisStorage, Storage
from structlog import get_logger

T = TypeVar("T")
_SCHEME, _OWN = "shared+", "own"
# Number of windows kept before ended ones are purged.
_MANY = 10_000
# Time-out of an unresponsive Redis, and the time before it is tried again.
_PATIENCE_SECONDS = 0.2
_AGAIN_AFTER_SECONDS = 5
log = get_logger()


def storage(redis_url: str | None) -> dict[str, Any]:
    """Flask-Limiter's storage settings, with Redis at ``redis_url`` or without."""
    if redis_url is None:
        return {"RATELIMIT_STORAGE_URI": f"{_OWN}://"}
    patience = {"socket_timeout": _PATIENCE_SECONDS, "socket_connect_timeout": _PATIENCE_SECONDS}
    return {"RATELIMIT_STORAGE_URI": _SCHEME + redis_url, "RATELIMIT_STORAGE_OPTIONS": patience}


class OwnCounts(Storage):
    """In-process counts: how often each key came in its window, which begins with the first request.

    The library's in-memory storage runs a thread that scans all keys a hundred times a second, which is expensive
    with thousands of addresses.
    """

    STORAGE_SCHEME = [_OWN]  # noqa: RUF012 (as its base class has it)
    base_exceptions = ()

    def __init__(self, uri: str = "", **options: Any) -> None:
        super().__init__(uri, **options)
        self._windows: dict[str, tuple[int, float]] = {}  # count and end of the window
        self._lock = Lock()
        self._many = _MANY

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        now = time.time()
        with self._lock:
            count, ends = self._window(key, now)
            self._windows[key] = (count + amount, ends or now + expiry)
            if len(self._windows) > self._many:
                self._windows = {name: window for name, window in self._windows.items() if window[1] > now}
                self._many = max(_MANY, 2 * len(self._windows))
        return count + amount

    def get(self, key: str) -> int:
        with self._lock:
            return self._window(key, time.time())[0]

    def get_expiry(self, key: str) -> float:
        now = time.time()
        with self._lock:
            return self._window(key, now)[1] or now

    def _window(self, key: str, now: float) -> tuple[int, float]:
        count, ends = self._windows.get(key, (0, 0.0))
        return (count, ends) if ends > now else (0, 0.0)

    def check(self) -> bool:
        return True

    def reset(self) -> int:
        with self._lock:
            there, self._windows = len(self._windows), {}
        return there

    def clear(self, key: str) -> None:
        with self._lock:
            self._windows.pop(key, None)


class SharedCounts(RedisStorage):
    """Redis, or this process's memory while Redis is away; logs once when it goes and once when it returns.

    Flask-Limiter's own fallback answers 500 to requests running in other threads at that moment.
    """

    STORAGE_SCHEME = [f"{_SCHEME}redis", f"{_SCHEME}rediss", f"{_SCHEME}unix"]  # noqa: RUF012 (as its base class has it)

    def __init__(self, uri: str, **options: Any) -> None:
        super().__init__(uri.removeprefix(_SCHEME), **options)
        self._own = OwnCounts()
        self._lock = Lock()
        self._away = False
        self._again_at = 0.0

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        return self._asked(partial(super().incr, key, expiry, amount), partial(self._own.incr, key, expiry, amount))

    def get(self, key: str) -> int:
        return self._asked(partial(super().get, key), partial(self._own.get, key))

    def get_expiry(self, key: str) -> float:
        return self._asked(partial(super().get_expiry, key), partial(self._own.get_expiry, key))

    def _asked(self, redis: Callable[[], T], own: Callable[[], T]) -> T:
        away = self._away
        if away and not self._try_again():
            return own()
        try:
            answer = redis()
        except self.base_exceptions as error:
            self._turn(away=True, reason=str(error))
            return own()
        if away:
            self._turn(away=False)
        return answer

    def _try_again(self) -> bool:
        """Whether this request retries Redis; the others do not wait for it."""
        with self._lock:
            due = time.monotonic() >= self._again_at
            if due:
                self._again_at = time.monotonic() + _AGAIN_AFTER_SECONDS
            return due

    def _turn(self, *, away: bool, reason: str = "") -> None:
        with self._lock:
            news = away != self._away
            self._away = away
            self._again_at = time.monotonic() + _AGAIN_AFTER_SECONDS
        if news and away:
            log.warning("redis_away", error=reason, limits="each process counts for itself")
        elif news:
            log.warning("redis_back", limits="all replicas count together")
