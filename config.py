"""Settings: read once from the environment and validated at the start.

Invalid settings stop the start with a Spanish list of corrections (``SettingsError``).
"""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import ip_address
from itertools import pairwise
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

ENVIRONMENTS = ("production", "demo", "test")
_SAMPLES = ("secret", "changeme", "cambiame", "clave", "password", "ejemplo", "example", "prueba", "turnero")
_VERIFIED = (["verify-full"], ["verify-ca"])
_KEY_CHARACTERS = 32
_CLOCK = re.compile(r"([+-])(\d+)([dhms])")
_UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}


class SettingsError(Exception):
    """Invalid environment; ``problems`` says in Spanish what to correct."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("La configuración no es válida:\n" + "\n".join(f"  - {problem}" for problem in problems))
        self.problems = problems


@dataclass(frozen=True)
class MailServer:
    """The mail server. ``security``: none, starttls or tls."""

    host: str
    port: int
    security: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Settings:
    """All settings of a process. ``repr`` omits secrets."""

    environment: str
    data: Path
    secret_key: str = field(repr=False)
    code_key: str = field(repr=False)
    secret_key_fallbacks: tuple[str, ...] = field(repr=False)
    code_key_fallbacks: tuple[str, ...] = field(repr=False)
    database_url: str = field(repr=False)
    database_direct_url: str = field(repr=False)
    redis_url: str | None = field(repr=False)
    mail: MailServer
    mail_from: str
    base_url: str
    trusted_proxies: int
    registry: str
    log: str
    metrics_token: str | None = field(repr=False)
    clock_offset: timedelta | None

    @property
    def production(self) -> bool:
        return self.environment == "production"

    @property
    def demo(self) -> bool:
        return self.environment == "demo"

    @property
    def secure_cookies(self) -> bool:
        return self.base_url.startswith("https://")

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "Settings":
        """Read the ``TURNERO_*`` variables. Raises ``SettingsError`` with every problem found."""
        return _Reader(environ).settings()


def _is_random(key: str) -> bool:
    """Whether a key looks random: long, many different characters, no sample, no pattern."""
    if len(key) < _KEY_CHARACTERS or any(word in key.lower() for word in _SAMPLES):
        return False
    pairs = {key[at : at + 2] for at in range(len(key) - 1)}
    steps = [ord(after) - ord(before) for before, after in pairwise(key)]
    # Random text repeats few pairs and rarely ascends by one; patterns do both.
    return len(set(key)) >= 8 and len(pairs) >= 0.6 * len(key) and sum(abs(step) <= 1 for step in steps) < len(key) / 2


def is_loopback(host: str | None) -> bool:
    """Whether a host name or address is the local machine."""
    if host is None or host == "localhost":
        return host is not None
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


class _Reader:
    """Reads variables and collects problems, so that all are reported at once."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.problems: list[str] = []
        self.environment = self.choice("TURNERO_ENV", ENVIRONMENTS, "demo")
        self.production = self.environment == "production"

    def settings(self) -> Settings:
        data = Path(self.get("TURNERO_DATA") or "instance").absolute()
        database_url = self.database("TURNERO_DATABASE_URL") or f"sqlite:///{data / 'turnero.sqlite3'}"
        base_url = self.base_url()
        mail = self.mail_server()
        settings = Settings(
            environment=self.environment,
            data=data,
            secret_key=self.key("TURNERO_SECRET_KEY"),
            code_key=self.key("TURNERO_CODE_KEY"),
            secret_key_fallbacks=self.fallbacks("TURNERO_SECRET_KEY_FALLBACKS"),
            code_key_fallbacks=self.fallbacks("TURNERO_CODE_KEY_FALLBACKS"),
            database_url=database_url,
            database_direct_url=self.database("TURNERO_DATABASE_DIRECT_URL") or database_url,
            redis_url=self.redis(),
            mail=mail,
            mail_from=self.get("TURNERO_MAIL_FROM") or "Turnero <turnos@example.ec>",
            base_url=base_url,
            trusted_proxies=self.number("TURNERO_TRUSTED_PROXIES", 0),
            registry=self.registry(),
            log=self.choice("TURNERO_LOG", ("json", "text"), "json" if self.production else "text"),
            metrics_token=self.get("TURNERO_METRICS_TOKEN"),
            clock_offset=self.clock(base_url, mail),
        )
        if self.production and settings.secret_key and settings.secret_key == settings.code_key:
            self.problems.append("TURNERO_SECRET_KEY y TURNERO_CODE_KEY deben ser distintas.")
        if self.problems:
            raise SettingsError(self.problems)
        return settings

    def get(self, name: str) -> str | None:
        return self.environ.get(name, "").strip() or None

    def choice(self, name: str, allowed: tuple[str, ...], default: str) -> str:
        value = self.get(name) or default
        if value not in allowed:
            self.problems.append(f"{name} debe ser una de estas: {', '.join(allowed)}.")
            return default
        return value

    def number(self, name: str, default: int) -> int:
        value = self.get(name)
        if value is not None and not value.isdecimal():
            self.problems.append(f"{name} debe ser un número entero, cero o mayor.")
            return default
        return int(value) if value else default

    def key(self, name: str) -> str:
        value = self.get(name)
        if value is None and not self.production:
            return secrets.token_urlsafe(32)
        if value is None:
            self.problems.append(f"{name} falta: en producción no tiene valor por defecto.")
        elif self.production and not _is_random(value):
            self.problems.append(f"{name} es demasiado simple: use al menos {_KEY_CHARACTERS} caracteres al azar.")
        return value or ""

    def fallbacks(self, name: str) -> tuple[str, ...]:
        """Earlier keys, newest first, separated by commas."""
        keys = tuple(part.strip() for part in (self.get(name) or "").split(",") if part.strip())
        if self.production and not all(_is_random(key) for key in keys):
            self.problems.append(f"{name} tiene una clave demasiado simple: se separan con comas, y nada más.")
        return keys

    def database(self, name: str) -> str | None:
        value = self.get(name)
        if value is None:
            return None
        scheme, separator, rest = value.partition("://")
        if scheme in ("postgresql", "postgres", "postgresql+psycopg"):
            parts = urlsplit(f"postgresql://{rest}")
            near = is_loopback(parts.hostname) or not parts.hostname  # without a host: a local socket
            if self.production and not near and parse_qs(parts.query).get("sslmode") not in _VERIFIED:
                self.problems.append(f"{name} debe terminar en ?sslmode=verify-full: la base está en otro equipo.")
            return "postgresql+psycopg://" + rest
        if scheme == "sqlite" and separator:
            return value
        self.problems.append(f"{name} debe empezar con postgresql:// o sqlite:///.")
        return None

    def redis(self) -> str | None:
        value = self.get("TURNERO_REDIS_URL")
        if value is None:
            return None
        parts = urlsplit(value)
        if parts.scheme not in ("redis", "rediss", "unix"):
            self.problems.append("TURNERO_REDIS_URL debe empezar con redis://, rediss:// o unix://.")
        elif self.production and parts.scheme == "redis" and not is_loopback(parts.hostname):
            self.problems.append("TURNERO_REDIS_URL debe cifrar (rediss://) fuera de este equipo.")
        return value

    def base_url(self) -> str:
        value = self.get("TURNERO_BASE_URL")
        if value is None:
            if self.production:
                self.problems.append("TURNERO_BASE_URL falta: los enlaces de los correos salen de ella.")
            return "http://127.0.0.1:8000"
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            self.problems.append("TURNERO_BASE_URL debe ser una dirección http:// o https:// completa.")
        elif not is_loopback(parts.hostname) and self.get("TURNERO_ENV") is None:
            self.problems.append("TURNERO_ENV falta: con una dirección pública debe decir production.")
        elif self.production and parts.scheme == "http" and not is_loopback(parts.hostname):
            self.problems.append("TURNERO_BASE_URL debe ser https:// (http solo se admite en este mismo equipo).")
        return value.rstrip("/")

    def mail_server(self) -> MailServer:
        value = self.get("TURNERO_MAIL_URL")
        if value is None:
            if self.production:
                self.problems.append("TURNERO_MAIL_URL falta: en producción no tiene valor por defecto.")
            return MailServer("127.0.0.1", 1025, "none")
        parts = urlsplit(value)
        securities = {"smtp": ("none", 25), "smtps": ("tls", 465), "smtp+starttls": ("starttls", 587)}
        if parts.scheme not in securities or not parts.hostname:
            self.problems.append("TURNERO_MAIL_URL debe ser smtp://, smtps:// o smtp+starttls:// con el servidor.")
            return MailServer("127.0.0.1", 1025, "none")
        security, port = securities[parts.scheme]
        if self.production and security == "none" and not is_loopback(parts.hostname):
            self.problems.append("TURNERO_MAIL_URL debe cifrar (smtps:// o smtp+starttls://) fuera de este equipo.")
        return MailServer(
            parts.hostname,
            parts.port or port,
            security,
            unquote(parts.username) if parts.username else None,
            unquote(parts.password) if parts.password else None,
        )

    def registry(self) -> str:
        value = self.get("TURNERO_REGISTRY") or "local"
        parts = urlsplit(value)
        served = parts.scheme == "https" and parts.hostname
        near = parts.scheme == "http" and is_loopback(parts.hostname)
        if value not in ("local", "open") and not served and not near:
            self.problems.append("TURNERO_REGISTRY debe ser local, open o una dirección https://.")
        return value

    def clock(self, base_url: str, mail: MailServer) -> timedelta | None:
        value = self.get("TURNERO_CLOCK")
        if value is None:
            return None
        match = _CLOCK.fullmatch(value)
        if not match:
            self.problems.append("TURNERO_CLOCK debe ser un desfase como +3d, -90m o +2h.")
            return None
        if self.production and not (is_loopback(urlsplit(base_url).hostname) and is_loopback(mail.host)):
            self.problems.append("TURNERO_CLOCK no se admite en producción fuera de este equipo.")
        sign, amount, unit = match.groups()
        offset = timedelta(**{_UNITS[unit]: int(amount)})
        return offset if sign == "+" else -offset
