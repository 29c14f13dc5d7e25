"""The tests talk to this machine only: any other address is an error that names it."""

import socket
from typing import Any

import pytest

from config import is_loopback


class NetworkForbidden(Exception):
    """A test tried to reach another machine."""


def forbid(patch: pytest.MonkeyPatch) -> None:
    """Make every look-up and connection outside loopback fail, in this process."""
    connect, getaddrinfo = socket.socket.connect, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            _check(address[0])
        connect(self, address)

    def guarded_getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        _check(host)
        return getaddrinfo(host, *args, **kwargs)

    patch.setattr(socket.socket, "connect", guarded_connect)
    patch.setattr(socket, "getaddrinfo", guarded_getaddrinfo)


def _check(host: Any) -> None:
    name = host.decode() if isinstance(host, bytes) else host
    if name and not is_loopback(name):
        raise NetworkForbidden(f"tests have no network: {name}")
