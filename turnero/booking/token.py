"""The token of a turn's page: 192 bits derived by HMAC from the booking's nonce, found by hash, stored nowhere.

Because it can be derived again it can be mailed again, and no backup contains it.
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode


def new_nonce() -> str:
    return secrets.token_hex(16)


def token_of(code_key: str, nonce: str) -> str:
    """The 32 URL-safe characters of the turn's page."""
    digest = hmac.digest(code_key.encode(), b"turn:" + nonce.encode(), "sha256")
    return urlsafe_b64encode(digest[:24]).decode()


def hash_of(token: str) -> str:
    """What the database keeps of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
