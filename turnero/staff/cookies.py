"""Cookies of staff sessions and devices: an opaque key, stored hashed in the database."""

import hashlib
import secrets

from flask import Response, current_app, request

_KEY_BYTES = 32


def new_key() -> str:
    return secrets.token_urlsafe(_KEY_BYTES)


def cookie_hash_of(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def sent(name: str) -> str | None:
    """The hash of this request's key."""
    key = request.cookies.get(_name(name))
    return cookie_hash_of(key) if key else None


def put(response: Response, name: str, key: str, *, max_age: int | None = None) -> None:
    """Set the cookie; without ``max_age`` it lasts until the browser closes."""
    response.set_cookie(_name(name), key, max_age=max_age, path="/", secure=_secure(), httponly=True, samesite="Lax")


def drop(response: Response, name: str) -> None:
    response.delete_cookie(_name(name), path="/", secure=_secure(), httponly=True, samesite="Lax")


def _name(name: str) -> str:
    return f"__Host-{name}" if _secure() else name


def _secure() -> bool:
    return bool(current_app.config["SETTINGS"].secure_cookies)
