"""Admission under overload: limits concurrent requests, queues a few more, and sends the rest away to retry soon.

Requests inside a journey go first; newcomers beyond a short queue get the waiting page at once. Without a gate all
requests slow each other down until clients give up before they are answered
(docs/decisions/2026-11-23-a-gate-before-the-rush.md).
"""

import random
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from threading import Event, Lock
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, render_template
from structlog import get_logger

from turnero.web import setup

# Per place: newcomers allowed to wait, and threads for waiting requests from inside a journey, which may all wait. If
# more of these come at once they fill the threads, and newcomers too wait before they get an answer.
_NEWCOMERS, _INSIDE = 2, 2
# One place in this many is open as a rule, and one more when nobody has left for this long.
_FOR_EACH_AT_WORK = 4
_STALLED_SECONDS = 0.25
# Threads that send people away while others work or wait.
_SPARE_THREADS = 4
# Seconds. People give up after longer waits.
_PATIENCE = {"inside": 10.0, "newcomer": 2.0}
# Seconds until a page retries, spread so that not all retry at once.
_COME_AGAIN = (5, 15)
# The rush is over when no request was sent away for this long.
_CALM_SECONDS = 30
# Paths of newcomers. Everything else belongs to a turn or to an agency's work.
_ENTRANCES = {
    "",
    "accesibilidad",
    "agencias",
    "api",
    "ayuda",
    "privacidad",
    "queja",
    "reparto",
    "sorteos",
    "tramites",
    "transparencia",
}
_OPEN = {"healthz", "metrics", "readyz", "static"}
_PROBLEM = b'{"status":503,"title":"Service Unavailable","type":"about:blank"}\n'
_dice = random.SystemRandom()
log = get_logger()


class Kind(StrEnum):
    """The kind of a request: never delayed, from ``inside`` a journey, or of a ``newcomer``."""

    OPEN = "open"
    INSIDE = "inside"
    NEWCOMER = "newcomer"


def kind_of(path: str) -> Kind:
    first, _, rest = path.strip("/").partition("/")
    if first in _OPEN:
        return Kind.OPEN
    return Kind.NEWCOMER if first in _ENTRANCES or (first == "turno" and not rest) else Kind.INSIDE


def may_wait(kind: Kind, waiting: int, places: int) -> bool:
    """Whether one more request may wait behind ``waiting`` others; newcomers only in a short queue.

    This also limits the number inside, as everybody enters through this queue.
    """
    return kind is Kind.INSIDE or waiting < _NEWCOMERS * places


def threads_for(places: int) -> int:
    """Threads a server needs for ``places`` concurrent requests: theirs, the queue's and spare ones."""
    return places * (1 + _NEWCOMERS + _INSIDE) + _SPARE_THREADS


class Line:
    """Places for concurrent requests and their queue: inside first, each kind in order of arrival.

    A quarter of the ``places`` is open as a rule: Python runs one thread at a time, so more concurrency only makes
    each request slower. If nobody has left for a moment, the running requests wait for something else (a lock, a
    registry), and one more place is open while slow ones remain.
    """

    def __init__(self, places: int) -> None:
        self._places = places
        self._usual = self._open = -(-places // _FOR_EACH_AT_WORK)
        self._working = 0
        self._moved = time.monotonic()  # when somebody last left, or a place was opened
        self._waiting: dict[Kind, deque[Event]] = {Kind.INSIDE: deque(), Kind.NEWCOMER: deque()}
        self._lock = Lock()

    def enter(self, kind: Kind) -> bool:
        """Take a place, waiting if needed. Returns whether one was taken; ``leave`` returns it."""
        until = time.monotonic() + _PATIENCE[kind]
        with self._lock:
            if self._working < self._open:
                self._working += 1
                return True
            if not may_wait(kind, sum(map(len, self._waiting.values())), self._places):
                return False
            turn = Event()
            self._waiting[kind].append(turn)
        while not turn.wait(min(_STALLED_SECONDS, _PATIENCE[kind])):
            with self._lock:
                self._open_one_more()
                if turn.is_set():  # it may have been given to us while we gave up
                    return True
                if time.monotonic() >= until:
                    self._waiting[kind].remove(turn)
                    return False
        return True

    def leave(self, seconds: float) -> None:
        """Pass the place, held for ``seconds``, to the next in the queue."""
        with self._lock:
            self._working -= 1
            self._moved = time.monotonic()
            if seconds >= _STALLED_SECONDS and self._open > self._usual:
                self._open -= 1
            self._let_in()
            if not any(self._waiting.values()):
                self._open = self._usual

    def _open_one_more(self) -> None:
        if self._open < self._places and time.monotonic() - self._moved >= _STALLED_SECONDS:
            self._open += 1
            self._moved = time.monotonic()
            self._let_in()

    def _let_in(self) -> None:
        for line in (self._waiting[Kind.INSIDE], self._waiting[Kind.NEWCOMER]):
            while line and self._working < self._open:
                self._working += 1
                line.popleft().set()


@dataclass(frozen=True)
class _Page:
    """The waiting page, rendered once: the parts ``before`` and ``after`` the number of seconds."""

    before: bytes
    after: bytes

    @classmethod
    def made(cls, app: Flask, *, comes_again: bool) -> "_Page":
        mark = "{seconds}"
        with app.app_context():
            page = render_template("errors/waiting.html", seconds=mark if comes_again else None)
        before, _, after = page.partition(mark)
        return cls(before.encode(), after.encode())

    def in_(self, seconds: int) -> bytes:
        return self.before + str(seconds).encode() + self.after if self.after else self.before


class Gate:
    """WSGI middleware: at most ``places`` requests run at once, and usually few.

    A place is returned when the application has answered; a live stream keeps a thread but no place.
    """

    def __init__(self, app: Flask, places: int) -> None:
        self._app: WSGIApplication = app
        self._line = Line(places)
        self._pages = {method: _Page.made(app, comes_again=method != "POST") for method in ("GET", "POST")}
        self._headers = list(setup.headers(app.config["SETTINGS"]).items())
        self._telling = Lock()
        self._rush_until = 0.0
        self._sent_away = 0

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        kind = kind_of(environ.get("PATH_INFO", ""))
        if kind is Kind.OPEN:
            return self._app(environ, start_response)
        if not self._line.enter(kind):
            return self._send_away(environ, start_response)
        began = time.monotonic()
        try:
            return self._app(environ, start_response)
        finally:
            self._line.leave(time.monotonic() - began)
            self._calm()

    def _send_away(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Send the waiting page, or a problem document (RFC 9457) to programs."""
        method, seconds = environ["REQUEST_METHOD"], _dice.randint(*_COME_AGAIN)
        page, media = self._pages["POST" if method == "POST" else "GET"].in_(seconds), "text/html; charset=utf-8"
        if environ.get("PATH_INFO", "").startswith("/api/"):
            page, media = _PROBLEM, "application/problem+json"
        with self._telling:
            if not self._rush_until:
                log.warning("rush", told="people are asked to come again in some seconds")
            self._rush_until = time.monotonic() + _CALM_SECONDS
            self._sent_away += 1
        given = {"Content-Type": media, "Cache-Control": "no-store", "Retry-After": str(seconds)}
        given["Content-Length"] = str(len(page))
        start_response("503 Service Unavailable", [*given.items(), *self._headers])
        return [] if method == "HEAD" else [page]

    def _calm(self) -> None:
        if not self._rush_until:
            return
        with self._telling:
            if self._rush_until and time.monotonic() > self._rush_until:
                log.warning("rush_over", sent_away=self._sent_away)
                self._rush_until, self._sent_away = 0.0, 0
