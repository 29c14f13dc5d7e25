"""What many people read alike: computed once in a process, and shown to all of them for a moment.

Only for what is shown. What decides (a claim, a limit) is read by its own transaction, under its locks.
"""

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, TypeVar, cast

from flask import Flask, current_app

from turnero.core import db as database

T = TypeVar("T")
# How old what a page shows may be, in seconds.
SECONDS = 2.0
# Agencies, trámites and days that somebody looked at in the last moments; more is somebody who tries them all.
_MAX_ENTRIES = 5000


@dataclass(frozen=True)
class _Made:
    """A value, when it was there and until when it is shown, by the process's own clock."""

    value: Any = None
    at: float = float("-inf")
    until: float = float("-inf")


@dataclass
class _Entry:
    made: _Made = field(default_factory=_Made)  # replaced as one: it is read without the lock
    lock: Lock = field(default_factory=Lock)


_NOTHING = _Entry()


class Shelf:
    """Values by key. Whoever asks while one is computed waits for it, rather than compute the same."""

    def __init__(self) -> None:
        self.most_seconds = float("inf")  # tests look at what they have just written: 0
        self._entries: dict[Hashable, _Entry] = {}
        self._lock = Lock()

    def get(self, key: Hashable, seconds: float, make: Callable[[], T]) -> T:
        entry = self._entry(key)
        if time.monotonic() >= entry.made.until:
            database.rest_connection()  # nobody waits here with a connection that others need
            with entry.lock:
                if time.monotonic() >= entry.made.until:
                    value, at = make(), time.monotonic()
                    entry.made = _Made(value, at, at + min(seconds, self.most_seconds))
        return cast("T", entry.made.value)

    def seen(self, key: Hashable, before: float) -> Any:
        """The value that somebody saw a moment ago, but ``before`` that one of this process; None where nobody did."""
        with self._lock:
            entry = self._entries.get(key, _NOTHING)
        return entry.made.value if entry.made.at < before and time.monotonic() < entry.made.until else None

    def forget(self, key: Hashable) -> None:
        """Whoever asks next has it made anew."""
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
    """What ``make`` gave at most ``seconds`` ago, here or for somebody else.

    It runs in an application context, and so in a database session, of its own: the rows it gives belong to no
    request, hold what they were read with, and may be read by many threads.
    """
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 (Flask's documented way)

    def apart() -> T:
        with app.app_context():
            return make()

    return shelf_of(app).get(key, seconds, apart)
