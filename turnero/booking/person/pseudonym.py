"""The pseudonym of a cédula after erasure: equal for the same person, so that figures can count people. Pure."""

import hashlib
import hmac

PREFIX = "p:"


def pseudonym_of(code_key: str, cedula: str) -> str:
    """``p:`` and 32 hexadecimal digits, keyed so that cédulas cannot be recovered by trying them all."""
    digest = hmac.digest(code_key.encode(), b"person:" + cedula.encode(), hashlib.sha256)
    return PREFIX + digest.hex()[:32]
