import pytest

from turnero.core.errors import InvalidInput
from turnero.staff import passwords

EMAIL = "rosa.chiluisa@example.ec"


@pytest.mark.parametrize(
    "password",
    ["cometa lenta azul", "ñandú-ladera-7", "x9$kQ2!vRb", "correcto caballo batería", "a" * 3 + "páramo y neblina" * 7],
)
def test_passwords_that_nobody_guesses_may_be_used(password):
    assert passwords.check_password(password, EMAIL) == password


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("", "password_missing"),
        ("Tr0ub4d", "password_length"),
        ("x" * 129, "password_length"),
        ("password", "password_common"),
        ("12345678", "password_common"),
        ("qwertyuiop", "password_common"),
        ("iess2026", "password_common"),
        ("turnero1", "password_common"),
        ("quito2026", "password_common"),
        ("chiluisa", "password_common"),
        ("rosa.chiluisa", "password_common"),
        ("aaaaaaaaaaaa", "password_common"),
    ],
)
def test_passwords_that_everybody_tries_may_not(password, code):
    with pytest.raises(InvalidInput, check=lambda error: error.code == code):
        passwords.check_password(password, EMAIL)


@pytest.mark.usefixtures("costly_passwords")
def test_a_password_is_kept_at_the_cost_of_production():
    assert passwords.hashed("cometa lenta azul").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_only_the_right_password_opens():
    kept = passwords.hashed("cometa lenta azul")
    assert "cometa" not in kept and kept.startswith("$argon2id$")
    assert passwords.is_right("cometa lenta azul", kept)
    assert not passwords.is_right("cometa lenta roja", kept)
    assert not passwords.is_right("nobody has this password", None)
    assert not passwords.is_right("cometa lenta azul", "unusable")
