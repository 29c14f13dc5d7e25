"""Staff passwords: length, strength and storage as argon2id."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from turnero.core.errors import InvalidInput

MIN_CHARACTERS, MAX_CHARACTERS = 8, 128
# Refuses what zxcvbn scores 0 or 1: common passwords, keyboard rows, names with a year.
_LOWEST_SCORE = 2
_CONTEXT = ("turnero", "iess", "turno", "turnos", "quito", "ecuador", "guayaquil", "ventanilla", "agencia", "seguro")
# OWASP's cheapest argon2id (19 MiB, some hundredths of a second), affordable when all staff sign in at once.
_hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
# Verified for unknown accounts, so that they take the same time.
NOBODYS = _hasher.hash("nobody has this password")


class PasswordMissing(InvalidInput):
    code = "password_missing"


class PasswordLength(InvalidInput):
    code = "password_length"


class PasswordCommon(InvalidInput):
    code = "password_common"


class PasswordsDiffer(InvalidInput):
    code = "passwords_differ"


def check_password(password: str, email: str) -> str:
    """Return the password if acceptable. No composition rules; spaces and any character are allowed.

    Raises PasswordMissing, PasswordLength, PasswordCommon.
    """
    if not password:
        raise PasswordMissing
    if not MIN_CHARACTERS <= len(password) <= MAX_CHARACTERS:
        raise PasswordLength(shortest=MIN_CHARACTERS, longest=MAX_CHARACTERS)
    from zxcvbn import zxcvbn  # noqa: PLC0415 (its word lists take 12 MB, and few ever choose a password)

    # Estimate only the beginning: the time grows with the square of the length.
    estimate = zxcvbn(password[:72], user_inputs=[*_CONTEXT, email, *email.replace("@", ".").split(".")])
    if estimate["score"] < _LOWEST_SCORE or email.partition("@")[0].casefold() in password.casefold():
        raise PasswordCommon
    return password


def hashed(password: str) -> str:
    return _hasher.hash(password)


def is_right(password: str, password_hash: str | None) -> bool:
    """Whether the password matches; takes the same time if there is none."""
    try:
        _hasher.verify(password_hash or NOBODYS, password[:MAX_CHARACTERS])
        return password_hash is not None
    except (VerifyMismatchError, InvalidHashError):
        return False
