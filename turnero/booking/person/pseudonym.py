"""What stands for a cédula once its holder is forgotten: the same for the same person, so figures can count. Pure."""

import hashlib
import hmac

PREFIX = "p:"


def pseudonym_of(code_key: str, cedula: str) -> str:
    """``p:`` and 32 hexadecimal digits: without the key nobody can try all cédulas until one fits."""
    digest = hmac.digest(code_key.encode(), b"person:" + cedula.encode(), hashlib.sha256)
    return PREFIX + digest.hex()[:32]
