"""The citizen registry, asked after the mailbox is proven: local table, open, or JSON service (docs/registry.md)."""

import functools
import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

import structlog
import urllib3

from config import Settings
from turnero.core.errors import InvalidInput, Refused
from turnero.core.extensions import db
from turnero.verify.breaker import Breaker
from turnero.verify.contact import parse_email, parse_mobile
from turnero.verify.models import Citizen

_SECONDS = 3.0
_MAX_BYTES = 64 * 1024
_CALLS_AT_ONCE = 8
# No connection, untrusted certificate or time-out; an answer that is not the agreed JSON, or nests too deep.
_OUTAGES = (urllib3.exceptions.HTTPError, OSError, TimeoutError, ValueError, RecursionError)

log = structlog.get_logger()


class RegistryUnavailable(Refused):
    """The registry did not give a valid answer; nothing is known about the person."""

    code = "registry_unavailable"


@dataclass(frozen=True)
class Person:
    """A registry's data of a person; never shown after a mere mailbox proof. ``mobile`` in E.164."""

    cedula: str = field(repr=False)
    names: str = field(default="", repr=False)
    surnames: str = field(default="", repr=False)
    born: date | None = field(default=None, repr=False)
    email: str | None = field(default=None, repr=False)
    mobile: str | None = field(default=None, repr=False)


class Registry(Protocol):
    def find(self, cedula: str) -> Person | None:
        """The person of a valid cédula, or None if unknown. Raises RegistryUnavailable."""


def from_settings(settings: Settings) -> Registry:
    """The registry selected by ``TURNERO_REGISTRY``."""
    if settings.registry == "local":
        return LocalRegistry()
    if settings.registry == "open":
        return OpenRegistry()
    return _served(settings.registry)


class LocalRegistry:
    """The table filled by ``turnero citizens load``."""

    def find(self, cedula: str) -> Person | None:
        citizen = db.session.get(Citizen, cedula)
        if citizen is None:
            return None
        return Person(cedula, citizen.names, citizen.surnames, citizen.born, citizen.email, citizen.mobile)


class OpenRegistry:
    """Accepts every valid cédula, without data."""

    def find(self, cedula: str) -> Person | None:
        return Person(cedula)


class ServedRegistry:
    """A JSON service: ``GET {base}/{cédula}``, 200 or 404, within three seconds in all; anything else is an outage."""

    def __init__(self, base: str, breaker: Breaker | None = None, seconds: float = _SECONDS) -> None:
        self._base = base.rstrip("/")
        self._breaker = breaker or Breaker()
        self._seconds = seconds
        self._http = urllib3.PoolManager(maxsize=_CALLS_AT_ONCE, cert_reqs="CERT_REQUIRED")
        # In a thread, because name resolution and slow answers cannot be timed out from inside.
        self._calls = ThreadPoolExecutor(_CALLS_AT_ONCE, thread_name_prefix="registry")

    def find(self, cedula: str) -> Person | None:
        if not self._breaker.allows():
            raise RegistryUnavailable
        try:
            person = self._calls.submit(self._ask, cedula).result(timeout=self._seconds)
        except _OUTAGES as error:
            self._breaker.failed()
            log.warning("registry_unavailable", cause=type(error).__name__)
            raise RegistryUnavailable from error
        self._breaker.succeeded()
        return person

    def _ask(self, cedula: str) -> Person | None:
        """Raises ValueError for an answer that breaks the contract."""
        response = self._http.request(
            "GET",
            f"{self._base}/{cedula}",
            headers={"Accept": "application/json"},
            timeout=self._seconds,
            retries=False,
            redirect=False,
            preload_content=False,
            decode_content=False,
        )
        try:
            if response.status == 404:
                return None
            if response.status != 200:
                raise ValueError(f"status {response.status}")
            return _person(cedula, json.loads(_body(response, time.monotonic() + self._seconds)))
        finally:
            # A fully read answer has returned its connection; otherwise the connection is closed.
            response.close()


@functools.cache
def _served(base: str) -> ServedRegistry:
    """One per process, so that its threads share connections and breaker."""
    return ServedRegistry(base)


def _body(response: urllib3.BaseHTTPResponse, deadline: float) -> bytes:
    body = b""
    while chunk := response.read1(_MAX_BYTES):
        body += chunk
        if len(body) > _MAX_BYTES:
            raise ValueError("too long")
        if time.monotonic() > deadline:
            raise TimeoutError
    return body


def _person(cedula: str, answer: Any) -> Person:
    match answer:
        # Require names: some services report errors with status 200.
        case {"nombres": str(names), "apellidos": str(surnames)}:
            born = answer.get("nacimiento")
            return Person(
                cedula,
                names,
                surnames,
                date.fromisoformat(str(born)) if born else None,
                _usable(parse_email, answer.get("correo")),
                _usable(parse_mobile, answer.get("celular")),
            )
    raise ValueError("not a person")


def _usable(parse: Callable[[str], str], value: Any) -> str | None:
    """An undeliverable address or number of the registry counts as none and does not refuse the person."""
    try:
        return parse(value) if isinstance(value, str) else None
    except InvalidInput:
        return None
