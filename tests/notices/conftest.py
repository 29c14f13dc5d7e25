"""A mail server and notices about nothing in particular."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask

from tests.support.rows.notices import code_mail, notice_to, use_mail_server
from tests.support.servers.mail_servers import Sink, serving
from turnero.core import clock
from turnero.core.db import transaction
from turnero.notices import outbox, rendering
from turnero.notices.models import Notice
from turnero.operations import schema


@pytest.fixture
def sink(app: Flask) -> Iterator[Sink]:
    """A mail server that works, which the application uses."""
    with serving(Sink()) as server:
        use_mail_server(app, server.port)
        yield server


@pytest.fixture
def owe(app: Flask) -> Callable[..., Notice]:
    """Owe one mail, rendered by the template of codes: ``owe("ana@example.ec", expires_in=600)``."""
    rendering.register_renderer(app, "probe", lambda _: code_mail())

    @transaction
    def write(address: str, kind: str, priority: int, expires_in: float | None) -> None:
        now = clock.now()
        expires_at = None if expires_in is None else now + timedelta(seconds=expires_in)
        outbox.write(kind, f"about:{address}", address, now=now, priority=priority, expires_at=expires_at)

    def owed(address: str, *, kind: str = "probe", priority: int = 1, expires_in: float | None = None) -> Notice:
        write(address, kind, priority, expires_in)
        return notice_to(address)

    return owed


@pytest.fixture
def at_second(app: Flask) -> Callable[[float], None]:
    """Set the clock to some seconds after the beginning of the test."""
    beginning = app.config["SETTINGS"].clock_offset
    return lambda seconds: schema.set_clock(beginning + timedelta(seconds=seconds))
