"""The second factor: a six-digit code of thirty seconds (RFC 6238); each step is valid for one sign-in."""

import base64
import hashlib
import hmac
import re
from datetime import datetime, timedelta

import pyotp

from turnero.core.cleaning import clean_identifier

_STEP_SECONDS = 30
STEP = timedelta(seconds=_STEP_SECONDS)
_ISSUER = "Turnero"
_LABEL = re.compile(r"(?:su|el|mi)?c[oó]digo(?:es)?", re.IGNORECASE)


def secret(code_key: str, nonce: str) -> str:
    """The account's secret in base32, derived so that the database does not contain it."""
    digest = hmac.new(code_key.encode(), f"totp:{nonce}".encode(), hashlib.sha256).digest()
    return base64.b32encode(digest[:20]).decode()


def totp_address(secret_text: str, email: str) -> str:
    """The URI for an authenticator application."""
    return pyotp.TOTP(secret_text).provisioning_uri(name=email, issuer_name=_ISSUER)


def code_at(secret_text: str, now: datetime) -> str:
    return pyotp.TOTP(secret_text).at(now)


def time_step_of(secret_text: str, typed: str, now: datetime) -> int | None:
    """The time step of the typed code, among the present one and its neighbours; None for a wrong code."""
    code = clean_identifier(typed, _LABEL)
    present = int(now.timestamp()) // _STEP_SECONDS
    totp = pyotp.TOTP(secret_text)
    for step in (present, present - 1, present + 1):
        if hmac.compare_digest(totp.generate_otp(step).encode(), code.encode()):
            return step
    return None
