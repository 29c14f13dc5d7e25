"""Production refuses insecure settings and says what to correct."""

import secrets

import pytest

from config import Settings, SettingsError

GOOD = {
    "TURNERO_ENV": "production",
    "TURNERO_SECRET_KEY": "N2vQmI0pYb8sKfTz4cRwXh6Jd1aLgEuO",
    "TURNERO_CODE_KEY": "9f3b1c7ad24e8056be12f7c4903ad6e8",
    "TURNERO_BASE_URL": "https://turnos.example.ec",
    "TURNERO_MAIL_URL": "smtp+starttls://turnos:abc@mail.example.ec",
    "TURNERO_DATABASE_URL": "postgresql://turnero@db.example.ec/turnero?sslmode=verify-full",
}
PATTERN = "abcdefghijklmnopqrstuvwxyz0123456789"


def problems(**changed):
    environ = {name: value for name, value in (GOOD | changed).items() if value is not None}
    try:
        Settings.from_environ(environ)
    except SettingsError as error:
        return error.problems
    return []


def test_good_settings_start():
    assert problems() == []


@pytest.mark.parametrize(
    "make", [lambda: secrets.token_urlsafe(32), lambda: secrets.token_hex(32)], ids=["base64", "hex"]
)
def test_keys_at_random_start(make):
    assert not any(problems(TURNERO_SECRET_KEY=make()) for _ in range(200))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TURNERO_SECRET_KEY", None),
        ("TURNERO_SECRET_KEY", "N2vQmI0pYb8sKfTz4cRwXh6Jd1aLgEu"),  # one character short
        ("TURNERO_SECRET_KEY", "x" * 64),
        ("TURNERO_SECRET_KEY", "aaaabbbbccccddddeeeeffffgggghhhh1"),
        ("TURNERO_SECRET_KEY", PATTERN),
        ("TURNERO_SECRET_KEY", "changeme-N2vQmI0pYb8sKfTz4cRwXh6Jd1aLgEuO"),
        ("TURNERO_SECRET_KEY", GOOD["TURNERO_CODE_KEY"]),
        ("TURNERO_CODE_KEY", None),
        ("TURNERO_CODE_KEY", "secret" * 8),
        ("TURNERO_SECRET_KEY_FALLBACKS", "corta"),
        ("TURNERO_CODE_KEY_FALLBACKS", f"{GOOD['TURNERO_CODE_KEY']},{PATTERN}"),
        ("TURNERO_BASE_URL", None),
        ("TURNERO_BASE_URL", "http://turnos.example.ec"),
        ("TURNERO_BASE_URL", "turnos.example.ec"),
        ("TURNERO_MAIL_URL", None),
        ("TURNERO_MAIL_URL", "smtp://mail.example.ec"),
        ("TURNERO_DATABASE_URL", "postgresql://turnero@db.example.ec/turnero"),
        ("TURNERO_DATABASE_URL", "postgresql://turnero@db.example.ec/turnero?sslmode=require"),
        ("TURNERO_DATABASE_DIRECT_URL", "postgresql://turnero@db.example.ec/turnero?sslmode=disable"),
        ("TURNERO_DATABASE_URL", "mysql://db.example.ec/turnero"),
        ("TURNERO_REDIS_URL", "redis://redis.example.ec"),
        ("TURNERO_REGISTRY", "http://registro.example.ec"),
        ("TURNERO_CLOCK", "+3d"),
        ("TURNERO_TRUSTED_PROXIES", "all"),
        ("TURNERO_ENV", None),
        ("TURNERO_ENV", "prod"),
    ],
)
def test_what_lets_somebody_in_does_not_start(name, value):
    found = problems(**{name: value})
    assert len(found) == 1
    assert name in found[0]


@pytest.mark.parametrize(
    "changed",
    [
        {"TURNERO_DATABASE_URL": "postgresql:///turnero"},
        {"TURNERO_DATABASE_URL": "postgresql://turnero@127.0.0.1/turnero"},
        {"TURNERO_REDIS_URL": "rediss://redis.example.ec"},
        {"TURNERO_REDIS_URL": "redis://127.0.0.1"},
        {"TURNERO_MAIL_URL": "smtp://127.0.0.1:2525"},
        {"TURNERO_SECRET_KEY_FALLBACKS": "Zk3vQmI1pYb8sKfTz5cRwXh6Jd2aLgEu, 4e3b1c7ad24e8056be12f7c4903ad6e9"},
    ],
)
def test_what_stays_on_this_machine_or_is_encrypted_starts(changed):
    assert problems(**changed) == []


def test_no_secret_is_in_what_a_log_may_say():
    shown = repr(Settings.from_environ(GOOD | {"TURNERO_CODE_KEY_FALLBACKS": secrets.token_hex(32)}))
    assert not any(GOOD[name] in shown for name in ("TURNERO_SECRET_KEY", "TURNERO_CODE_KEY", "TURNERO_DATABASE_URL"))
    assert "abc" not in shown
    assert "fallbacks" not in shown
