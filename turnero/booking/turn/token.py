"""Tokens of a turn's pages: 192 bits derived by HMAC from the booking's nonce, looked up by hash and never stored.

They can be derived and mailed again, and no backup contains them.
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode


def new_nonce() -> str:
    return secrets.token_hex(16)


def derive_token(code_key: str, nonce: str) -> str:
    """The 32 URL-safe characters of the turn's page."""
    return _derived(code_key, f"turn:{nonce}", 24)


def derive_owner_token(code_key: str, nonce: str) -> str:
    """The 32 characters of the page "No fui yo" of the same turn."""
    return _derived(code_key, f"owner:{nonce}", 24)


def owner_journey_of(code_key: str, nonce: str) -> str:
    """The key of the single journey that page can start: posting it again finds the same journey."""
    return _derived(code_key, f"owner journey:{nonce}", 16).rstrip("=")


def derive_request_token(code_key: str, nonce: str) -> str:
    """The 32 characters of a request's page."""
    return _derived(code_key, f"request:{nonce}", 24)


def rating_mac_of(code_key: str, nonce: str) -> str:
    """The 22 characters of the single-use link that rates a visit."""
    return _derived(code_key, f"rating:{nonce}", 16).rstrip("=")


def draw_secret_of(code_key: str, nonce: str) -> str:
    """The 32 characters that decide a draw, secret until published."""
    return _derived(code_key, f"draw:{nonce}", 24)


def _derived(code_key: str, what: str, size: int) -> str:
    return urlsafe_b64encode(hmac.digest(code_key.encode(), what.encode(), "sha256")[:size]).decode()


def token_hash_of(token: str) -> str:
    """The hash of a token, as the database stores it."""
    return hashlib.sha256(token.encode()).hexdigest()
