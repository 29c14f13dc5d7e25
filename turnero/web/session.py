"""The browser's identity: a cookie with only an opaque number (docs/decisions: cookie-with-a-browser-id).

Journeys are stored in the database. The first part of the number derives the form token, which needs no storage; the
second identifies the browser. A proof renews only the second, so that forms in other tabs stay valid.
"""

import hashlib
import hmac
import re
import secrets
from base64 import urlsafe_b64encode
from typing import Any, cast

from flask import Flask, Request, Response, current_app, session
from flask.sessions import SessionInterface, SessionMixin

_ID = re.compile(r"[\w-]{48}", re.ASCII)
_FORM_BYTES, _WHO_BYTES = 12, 24
_FORM_LETTERS = 16
# Caps count a browser's turns over 30 days.
_LIFETIME = 60 * 24 * 3600


class BrowserSession(dict[str, Any], SessionMixin):
    """A browser's id. ``used`` once a page needed it; only then is the cookie set."""

    modified = False

    def __init__(self, browser_id: str, token: str, *, new: bool) -> None:
        super().__init__(csrf_token=token)
        self.browser_id = browser_id
        self.new = new
        self.used = False

    def __getitem__(self, key: str) -> Any:
        self.used = True
        return super().__getitem__(key)


class BrowserSessions(SessionInterface):
    """Reads and sets the cookie, with ``Secure`` and a ``__Host-`` name if pages are served over https."""

    def __init__(self, *, secure: bool) -> None:
        self.secure = secure
        self.cookie = "__Host-turnero" if secure else "turnero"

    def open_session(self, app: Flask, request: Request) -> BrowserSession:
        sent = request.cookies.get(self.cookie, "")
        known = _ID.fullmatch(sent) is not None
        browser_id = sent if known else secrets.token_urlsafe(_FORM_BYTES) + secrets.token_urlsafe(_WHO_BYTES)
        return BrowserSession(browser_id, _form_token(browser_id), new=not known)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        assert isinstance(session, BrowserSession)
        if not session.used:
            return
        response.vary.add("Cookie")
        if session.new:
            response.set_cookie(
                self.cookie,
                session.browser_id,
                max_age=_LIFETIME,
                path="/",
                secure=self.secure,
                httponly=True,
                samesite="Lax",
            )


def browser() -> str:
    """The hash of this browser's id; sets the cookie for a new browser."""
    current = cast(BrowserSession, session)
    current.used = True
    return known_as(current.browser_id)


def renewed(key: str) -> str:
    """A new id for this browser, used with ``become`` once the proof of journey ``key`` is stored.

    It cannot be computed from the old id, and repeating the same proof (its answer was lost) yields the same id.
    """
    old = cast(BrowserSession, session).browser_id
    secret = current_app.config["SECRET_KEY"].encode()
    who = hmac.digest(secret, f"proof {key} {old[_FORM_LETTERS:]}".encode(), "sha256")[:_WHO_BYTES]
    return old[:_FORM_LETTERS] + urlsafe_b64encode(who).decode()


def become(browser_id: str) -> None:
    """Set the browser's new id with this answer."""
    current = cast(BrowserSession, session)
    current.browser_id, current.new, current.used = browser_id, True, True


def known_as(browser_id: str) -> str:
    """The stored hash of a browser id."""
    return hashlib.sha256(browser_id[_FORM_LETTERS:].encode()).hexdigest()


def _form_token(browser_id: str) -> str:
    """The browser's form token; Flask-WTF signs it with the secret key."""
    return hmac.new(browser_id[:_FORM_LETTERS].encode(), b"form", hashlib.sha256).hexdigest()
