"""Short-lived cache of values many people view: computed once per process and shared for seconds.

Only for display. Decisions (claims, limits) read the database in their own transaction, under locks.
"""

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, TypeVar, cast

from flask import Flask, current_app

from turnero.core import db as database

T = TypeVar("T")
# Maximum age of displayed values, in seconds.
SECONDS = 2.0
# Enough for agencies, trámites and days viewed at once; more means somebody enumerates them.
_MAX_ENTRIES = 5000


@dataclass(frozen=True)
class _Made:
    """A value with its creation and expiry, by the process's monotonic clock."""

    value: Any = None
    at: float = float("-inf")
    until: float = float("-inf")


@dataclass
class _Entry:
    made: _Made = field(default_factory=_Made)  # replaced as a whole, as it is read without the lock
    lock: Lock = field(default_factory=Lock)


_NOTHING = _Entry()


class Shelf:
    """Values by key. Concurrent requests wait for a running computation instead of repeating it."""

    def __init__(self) -> None:
        self.most_seconds = float("inf")  # tests set 0, to see what they have just written
        self._entries: dict[Hashable, _Entry] = {}
        self._lock = Lock()

    def get(self, key: Hashable, seconds: float, make: Callable[[], T]) -> T:
        entry = self._entry(key)
        if time.monotonic() >= entry.made.until:
            database.rest_connection()  # do not wait while holding a connection
            with entry.lock:
                if time.monotonic() >= entry.made.until:
                    value, at = make(), time.monotonic()
                    entry.made = _Made(value, at, at + min(seconds, self.most_seconds))
        return cast("T", entry.made.value)

    def seen(self, key: Hashable, before: float) -> Any:
        """The cached value created ``before`` that instant of this process, or None."""
        with self._lock:
            entry = self._entries.get(key, _NOTHING)
        return entry.made.value if entry.made.at < before and time.monotonic() < entry.made.until else None

    def forget(self, key: Hashable) -> None:
        """Drop the value, so that the next request recomputes it."""
        with self._lock:
            self._entries.pop(key, None)

    def _entry(self, key: Hashable) -> _Entry:
        with self._lock:
            if key not in self._entries and len(self._entries) >= _MAX_ENTRIES:
                now = time.monotonic()
                fresh = {key: entry for key, entry in self._entries.items() if entry.made.until > now}
                self._entries = fresh if len(fresh) < _MAX_ENTRIES else {}
            return self._entries.setdefault(key, _Entry())


def shelf_of(app: Flask = current_app) -> Shelf:
    shelf: Shelf = app.extensions["turnero.shared"]
    return shelf


def shared(key: Hashable, make: Callable[[], T], seconds: float = SECONDS) -> T:
    """The value of ``make``, at most ``seconds`` old.

    ``make`` runs in its own application context and database session: its rows are detached, fully loaded and safe to
    read from many threads.
    """
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 (Flask's documented way)

    def apart() -> T:
        with app.app_context():
            return make()

    return shelf_of(app).get(key, seconds, apart)
